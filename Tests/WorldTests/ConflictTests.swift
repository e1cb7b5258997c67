import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What shows when several did something without knowing of each other. Each story ends with everyone in sync.
struct ConflictTests {
    private let team: Team
    private let conversation: RootID

    /// Anna has written once, and everyone knows.
    init() throws {
        team = try Team(in: TemporaryDirectory())
        conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
    }

    @Test func `a close that has seen all there is closes`() throws {
        try team.show(conversation, to: "jonas")
        try team.write("jonas") { try $0.close(conversation.text, seen: nil) }
        try expectEverywhere { $0.status == .closed }
    }

    @Test func `a close never hides a customer's message that its author had not seen`() throws {
        try team.show(conversation, to: "jonas")
        try team.receive("Hello?")
        try team.write("jonas") { try $0.close(conversation.text, seen: nil) }
        try expectEverywhere { $0.status == .active }
    }

    @Test func `a close counts what the screen showed, not what came in behind it`() throws {
        let token = try team.show(conversation, to: "jonas")
        try team.receive("Hello?")
        try team.syncAll()
        try team.write("jonas") { try $0.close(conversation.text, seen: token) }
        try expectEverywhere { $0.status == .active }
        try team.show(conversation, to: "jonas")
        try team.write("jonas") { try $0.close(conversation.text, seen: nil) }
        try expectEverywhere { $0.status == .closed }
    }

    @Test(arguments: [true, false])
    func `an escalation survives a concurrent close, whichever is later`(escalatesFirst: Bool) throws {
        try team.show(conversation, to: "leila")
        let steps: [() throws -> Void] = [
            { _ = try team.write("jonas") { try $0.escalate(conversation.text) } },
            { _ = try team.write("leila") { try $0.close(conversation.text, seen: nil) } },
        ]
        for step in escalatesFirst ? steps : steps.reversed() { try step() }
        try expectEverywhere { $0.status == .humanNeeded && $0.pause?.reason == .escalation }
    }

    @Test func `a reopening wins over a concurrent close`() throws {
        try team.write("maya") { try $0.escalate(conversation.text) }
        try team.syncAll()
        try team.write("jonas") { try $0.reopen(conversation.text) }
        try team.write("leila") { try $0.close(conversation.text, seen: nil) }
        try expectEverywhere { $0.status == .active }
    }

    @Test func `a label that one adds while another removes it stays`() throws {
        try team.write("jonas") { try $0.addLabels(["vip", "late"], to: conversation.text) }
        try team.syncAll()
        try team.write("jonas") { try $0.removeLabels(["vip", "late"], from: conversation.text) }
        // Leila takes it away and puts it back: an add that Jonas did not know of.
        try team.write("leila") { try $0.removeLabels(["vip"], from: conversation.text) }
        try team.write("leila") { try $0.addLabels(["vip"], to: conversation.text) }
        try expectEverywhere { $0.labels == ["vip"] }
    }

    @Test(arguments: [["jonas", "leila"], ["leila", "jonas"]])
    func `of two concurrent assignments the later shows`(order: [String]) throws {
        for name in order {
            let person = try team.person(name)
            try team.write(name) { try $0.assign(conversation.text, to: person) }
        }
        try expectEverywhere { $0.assignee?.name == order[1] }
    }

    /// Several conversations, since any of them may agree by chance.
    @Test func `of two assignments in one millisecond the same one shows to everyone`() throws {
        let conversations = try (0..<8).map { try team.receive("Hello", from: "customer \($0)") }
        try team.syncAll()
        for name in ["jonas", "leila"] {
            let person = try team.person(name)
            for (number, conversation) in conversations.enumerated() {
                try team[name].transact(now: team.now + UInt64(number) * 1000 + 10) {
                    _ = try InboxWriter($0).assign(conversation.text, to: person)
                }
            }
        }
        team.pass(60_000)
        try team.syncAll()
        for conversation in conversations {
            #expect(Set(try team.replicas.map { try $0.detail(conversation).assignee?.name }).count == 1)
        }
    }

    @Test(arguments: [true, false])
    func `a pause of the assistant wins over a concurrent resume, whichever is later`(pausesFirst: Bool) throws {
        try team.write("maya") { try $0.pauseAI(conversation.text) }
        try team.syncAll()
        let steps: [() throws -> Void] = [
            {
                // A pause that Leila does not know of: Jonas resumes, then thinks better of it.
                try team.write("jonas") { try $0.resumeAI(conversation.text) }
                try team.write("jonas") { try $0.pauseAI(conversation.text) }
            },
            { _ = try team.write("leila") { try $0.resumeAI(conversation.text) } },
        ]
        for step in pausesFirst ? steps : steps.reversed() { try step() }
        try expectEverywhere { $0.pause?.reason == .manual }
    }

    @Test func `a resume ends the pauses it has seen`() throws {
        try team.write("jonas") { try $0.escalate(conversation.text) }
        try team.syncAll()
        try team.write("leila") { try $0.resumeAI(conversation.text) }
        try expectEverywhere { $0.pause == nil && $0.status == .active }
    }

    @Test func `one lead's fields, set by two, all stay; of one field the later one`() throws {
        let lead = try #require(try team["maya"].detail(conversation).lead?.id)
        try team.write("jonas") { try $0.setLead(lead.text, LeadPatch(email: "anna@example.com", score: .to(20))) }
        try team.write("leila") { try $0.setLead(lead.text, LeadPatch(phone: "+1 202 555 0142", score: .to(80))) }
        try expectEverywhere {
            $0.lead?.email == "anna@example.com" && $0.lead?.phone == "+12025550142" && $0.lead?.score == 80
        }
    }

    private func expectEverywhere(
        _ claim: (ConversationDetail) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try team.syncAll()
        for (name, replica) in zip(team.names + ["relay"], team.replicas) {
            let detail = try replica.detail(conversation)
            #expect(claim(detail), "\(name): \(detail)", sourceLocation: sourceLocation)
            try #require(detail.id == conversation)
        }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1, sourceLocation: sourceLocation)
    }
}
