import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

struct MessageTests {
    private let team: Team

    init() throws { team = try Team(in: TemporaryDirectory()) }

    // MARK: What a person had been shown

    @Test func `a reply lists the messages above it that its author had not been shown`() throws {
        let conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
        try team.show(conversation, to: "jonas")
        try team.receive("Never mind, I found one.")
        try team.sync("gateway")
        try team.write("jonas") { try $0.reply(to: conversation.text, with: "Yes, three are left.", seen: nil) }
        try team.syncAll()
        for replica in team.replicas {
            let messages = try replica.detail(conversation).messages
            #expect(messages.map(\.sender) == [.customer, .customer, .agent])
            #expect(messages[2].unseen == [messages[1].id])
            #expect(messages[2].state == .queued)
        }
    }

    @Test func `a reply by a device that showed nothing lists all above it; one after showing it all lists none`()
        throws
    {
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        try team.write("jonas") { try $0.reply(to: conversation.text, with: "blind", seen: nil) }
        try team.syncAll()
        try team.show(conversation, to: "leila")
        try team.write("leila") { try $0.reply(to: conversation.text, with: "seeing", seen: nil) }
        try team.syncAll()
        let messages = try team["maya"].detail(conversation).messages
        #expect(messages.map(\.text) == ["Hello?", "blind", "seeing"])
        #expect(messages.map(\.unseen.count) == [0, 1, 0])
    }

    @Test func `two who reply at once each list the other's, where it stands above`() throws {
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        for name in ["jonas", "leila"] {
            try team.show(conversation, to: name)
            try team.write(name) { try $0.reply(to: conversation.text, with: name, seen: nil) }
        }
        try team.syncAll()
        let messages = try team["maya"].detail(conversation).messages
        #expect(messages.map(\.text) == ["Hello?", "jonas", "leila"])
        #expect(messages.map(\.unseen) == [[], [], [messages[1].id]])
    }

    @Test func `a token of no screen drawn here is refused, and nothing is written`() throws {
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        let tip = try team["jonas"].ownTip()
        #expect(throws: StorageFailure.unknownMark) {
            try team.write("jonas") { try $0.reply(to: conversation.text, with: "x", seen: "aaaaaaaaaaaaa") }
        }
        #expect(try team["jonas"].ownTip() == tip)
    }

    // MARK: Unread

    @Test func `a message that comes late, from before what was read, is unread`() throws {
        let conversation = try team.receive("second", at: team.now)
        try team.syncAll()
        let jonas = try team.person("jonas")
        #expect(try team["jonas"].unread(conversation, for: jonas) == 1)
        try team.write("jonas") { try $0.read(conversation.text, seen: nil) }
        #expect(try team["jonas"].unread(conversation, for: jonas) == 0)
        try team.receive("first", at: team.now - 3_600_000)
        try team.syncAll()
        #expect(try team["jonas"].detail(conversation).messages.map(\.text) == ["first", "second"])
        #expect(try team["jonas"].unread(conversation, for: jonas) == 1)
        #expect(try team["leila"].unread(conversation, for: team.person("leila")) == 2)
    }

    @Test func `reading counts what the screen showed, and nothing else`() throws {
        let conversation = try team.receive("shown")
        try team.syncAll()
        let token = try team.show(conversation, to: "jonas")
        try team.receive("not shown")
        try team.syncAll()
        try team.write("jonas") { try $0.read(conversation.text, seen: token) }
        try team.syncAll()
        for replica in team.replicas { #expect(try replica.unread(conversation, for: team.person("jonas")) == 1) }
    }

    // MARK: The gateway

    @Test func `a message that the provider tells twice is there once`() throws {
        let conversation = try team.receive("Hello", providerID: "wamid.A")
        let tip = try team["gateway"].ownTip()
        try team.receive("Hello", providerID: "wamid.A")
        #expect(try team["gateway"].ownTip() == tip)
        try team.syncAll()
        for replica in team.replicas { #expect(try replica.detail(conversation).messages.count == 1) }
    }

    @Test func `only a gateway's device takes messages in`() throws {
        let line = #"{"channel": "whatsapp", "from": {"id": "a"}, "providerId": "1", "text": "x"}"#
        let message = try InboundMessage(line: Array(line.utf8))
        #expect(throws: InboxFailure.notAGateway) { try team.write("jonas") { try $0.receive(message, ids: team.ids) } }
    }

    // MARK: Importing

    @Test func `importing a file twice changes nothing, and a longer one adds only what is new`() throws {
        let short = try imported(messages: 1..<3)
        #expect(try team.write("maya") { try $0.importConversation(short, ids: team.ids) } == 1)
        let tip = try team["maya"].ownTip()
        #expect(try team.write("maya") { try $0.importConversation(short, ids: team.ids) } == 0)
        #expect(try team["maya"].ownTip() == tip)
        let long = try imported(messages: 0..<5)
        #expect(try team.write("maya") { try $0.importConversation(long, ids: team.ids) } == 1)
        try team.syncAll()
        let conversation = team.ids.importedConversation(channel: "web-chat", id: "c1")
        for replica in team.replicas {
            let detail = try replica.detail(conversation)
            #expect(detail.messages.map(\.text) == (0..<5).map { "message \($0)" })
            #expect(detail.status == .closed)
            #expect(detail.labels == ["return"])
        }
        let change = try #require(try Wire.last(of: team["maya"]).changes.last)
        #expect(change.segments.flatMap(\.operations).count == 3)
    }

    @Test func `imported messages are sent, not unread, and nobody's to have seen`() throws {
        let file = try imported(messages: 0..<3)
        _ = try team.write("maya") { try $0.importConversation(file, ids: team.ids) }
        try team.syncAll()
        let conversation = team.ids.importedConversation(channel: "web-chat", id: "c1")
        #expect(try team["jonas"].unread(conversation, for: team.person("jonas")) == 0)
        try team.write("jonas") { try $0.reply(to: conversation.text, with: "still there?", seen: nil) }
        let messages = try team["jonas"].detail(conversation).messages
        #expect(messages.map(\.state) == [nil, .sent, nil, .queued])
        #expect(messages.allSatisfy { $0.unseen.isEmpty })
    }

    /// Both creations may reach a third in one batch, the one that shows last.
    @Test func `a file imported by two without knowing of each other is there once, and is found once`() throws {
        let file = try imported(messages: 0..<3)
        for name in ["jonas", "maya"] { _ = try team.write(name) { try $0.importConversation(file, ids: team.ids) } }
        try team.sync("maya")
        try team.sync("jonas")
        try team.syncAll()
        let conversation = team.ids.importedConversation(channel: "web-chat", id: "c1")
        for replica in team.replicas {
            #expect(try replica.detail(conversation).messages.count == 3)
            let hits = try replica.read { try MessageSearch.hits(for: "message", in: $0, limit: 0) }
            #expect(hits.count == 3)
            try replica.checkWords()
        }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
    }

    @Test func `an agent may not import`() throws {
        let file = try imported(messages: 0..<1)
        #expect(throws: InboxFailure.notAllowed(.agent)) {
            try team.write("leila") { try $0.importConversation(file, ids: team.ids) }
        }
    }

    private func imported(messages numbers: Range<Int>) throws -> ImportedConversation {
        let messages = numbers.map { number in
            """
            {"id": "m\(number)", "from": "\(number.isMultiple(of: 2) ? "customer" : "agent")", "author": "x",
            "text": "message \(number)", "at": "2026-03-04T13:12:0\(number)Z"}
            """
        }
        let line = """
            {"id": "c1", "channel": "web-chat", "customer": {"name": "Colin"}, "subject": "Return", "status": "closed",
            "labels": ["return"], "messages": [\(messages.joined(separator: ","))]}
            """
        return try ImportedConversation(line: Array(line.utf8))
    }
}
