import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Who works on a conversation, when several said so without knowing of each other.
struct AssignmentTests {
    @Test func `of several who take a conversation at once the last has it, and the others are told`() throws {
        let story = try Meanwhile(
            .by("maya") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("jonas") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("leila") { try $0.assign($1.id, to: $0.person(nil)) })
        let everyone = try story.happen()
        try everyone.see { detail, tale in
            detail.assignee?.name == tale.last && detail.assignedBy == .person
                && detail.displaced.map(\.name) == tale.order.dropLast().sorted()
        }
        try everyone.seeCards { card, name, tale in card.isDisplaced == (name != tale.last) }
        for name in ["maya", "jonas", "leila"] {
            let lost = try story.team[name].cards { $0.displacedOnly = true }
            #expect(Set(lost.map(\.id)) == Set(story.tales.filter { $0.last != name }.map(\.conversation)))
        }
    }

    @Test func `assigning it again, to whomever, settles who lost`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("leila") { try $0.assign($1.id, to: $0.person(nil)) })
        _ = try story.happen()
        try story.then("jonas") { try $0.assign($1.id, to: $0.person(nil)) }
        let everyone = try story.sync()
        try everyone.see { detail, _ in detail.assignee?.name == "jonas" && detail.displaced.isEmpty }
        try everyone.seeCards { card, _, _ in !card.isDisplaced }
        // Now everyone has seen it; saying it once more would say nothing.
        let tip = try story.team["jonas"].ownTip()
        try story.then("jonas") { try $0.assign($1.id, to: $0.person(nil)) }
        #expect(try story.team["jonas"].ownTip() == tip)
    }

    @Test func `two who assign it to the same person agree, and nobody is told anything`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.assign($1.id, to: $0.person("maya")) },
            .by("leila") { try $0.assign($1.id, to: $0.person("maya")) })
        let everyone = try story.happen()
        try everyone.see { detail, _ in detail.assignee?.name == "maya" && detail.displaced.isEmpty }
    }

    @Test func `whoever takes a conversation while another takes everybody off is told when it is nobody's`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("leila") { try $0.assign($1.id, to: nil) })
        try story.then("maya") { try $0.assign($1.id, to: $0.person(nil)) }
        let everyone = try story.happen()
        try everyone.see { detail, tale in
            tale.last == "jonas"
                ? detail.assignee?.name == "jonas" && detail.displaced.isEmpty
                : detail.assignee == nil && detail.displaced.map(\.name) == ["jonas"]
        }
        try everyone.seeCards { card, name, tale in card.isDisplaced == (name == "jonas" && tale.last == "leila") }
        try story.then("leila") { try $0.assign($1.id, to: nil) }
        try story.sync().see { detail, _ in detail.assignee == nil && detail.displaced.isEmpty }
    }

    @Test func `the assistant never assigns over a person, whichever is later`() throws {
        let story = try Meanwhile(
            .by("bot") { try $0.assign($1.id, to: $0.person("maya")) },
            .by("jonas") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("leila") { try $0.note(on: $1.id, "a note") }, newcomers: [("bot", .assistant)])
        let everyone = try story.happen()
        try everyone.see { detail, _ in
            detail.assignee?.name == "jonas" && detail.assignedBy == .person && detail.displaced.isEmpty
        }
        // Knowing of it, it does not even try.
        try story.team.syncAll()
        let tip = try story.team["bot"].ownTip()
        try story.then("bot") { try $0.assign($1.id, to: $0.person("maya")) }
        #expect(try story.team["bot"].ownTip() == tip)
    }

    @Test func `what the assistant assigned is anybody's to change, and theirs again once a person lets go`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.assign($1.id, to: $0.person(nil)) },
            .by("jonas") { try $0.note(on: $1.id, "a note") }, newcomers: [("bot", .assistant)])
        try story.then("bot") { try $0.assign($1.id, to: $0.person("maya")) }
        try story.sync().see { detail, _ in detail.assignee?.name == "maya" && detail.assignedBy == .assistant }
        try story.happen().see { detail, _ in detail.assignee?.name == "leila" && detail.assignedBy == .person }
        try story.then("leila") { try $0.assign($1.id, to: nil) }
        try story.sync().see { detail, _ in detail.assignee == nil && detail.assignedBy == nil }
        try story.then("bot") { try $0.assign($1.id, to: $0.person("jonas")) }
        try story.sync().see { detail, _ in detail.assignee?.name == "jonas" && detail.assignedBy == .assistant }
    }
}
