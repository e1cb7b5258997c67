import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

@testable import Assistant
@testable import Inbox

/// Turns on replicas: what is written, once, and what happens when others act meanwhile.
struct TurnTests {
    private let shop: Shop
    private let conversation: RootID
    private let hours = Lamps.articles[0].text

    /// Anna has asked something that the assistant knows, ten seconds ago.
    init() throws {
        shop = try Shop()
        conversation = try shop.receive("What are your opening hours?")
        shop.pass(seconds: 10)
    }

    // MARK: What a turn writes

    @Test func `an answer, a score and a summary are one change, and the answer says what it rests on`() throws {
        let before = try shop.changes(on: "assistant")
        let outcome = try #require(try shop.round().first)
        #expect(try shop.changes(on: "assistant") == before + 1)
        #expect(outcome.change != nil)
        let detail = try shop.detail(conversation)
        let answer = try #require(detail.messages.last)
        #expect((answer.sender, answer.state, answer.text) == (.assistant, .queued, hours))
        #expect(answer.unseen.isEmpty)
        let details = try #require(JSONValue(json: Array((answer.details ?? "").utf8)))
        #expect(
            details
                == .object([
                    "answers": .text(detail.messages[0].id.text), "articles": .list([.text(Lamps.articles[0].id.text)]),
                    "confidence": .integer(100),
                ]))
        #expect((detail.lead?.score, detail.lead?.scoreSource) == (7, .assistant))
        #expect(detail.summary?.topics == ["Opening hours"])
        #expect(detail.summary?.missing == 0)
        #expect(detail.status == .active && detail.pause == nil)
    }

    @Test func `nothing is answered twice, in further rounds or by another runner after a restart`() throws {
        try shop.round()
        let before = try shop.changes(on: "assistant")
        for _ in 0..<3 {
            let outcomes = try shop.round()
            #expect(outcomes.map(\.decision) == [.silent(.answered(by: .assistant))])
        }
        try shop.tell(.sent, of: hours, in: conversation)
        try shop.tell(.delivered, of: hours, in: conversation)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours])
        #expect(
            try shop.changes(on: "assistant") == before + 2, "but for the receipts' conversation nothing is written")
    }

    @Test func `an answer that failed is not tried again`() throws {
        try shop.round()
        try shop.tell(.failed, of: hours, in: conversation)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours])
    }

    @Test func `a burst gets one answer, after it has ended`() throws {
        let ben = try shop.receive("Hello", from: "ben")
        shop.pass(seconds: 5)
        try shop.receive("What are your opening hours?", from: "ben")
        shop.pass(seconds: 5)
        try shop.receive("And the shipping costs?", from: "ben")
        let early = try shop.round()
        #expect(RoundReport(early).waiting == 1)
        #expect(try shop.replies(in: ben) == [])
        shop.pass(seconds: 8)
        try shop.round()
        #expect(
            try shop.replies(in: ben) == [[Lamps.articles[0], Lamps.articles[1]].map(\.text).joined(separator: "\n\n")])
    }

    @Test func `who wants a person gets one message, a reason for the team, and silence from then on`() throws {
        let ben = try shop.receive("Can I talk to a human please?", from: "ben")
        shop.pass(seconds: 10)
        let before = try shop.changes(on: "assistant")
        let report = RoundReport(try shop.round())
        #expect((report.answered, report.escalated) == (1, 1))
        #expect(try shop.changes(on: "assistant") == before + 2, "one for Anna, one for Ben")
        let detail = try shop.detail(ben)
        #expect(detail.status == .humanNeeded)
        #expect(detail.pause?.reason == .escalation)
        #expect(try shop.replies(in: ben) == [TeamWords.handOver[.english]])
        let note = try #require(detail.messages.first { $0.kind == .note })
        #expect(note.text == "The assistant asks for a person: the customer wants one (“human”).")
        try shop.receive("Hello??", from: "ben")
        shop.pass(seconds: 10)
        try shop.round()
        #expect(try shop.replies(in: ben).count == 1)
    }

    @Test func `what it does not know it leaves alone, and hands over when asked again`() throws {
        let ben = try shop.receive("Do you sell bicycles?", from: "ben")
        shop.pass(seconds: 10)
        #expect(RoundReport(try shop.round()).silent == 1)
        #expect(try shop.detail(ben).status == .active)
        #expect(try shop.detail(ben).summary?.openQuestions == ["Do you sell bicycles?"])
        shop.pass(seconds: 60)
        try shop.receive("Hello? Bicycles?", from: "ben")
        shop.pass(seconds: 10)
        try shop.round()
        #expect(try shop.detail(ben).status == .humanNeeded)
        #expect(try shop.replies(in: ben) == [TeamWords.handOver[.english]])
    }

    @Test func `while a person answers it goes on scoring and summing up, and says nothing`() throws {
        try shop.write("jonas") { _ = try $0.takeOver(conversation.text) }
        try shop.receive("How much is the Halo? We want to buy twelve.")
        shop.pass(seconds: 10)
        let report = RoundReport(try shop.round())
        #expect((report.answered, report.scored, report.summarised, report.silent) == (0, 1, 1, 1))
        let detail = try shop.detail(conversation)
        #expect((detail.lead?.score, detail.lead?.status) == (62, "interested"))
        #expect(detail.assignee?.name == "jonas")
        let before = try shop.changes(on: "assistant")
        try shop.round()
        #expect(try shop.changes(on: "assistant") == before)
    }

    @Test func `two conversations of one customer do not outbid each other with scores`() throws {
        let name = "what they ask in both: do you sell bicycles?"
        let other = try shop.receive(name, from: "anna2")
        let leads = try [conversation, other].compactMap { try shop.detail($0).lead?.id.text }
        for lead in leads { try shop.write("maya") { _ = try $0.setLead(lead, LeadPatch(email: "anna@example.com")) } }
        try shop.syncAll()
        #expect(try shop.detail(conversation).lead?.id == shop.detail(other).lead?.id)
        shop.pass(seconds: 10)
        try shop.round()
        let score = try shop.detail(other).lead?.score
        let before = try shop.changes(on: "assistant")
        for _ in 0..<3 { try shop.round() }
        #expect(try shop.changes(on: "assistant") == before)
        #expect(try shop.detail(other).lead?.score == score)
    }

    @Test func `a rehearsal says what would be done, and writes nothing`() throws {
        let digest = try shop["assistant"].digest()
        let outcome = try #require(try shop.round(isRehearsal: true).first)
        #expect(outcome.decision == .answer)
        #expect((outcome.writes.reply, outcome.change) == (hours, nil))
        #expect(try shop["assistant"].digest() == digest)
    }

    @Test func `only a device with the assistant's role takes turns`() throws {
        let runner = AssistantRunner(shop["jonas"], assistant: BuiltInAssistant())
        #expect(throws: InboxFailure.notAllowed(.agent)) { try runner.round(now: Int64(shop.now), stamp: shop.now) }
    }

    // MARK: What people have set

    @Test func `a person's score, status and summary stand, and nothing is written over them`() throws {
        let lead = try #require(try shop.detail(conversation).lead)
        var patch = LeadPatch(status: .to("lost"), score: .to(3))
        patch.summary = "A journalist."
        try shop.write("maya") { _ = try $0.setLead(lead.id.text, patch) }
        try shop.receive("How much is the Halo? We want to buy twelve.")
        shop.pass(seconds: 10)
        let outcome = try #require(try shop.round().first)
        #expect(outcome.turn?.score?.value == 62)
        #expect(outcome.writes.lead == LeadPatch())
        let after = try #require(try shop.detail(conversation).lead)
        #expect((after.score, after.status, after.summary) == (3, "lost", "A journalist."))
    }

    @Test func `a status never goes backwards, whatever an assistant says`() throws {
        struct Gloomy: ConversationAssistant {
            func answer(_ situation: ConversationSituation) -> AssistantTurn {
                var turn = AssistantTurn()
                (turn.leadStatus, turn.score) = (LeadStatus.new.rawValue, .init(400, signals: []))
                return turn
            }
        }
        try shop.receive("How much is the Halo? We want to buy twelve.")
        shop.pass(seconds: 10)
        try shop.round()
        try shop.sendAll(in: conversation)
        try shop.receive("And?")
        shop.pass(seconds: 10)
        try shop.round(Gloomy())
        let lead = try #require(try shop.detail(conversation).lead)
        #expect((lead.status, lead.score) == ("interested", 100))
    }

    @Test func `an answer longer than the channel takes is a person's business`() throws {
        struct Chatty: ConversationAssistant {
            func answer(_ situation: ConversationSituation) -> AssistantTurn {
                var turn = AssistantTurn()
                turn.reply = .init(String(repeating: "x", count: 4_097))
                return turn
            }
        }
        try shop.round(Chatty())
        #expect(try shop.replies(in: conversation) == [])
        #expect(try shop.detail(conversation).status == .humanNeeded)
    }

    // MARK: Meanwhile

    /// Something happens while the assistant thinks, the first so many times.
    private final class Interrupted: ConversationAssistant {
        private let event: () throws -> Void
        private var left: Int
        private(set) var asked = 0

        init(times: Int = 1, _ event: @escaping () throws -> Void) { (self.event, left) = (event, times) }

        func answer(_ situation: ConversationSituation) -> AssistantTurn {
            asked += 1
            if left > 0 {
                left -= 1
                do { try event() } catch { Issue.record(error) }
            }
            return BuiltInAssistant().answer(situation)
        }
    }

    @Test func `a reply that comes in while it thinks ends the turn`() throws {
        let thinking = Interrupted { [shop, conversation] in
            try shop.write("jonas") { _ = try $0.reply(to: conversation.text, with: "Nine to six.", seen: nil) }
            try shop.syncAll()
        }
        let outcome = try #require(try shop.round(thinking).first)
        #expect(outcome.decision == .silent(.personReplies))
        #expect(try shop.replies(in: conversation) == [])
    }

    @Test(arguments: ["pause", "assign", "escalate", "close", "phone"])
    func `whatever a person does while it thinks ends the turn`(deed: String) throws {
        let maya = try shop.person("maya")
        let thinking = Interrupted { [shop, conversation] in
            switch deed {
            case "pause": try shop.write("jonas") { _ = try $0.pauseAI(conversation.text) }
            case "assign": try shop.write("jonas") { _ = try $0.assign(conversation.text, to: maya) }
            case "escalate": try shop.write("jonas") { _ = try $0.escalate(conversation.text) }
            case "close": try shop.write("jonas") { _ = try $0.close(conversation.text, seen: nil) }
            default: try shop.receive("Nine to six.", sender: "phone")
            }
            try shop.syncAll()
        }
        try shop.round(thinking)
        #expect(try shop.replies(in: conversation) == [])
    }

    @Test func `a message that comes in while it thinks is waited for, and answered together with the first`() throws {
        let thinking = Interrupted { [shop] in try shop.receive("And the shipping costs?") }
        let outcome = try #require(try shop.round(thinking).first)
        guard case .wait = outcome.decision else {
            Issue.record("\(outcome.decision)")
            return
        }
        #expect(try shop.replies(in: conversation) == [])
        shop.pass(seconds: 10)
        try shop.round()
        #expect(try shop.replies(in: conversation).count == 1)
        #expect(try shop.replies(in: conversation).first?.contains("6 euros") == true)
    }

    @Test func `a second assistant on the same device does not answer what the first has just answered`() throws {
        let thinking = Interrupted { [shop] in
            _ = try AssistantRunner(shop["assistant"], assistant: BuiltInAssistant())
                .round(now: Int64(shop.now), stamp: shop.now)
        }
        let outcome = try #require(try shop.round(thinking).first)
        #expect(outcome.decision == .silent(.answered(by: .assistant)))
        #expect(try shop.replies(in: conversation) == [hours])
    }

    @Test func `a conversation that never stands still is left for the next round`() throws {
        let thinking = Interrupted(times: .max) { [shop, conversation] in
            try shop.write("jonas") { _ = try $0.note(on: conversation.text, "typing") }
            try shop.syncAll()
        }
        let outcome = try #require(try shop.round(thinking).first)
        #expect(outcome.change == nil)
        #expect(thinking.asked == AssistantRunner.attempts + 1)
        #expect(try shop.replies(in: conversation) == [])
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours])
    }

    @Test func `what others do elsewhere while it thinks is no reason to begin anew`() throws {
        let thinking = Interrupted { [shop] in try shop.receive("Hello", from: "ben") }
        try shop.round(thinking)
        #expect(thinking.asked == 1)
        #expect(try shop.replies(in: conversation) == [hours])
    }

    @Test func `an answer that was overtaken is waited for, and what it was to answer waits again once it was let go`()
        throws
    {
        try shop.receive("Hello??", isHeard: false)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours])
        shop.pass(seconds: 10)
        #expect(try shop.decision(conversation) == .silent(.overtaken))
        try shop.dispatch()
        #expect(try shop.detail(conversation).messages.first { $0.sender == .assistant }?.state == .cancelled)
        #expect(try shop.decision(conversation) == .answer)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours, hours], "the first one nobody has seen")
        #expect(try shop.detail(conversation).messages.last?.unseen == [])
    }

    @Test func `an answer that was overtaken and had left is not given again; only the rest is answered`() throws {
        try shop.round()
        try shop.tell(.sent, of: hours, in: conversation)
        shop.pass(seconds: 5)
        try shop.receive("And the shipping costs?")
        shop.pass(seconds: 10)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [hours, Lamps.articles[1].text])
    }

    @Test func `an answer that a person drops is not given again`() throws {
        try shop.round()
        let answer = try #require(try shop.detail(conversation).messages.last)
        try shop.write("maya") { _ = try $0.drop(answer.id.text) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.overruled))
        try shop.round()
        #expect(try shop.replies(in: conversation).count == 1)
    }

    @Test func `what it says while it hands over is sent, though the conversation is paused from then on`() throws {
        let ben = try shop.receive("I want a human", from: "ben")
        shop.pass(seconds: 10)
        try shop.round()
        let plan = try #require(try shop.plans().first { $0.conversation == ben })
        #expect(plan.steps.map(\.decision) == [.send])
    }
}
