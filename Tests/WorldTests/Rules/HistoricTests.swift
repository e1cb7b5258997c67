import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Imported history is there to be read; it takes part in no rule.
struct HistoricTests {
    @Test func `imported messages are not unread, not late, open no window, and nobody has to have seen them`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.note(on: $1.id, "a note") },
            Meanwhile.Deed(name: "maya") { team, _ in try team.importHistory(4) })
        try story.team.importHistory(2)
        let imported = story.team.ids.importedConversation(channel: "whatsapp", id: "c1")
        try story.everyone { _, _ in }
        try story.team.write("jonas") { try $0.reply(to: imported.text, with: "Still there?", seen: nil) }
        _ = try story.happen()
        try story.team.syncAll()
        for replica in story.team.replicas + [try story.team.listener()] {
            let detail = try replica.detail(imported)
            #expect(detail.messages.map(\.state) == [nil, .sent, nil, .sent, .queued])
            #expect(!detail.messages.contains { $0.isLate || !$0.unseen.isEmpty })
            #expect(detail.window == .unlimited)
            #expect(detail.pause == nil)
            #expect(try replica.unread(imported, for: story.team.person("leila")) == 0)
        }
    }

    @Test func `a longer import keeps no concurrent close from closing, and wakes nothing`() throws {
        let team = try Team(in: TemporaryDirectory())
        try team.importHistory(2)
        try team.syncAll()
        let imported = team.ids.importedConversation(channel: "whatsapp", id: "c1")
        try team.show(imported, to: "leila")
        try team.write("leila") { try $0.close(imported.text, seen: nil) }
        try team.write("leila") { try $0.snooze(imported.text, until: minute(30), seen: nil) }
        try team.importHistory(6)
        try team.syncAll()
        for replica in team.replicas + [try team.listener()] {
            let detail = try replica.detail(imported)
            #expect(detail.messages.count == 6)
            #expect(detail.status == .closed)
            #expect(detail.snoozedUntil == minute(30))
        }
    }

    @Test func `of imported messages there are no receipts, and no answer of theirs pauses the assistant`() throws {
        let team = try Team(in: TemporaryDirectory())
        try team.importHistory(2)
        try team.syncAll()
        let imported = team.ids.importedConversation(channel: "whatsapp", id: "c1")
        #expect(throws: LineRejection.self) { try team.tell(.sent, of: "message 1", in: imported) }
        #expect(try team["leila"].detail(imported).pause == nil)
        #expect(try team["leila"].detail(imported).status == .active)
    }
}

extension Team {
    /// Maya imports a conversation with so many messages, by the customer and the team in turn.
    fileprivate func importHistory(_ count: Int) throws {
        let messages = (0..<count).map { number in
            """
            {"id": "m\(number)", "from": "\(number.isMultiple(of: 2) ? "customer" : "agent")", "author": "Ada",
            "text": "message \(number)", "at": "2026-03-04T13:12:0\(number)Z"}
            """
        }
        let line = """
            {"id": "c1", "channel": "whatsapp", "customer": {"name": "Colin"}, "status": "open",
            "messages": [\(messages.joined(separator: ","))]}
            """
        let conversation = try ImportedConversation(line: Array(line.utf8))
        try write("maya") { [ids] in _ = try $0.importConversation(conversation, ids: ids) }
    }
}
