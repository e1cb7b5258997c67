import Inbox
import Testing

@testable import Assistant

/// When it is the assistant's turn, and for which of its reasons it is not.
struct TurnRuleTests {
    private let rule = TurnRule()
    private let written: Int64 = 1_800_000_000_000

    /// A conversation in which a customer wrote once, and nothing speaks against an answer.
    private func facts(_ change: (inout TurnFacts) -> Void = { _ in }) -> TurnFacts {
        var facts = TurnFacts()
        facts.waiting = [written]
        change(&facts)
        return facts
    }

    /// Ten seconds later.
    private func decision(after milliseconds: Int64 = 10_000, _ change: (inout TurnFacts) -> Void = { _ in })
        -> TurnRule.Decision
    {
        rule.decision(facts(change), now: written + milliseconds)
    }

    // MARK: Silence

    @Test func `where nobody has asked, the assistant is silent`() {
        #expect(decision { $0.waiting = [] } == .silent(.nothingAsked))
    }

    @Test func `what was imported or came with a channel's history is not answered`() {
        #expect(decision { $0.isHistoric = true } == .silent(.imported))
    }

    @Test(arguments: [Sender.agent, .phone])
    func `what a person has answered, the business phone included, the assistant does not answer`(sender: Sender) {
        #expect(decision { $0.response = .person(sender) } == .silent(.answered(by: sender)))
    }

    @Test func `what it has answered itself it does not answer again`() {
        #expect(decision { $0.response = .assistant } == .silent(.answered(by: .assistant)))
    }

    @Test func `an answer that a person kept from going out is not given again`() {
        #expect(decision { $0.response = .overruled } == .silent(.overruled))
    }

    @Test func `while nobody knows what becomes of an answer that was overtaken, there is no second one`() {
        #expect(decision { $0.response = .overtaken } == .silent(.overtaken))
    }

    @Test func `a person's reply that is queued or held keeps the assistant silent`() {
        #expect(decision { $0.response = .draft } == .silent(.personReplies))
    }

    @Test func `in a closed conversation the assistant is silent`() {
        #expect(decision { $0.status = .closed } == .silent(.closed))
    }

    @Test func `a pause keeps it silent, whatever it is for, until it is over`() {
        for reason in [Pause.Reason.escalation, .manual, .reply] {
            #expect(decision { $0.pause = Self.pause(reason) } == .silent(.paused(reason)))
        }
        let now = written + 10_000
        #expect(decision { $0.pause = Self.pause(.reply, until: now + 1) } == .silent(.paused(.reply)))
        #expect(decision { $0.pause = Self.pause(.reply, until: now) } == .answer)
    }

    @Test func `where a person was asked for the assistant is silent`() {
        #expect(decision { $0.status = .humanNeeded } == .silent(.personNeeded))
    }

    @Test func `what a person works on is theirs`() {
        #expect(decision { $0.isAssigned = true } == .silent(.assigned))
    }

    @Test func `outside the channel's window the assistant is silent`() {
        #expect(decision { $0.window = .closed(since: written) } == .silent(.windowClosed))
        #expect(decision { $0.window = .open(until: written + 86_400_000) } == .answer)
    }

    @Test func `on a web chat, where people do not write, the assistant does`() {
        #expect(decision { $0.window = .assistantOnly } == .answer)
    }

    @Test func `a message older than the limit is left to people, by the provider's time`() {
        #expect(decision(after: 15 * 60_000) == .answer)
        #expect(decision(after: 15 * 60_000 + 1) == .silent(.tooOld))
    }

    @Test func `a message that came in below what had gone out is left to people`() {
        #expect(decision { $0.isLate = true } == .silent(.arrivedLate))
    }

    @Test func `of several reasons the one that lies nearest to the customer's message is told`() {
        let all = decision {
            ($0.status, $0.isAssigned, $0.isLate) = (.humanNeeded, true, true)
            ($0.response, $0.pause) = (.draft, Self.pause(.manual))
        }
        #expect(all == .silent(.personReplies))
    }

    // MARK: Debounce

    @Test func `it waits until the customer has been quiet for eight seconds`() {
        #expect(decision(after: 0) == .wait(until: written + 8_000))
        #expect(decision(after: 7_999) == .wait(until: written + 8_000))
        #expect(decision(after: 8_000) == .answer)
    }

    @Test func `each further message of a burst is waited for, but no longer than thirty seconds in all`() {
        let burst = (0...5).map { written + $0 * 6_000 }
        let early = facts { $0.waiting = Array(burst.prefix(3)) }
        #expect(rule.decision(early, now: burst[2] + 1) == .wait(until: burst[2] + 8_000))
        let long = facts { $0.waiting = burst }
        #expect(rule.decision(long, now: written + 29_999) == .wait(until: written + 30_000))
        #expect(rule.decision(long, now: written + 30_000) == .answer)
    }

    @Test func `a message that waited for long before does not make a new one answered at once`() {
        let facts = facts { $0.waiting = [written - 600_000, written] }
        #expect(rule.decision(facts, now: written + 1) == .wait(until: written + 8_000))
        #expect(rule.attempts(facts.waiting) == 2)
        #expect(rule.attempts([written, written + 20_000]) == 1)
        #expect(rule.attempts([]) == 0)
    }

    @Test func `both times can be set, and a longer quiet outlasts the cap`() {
        var rule = TurnRule()
        (rule.quiet, rule.longestWait) = (0, 0)
        #expect(rule.decision(facts(), now: written) == .answer)
        (rule.quiet, rule.longestWait) = (60_000, 30_000)
        #expect(rule.decision(facts(), now: written) == .wait(until: written + 60_000))
    }

    @Test func `a clock that lies behind the provider's waits, and times at the ends of their range do no harm`() {
        #expect(decision(after: -5_000) == .wait(until: written + 8_000))
        for time in [Int64.min, 0, .max] {
            for now in [Int64.min, 0, .max] {
                _ = rule.decision(facts { $0.waiting = [time, .max] }, now: now)
                _ = rule.decision(facts { $0.waiting = [time] }, now: now)
            }
        }
        #expect(rule.decision(facts { $0.waiting = [.min] }, now: .max) == .silent(.tooOld))
        #expect(rule.decision(facts { $0.waiting = [.max] }, now: .min) == .wait(until: .max))
    }

    /// As the inbox derives one.
    private static func pause(_ reason: Pause.Reason, until: Int64? = nil) -> Pause? {
        switch reason {
        case .escalation: return PauseRule.pause(among: [.escalation], replies: [])
        case .manual: return PauseRule.pause(among: [.manual], replies: [])
        case .reply:
            guard let until else { return PauseRule.pause(among: [], replies: [.init(at: 0, timer: 0)]) }
            return PauseRule.pause(among: [], replies: [.init(at: until - 60_000, timer: 1)])
        }
    }
}
