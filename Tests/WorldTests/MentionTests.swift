import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Notes that call people of the team by name.
struct MentionTests {
    private static func person(_ name: String, _ number: UInt64) -> Person {
        Person(id: ChangeID(high: number, low: number), name: name)
    }
    private let people = [
        person("Maya Chen", 1), person("José", 2), person("Maya", 3), person("Ana Ruiz", 4), person("Ana Sol", 5),
        person("Müller-Lüdenscheidt", 6),
    ]

    private func names(_ text: String) throws -> [String] {
        try MentionRule.people(in: text, among: people).map(\.name)
    }

    @Test func `a whole name or its first word calls somebody, whatever the case and the accents`() throws {
        #expect(try names("@maya please") == ["Maya"])
        #expect(try names("@MAYA CHEN, please") == ["Maya Chen"])
        #expect(try names("ask @jose and @José") == ["José"])
        #expect(try names("(@muller-ludenscheidt)") == ["Müller-Lüdenscheidt"])
        #expect(try names("@Ana Sol, @Maya") == ["Ana Sol", "Maya"])
    }

    @Test func `within a word, for nobody's name and for half of one an at sign is just a sign`() throws {
        #expect(try names("write to shop@maya.example") == [])
        #expect(try names("@mayas @may @everybody @ @@") == [])
        #expect(try names("no sign at all, Maya") == [])
        #expect(try names("@@maya") == ["Maya"])
    }

    @Test func `a first word that two share has to be said in full`() throws {
        #expect(throws: InboxFailure.ambiguous(.person, "ana")) { try names("@Ana, please") }
    }

    @Test func `whom a note calls is stored with it, shown to everyone, and found by who was called`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversations = try ["anna", "ben"].map { try team.receive("Hello?", from: $0) }
        try team.syncAll()
        let note = try team.write("jonas") { try $0.note(on: conversations[0].text, "@Leila, do you know? @maya") }
        try team.write("jonas") { try $0.note(on: conversations[1].text, "nobody in particular") }
        try team.syncAll()
        for replica in team.replicas {
            let shown = try replica.detail(conversations[0]).messages.first { $0.id == note.message }
            #expect(shown?.mentions.map(\.name) == ["leila", "maya"])
        }
        for (name, count) in [("leila", 1), ("maya", 1), ("jonas", 0)] {
            let person = try team.person(name)
            let found = try team[name].cards { $0.mentioning = person }
            #expect(found.map(\.id) == Array(conversations.prefix(count)))
            var filter = InboxFilter()
            filter.mentionsMe = true
            let people = try team[name].read { try People($0) }
            #expect(try filter.query(for: person, people: people).mentioning == person)
        }
        try team.write("jonas") { try $0.undo(note.change.text) }
        try team.syncAll()
        let leila = try team.person("leila")
        #expect(try team["leila"].cards { $0.mentioning = leila }.isEmpty)
    }
}
