import CRDT
import ChangeLog
import Inbox
import Testing

/// What goes out now, message by message: each way of being held, dropped or kept waiting.
struct DispatchRuleTests {
    private typealias Item = DispatchRule.Item
    private typealias Decision = DispatchRule.Decision

    private static let now: Int64 = 1_800_000_000_000
    private static let maya = ChangeID(high: 1, low: 0)

    private static func item(_ change: (inout Item) -> Void = { _ in }) -> Item {
        var item = Item(
            id: ElementID(change: ChangeID(high: 0, low: 7), body: 0, operation: 0), author: maya, isAssistants: false,
            state: .queued, queuedAt: now - 1_000)
        change(&item)
        return item
    }

    private static func assistants(_ change: (inout Item) -> Void = { _ in }) -> Item {
        var item = item(change)
        (item.isAssistants, item.author) = (true, nil)
        return item
    }

    private static func decision(
        on item: Item, now: Int64 = now, window: MessagingWindow = .open(until: now + 3_600_000),
        patience: Int64? = 86_400_000, isChannelDown: Bool = false, lastSent: Int64? = nil
    ) -> Decision? {
        DispatchRule.decisions(
            on: [item],
            .init(now: now, window: window, patience: patience, isChannelDown: isChannelDown, lastSent: lastSent)
        ).first?.decision
    }

    // MARK: Reasons

    @Test func `what nothing speaks against goes out`() {
        #expect(Self.decision(on: Self.item()) == .send)
        #expect(Self.decision(on: Self.assistants()) == .send)
        for state in DeliveryState.allCases where state != .queued {
            #expect(Self.decision(on: Self.item { $0.state = state }) == nil)
        }
    }

    @Test(arguments: [OutboxReason.conversationMoved, .aiAnswered, .collision])
    func `what somebody said meanwhile holds a reply, unless its author said beforehand what then`(
        reason: OutboxReason
    ) {
        #expect(Self.decision(on: Self.item { $0.objection = reason }) == .hold(reason))
        let sendAnyway = Self.item {
            ($0.objection, $0.terms.sendsAnyway) = (reason, true)
        }
        #expect(Self.decision(on: sendAnyway) == .send)
        let ifNoReply = Self.item {
            ($0.objection, $0.terms.dropsIfMoved) = (reason, true)
        }
        #expect(Self.decision(on: ifNoReply) == .drop(reason))
    }

    @Test(arguments: OutboxReason.allCases)
    func `of the assistant nothing is held for a person: whatever speaks against it lets it go`(reason: OutboxReason) {
        let item: Item? =
            switch reason {
            case .conversationMoved, .aiAnswered, .collision, .personActed: Self.assistants { $0.objection = reason }
            case .windowClosed, .channelDown: nil
            case .templateChanged, .unsupported: Self.assistants { $0.hindrance = reason }
            case .stale: Self.assistants { $0.queuedAt = Self.now - DispatchRule.assistantsPatience - 1 }
            case .authorRevoked: Self.assistants { $0.isAuthorRevoked = true }
            case .relayRestored: Self.assistants { $0.isInDoubt = true }
            case .expired: Self.assistants { $0.terms.notAfter = Self.now }
            }
        if let item { #expect(Self.decision(on: item) == .drop(reason)) }
        #expect(Self.decision(on: Self.assistants(), window: .closed(since: 5)) == .drop(.windowClosed))
        #expect(Self.decision(on: Self.assistants(), isChannelDown: true) == .drop(.channelDown))
        // No order of its own lets it speak where it is to be silent.
        let anyway = Self.assistants { ($0.objection, $0.terms.sendsAnyway) = (.personActed, true) }
        #expect(Self.decision(on: anyway) == .drop(.personActed))
    }

    @Test func `a channel that does not work holds a reply`() {
        #expect(Self.decision(on: Self.item(), isChannelDown: true) == .hold(.channelDown))
    }

    @Test func `what the relay may have sent and forgotten is held, and so is what was written by who was cut off`() {
        #expect(Self.decision(on: Self.item { $0.isInDoubt = true }) == .hold(.relayRestored))
        #expect(Self.decision(on: Self.item { $0.isAuthorRevoked = true }) == .hold(.authorRevoked))
        // Whatever its author said beforehand.
        let anyway = Self.item { ($0.isInDoubt, $0.terms.sendsAnyway) = (true, true) }
        #expect(Self.decision(on: anyway) == .hold(.relayRestored))
    }

    @Test(arguments: [OutboxReason.templateChanged, .unsupported])
    func `what the channel cannot carry, and a template that is another one now, are held`(reason: OutboxReason) {
        #expect(Self.decision(on: Self.item { $0.hindrance = reason }) == .hold(reason))
    }

    // MARK: The window

    @Test func `outside the window a reply is held, a template goes out, and in a web chat only the assistant speaks`()
    {
        let windows: [(MessagingWindow, person: Decision, assistant: Decision)] = [
            (.unlimited, .send, .send), (.open(until: Self.now + 1), .send, .send),
            (.closed(since: Self.now), .hold(.windowClosed), .drop(.windowClosed)),
            (.closed(since: nil), .hold(.windowClosed), .drop(.windowClosed)),
            (.assistantOnly, .hold(.windowClosed), .send),
        ]
        for (window, person, assistant) in windows {
            #expect(Self.decision(on: Self.item(), window: window) == person)
            #expect(Self.decision(on: Self.assistants(), window: window) == assistant)
            #expect(Self.decision(on: Self.item { $0.isTemplate = true }, window: window) == .send)
        }
    }

    @Test func `in the window's last minute nothing goes out any more`() {
        let end = Self.now + 60_000
        for (now, decision) in [(Self.now - 1, Decision.send), (Self.now, .hold(.windowClosed))] {
            let window = MessagingWindow(length: 60, lastInbound: end - 3_600_000, isForPeople: true, now: now)
            #expect(Self.decision(on: Self.item(), now: now, window: window) == decision)
        }
    }

    // MARK: Times

    @Test func `a reply that waited longer than its channel's patience is held, counted from when it may go out`() {
        let patience: Int64 = 60_000
        let old = Self.item { $0.queuedAt = Self.now - patience }
        #expect(Self.decision(on: old, patience: patience) == .send)
        #expect(Self.decision(on: old, now: Self.now + 1, patience: patience) == .hold(.stale))
        #expect(Self.decision(on: old, now: .max, patience: nil) == .send)
        let scheduled = Self.item { ($0.queuedAt, $0.terms.notBefore) = (0, Self.now - patience) }
        #expect(Self.decision(on: scheduled, patience: patience) == .send)
        let ancient = Self.item { $0.queuedAt = .min }
        #expect(Self.decision(on: ancient, patience: patience) == .hold(.stale))
    }

    @Test func `a reply is dropped at its expiry, and waits for its time before that`() {
        let terms = SendingTerms(notBefore: Self.now + 10, isScheduled: true, notAfter: Self.now + 20)
        let expected: [(Int64, Decision)] = [
            (0, .wait(until: Self.now + 10)), (9, .wait(until: Self.now + 10)), (10, .send), (19, .send),
            (20, .drop(.expired)), (21, .drop(.expired)),
        ]
        for (later, decision) in expected {
            #expect(Self.decision(on: Self.item { $0.terms = terms }, now: Self.now + later) == decision)
        }
    }

    @Test func `what is to wait is judged when its time has come, not before`() {
        let waiting = Self.item {
            ($0.objection, $0.terms.notBefore) = (.conversationMoved, Self.now + 5_000)
        }
        #expect(Self.decision(on: waiting) == .wait(until: Self.now + 5_000))
        #expect(Self.decision(on: waiting, now: Self.now + 5_000) == .hold(.conversationMoved))
    }

    @Test func `one customer is sent one message every six seconds`() {
        for (ago, decision) in [(0, Decision.wait(until: Self.now + 6_000)), (5_999, .wait(until: Self.now + 1))] {
            #expect(Self.decision(on: Self.item(), lastSent: Self.now - Int64(ago)) == decision)
        }
        #expect(Self.decision(on: Self.item(), lastSent: Self.now - 6_000) == .send)
        // What cannot go out at all does not wait for its turn.
        #expect(Self.decision(on: Self.item { $0.isInDoubt = true }, lastSent: Self.now) == .hold(.relayRestored))
    }

    @Test func `what the provider could not take waits twice as long each time, up to an hour, and is judged again`() {
        let waits = (1...12).map { DispatchRule.backoff(after: $0) }
        #expect(waits.prefix(4) == [6_000, 12_000, 24_000, 48_000])
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $1 == min($0 * 2, 3_600_000) })
        for attempt in [Int64.min, -1, 0] { #expect(DispatchRule.backoff(after: attempt) == 6_000) }
        #expect(DispatchRule.backoff(after: .max) == 3_600_000)
        let postponed = Self.item { $0.retryAt = Self.now + 6_000 }
        #expect(Self.decision(on: postponed) == .wait(until: Self.now + 6_000))
        #expect(Self.decision(on: postponed, now: Self.now + 6_000) == .send)
        let moved = Self.item { ($0.retryAt, $0.objection) = (Self.now + 6_000, .conversationMoved) }
        #expect(Self.decision(on: moved) == .hold(.conversationMoved))
    }
}
