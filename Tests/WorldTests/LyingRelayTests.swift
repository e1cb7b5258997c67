import ChangeLog
import Inbox
import Storage
import Sync
import TestSupport
import Testing

/// A relay that does not do what it should. It can keep things from people for a while; it can neither forge nor lose
/// anything, and those who hold the same show the same.
struct LyingRelayTests {
    private let directory = TemporaryDirectory()

    private func checkAllEqual(_ team: Team, _ conversation: RootID, has texts: [String]) throws {
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
        for replica in team.replicas {
            let shown = try replica.detail(conversation).messages.map(\.text)
            #expect(Set(shown).isSuperset(of: texts))
            #expect(try replica.verify().problems == [])
        }
    }

    /// Nothing new, and an old cursor.
    private func keepBack(_ answer: inout SyncAnswer) {
        (answer.deltas, answer.hasMore) = ([], false)
        answer.cursor = Cursor(incarnation: answer.cursor.incarnation, arrival: 0)
    }

    private func write(_ text: String, by names: [String], in team: Team, _ conversation: RootID) throws {
        for name in names { try team.write(name) { try $0.note(on: conversation.text, "\(text) of \(name)") } }
    }

    @Test(arguments: ["drops", "reorders", "repeats"])
    func `answers that lack some, come turned round or twice lead to the same inbox`(lie: String) throws {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        try write("note", by: ["maya", "jonas", "leila"], in: team, conversation)
        var count = 0
        team.relay.tamper = { answer, _ in
            count += 1
            switch lie {
            case "drops": if count % 2 == 1 { keepBack(&answer) }
            case "reorders": answer.deltas.reverse()
            default: answer.deltas += answer.deltas
            }
        }
        try team.syncAll()
        try team.syncAll()
        team.relay.tamper = { _, _ in }
        try team.syncAll()
        try checkAllEqual(team, conversation, has: ["note of maya", "note of jonas", "note of leila"])
    }

    @Test func `a relay that shows some people nothing of others splits the view until it stops, and no longer`() throws
    {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        let leila = team["leila"].id
        team.relay.tamper = { answer, asker in
            if asker == leila { keepBack(&answer) }
        }
        try write("note", by: ["maya", "jonas", "leila"], in: team, conversation)
        try team.syncAll()
        #expect(try team["leila"].detail(conversation).messages.count == 2)
        team.relay.tamper = { _, _ in }
        try team.syncAll()
        try checkAllEqual(team, conversation, has: ["note of maya", "note of jonas", "note of leila"])
    }

    @Test func `a relay that keeps a revocation back keeps it back from those alone whom it lies to`() throws {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        let leila = team["leila"].id
        try team.revoke(leila.device, by: "maya")
        try team.sync("maya")
        let jonas = team["jonas"].id
        team.relay.tamper = { answer, asker in
            if asker == jonas { keepBack(&answer) }
        }
        try write("note", by: ["leila", "jonas"], in: team, conversation)
        for name in ["leila", "jonas", "maya"] { try team.sync(name) }
        #expect(try team["jonas"].member(leila.device)?.isRevoked == false)
        #expect(try team["maya"].member(leila.device)?.isRevoked == true)
        team.relay.tamper = { _, _ in }
        try team.syncAll()
        try checkAllEqual(team, conversation, has: ["note of jonas"])
        for replica in team.replicas {
            #expect(try !replica.detail(conversation).messages.map(\.text).contains("note of leila"))
        }
    }
}
