import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What a conversation is about so far, and how far that reaches.
struct SummaryTests {
    private static let text = #"{"topics":["lamps"],"next_steps":["send an offer"],"mood":"good"}"#

    @Test func `a summary knows up to which message it reaches, and how many came since`() throws {
        let story = try Meanwhile(
            Meanwhile.Deed(name: "bot") { team, tale in try team.sumUp(Self.text, by: "bot", in: tale.conversation) },
            .arrives("Hello?"), .by("jonas") { try $0.note(on: $1.id, "a note") }, newcomers: [("bot", .assistant)])
        let everyone = try story.happen()
        try everyone.see { detail, _ in
            detail.summary?.topics == ["lamps"] && detail.summary?.nextSteps == ["send an offer"]
                && detail.summary?.pains == [] && detail.summary?.source == .assistant
                && detail.summary?.reaches == detail.messages.first?.id && detail.summary?.missing == 1
        }
        try story.everyone { try $0.sumUp(Self.text, by: "bot", in: $1.conversation) }
        try story.sync().see { detail, _ in detail.summary?.missing == 0 }
    }

    @Test func `what a person sums up stands against the assistant's, whichever is later`() throws {
        let story = try Meanwhile(
            Meanwhile.Deed(name: "bot") { team, tale in try team.sumUp(Self.text, by: "bot", in: tale.conversation) },
            Meanwhile.Deed(name: "leila") { team, tale in
                try team.sumUp(#"{"topics":["returns"]}"#, by: "leila", in: tale.conversation)
            }, newcomers: [("bot", .assistant)])
        try story.happen().see { detail, _ in
            detail.summary?.topics == ["returns"] && detail.summary?.source == .person
        }
    }

    @Test func `a summary that can not be read shows as none`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
        for nonsense in ["", "lamps", "[]", #"{"topics":"lamps"}"#] {
            try team.sumUp(nonsense, by: "leila", in: conversation)
            #expect(try team["leila"].detail(conversation).summary == nil)
        }
    }
}
