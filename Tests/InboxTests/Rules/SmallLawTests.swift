import CRDT
import ChangeLog
import Inbox
import Simulation
import Testing

/// Rules that are small enough to be tried out in full.
struct SmallLawTests {
    // MARK: Delivery

    @Test func `whatever was told of a message, its state is the furthest, and an arrival outweighs every failure`() {
        let told: [DeliveryEvent] = [.sent, .delivered, .read, .played, .failed, .unknown]
        for bits in 0..<(1 << told.count) {
            let events = told.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
            let state = Self.state(events)
            #expect(state == Self.state(events.reversed() + events))
            let arrival = [DeliveryEvent.played, .read, .delivered].first(where: events.contains)
            if let arrival {
                #expect(state.rawValue == arrival.name)
            } else if events.contains(.failed) {
                #expect(state == .failed)
            } else {
                #expect(state == (events.contains(.sent) ? .sent : events.contains(.unknown) ? .unknown : .queued))
            }
        }
    }

    private static func state(_ events: [DeliveryEvent]) -> DeliveryState {
        var facts = OutboxRule.Facts()
        facts.records = events.enumerated().map { .init($1, by: Int64($0), at: Int64($0)) }
        return OutboxRule.state(facts) { _, _ in false }.state
    }

    // MARK: Snooze

    @Test func `a snooze holds if all want it and have seen everything, until the earliest of their times`() {
        let writes: [SnoozeRule.Write] = [
            .init(until: 10, hasSeenAll: true), .init(until: 20, hasSeenAll: true), .init(until: nil, hasSeenAll: true),
            .init(until: 5, hasSeenAll: false),
        ]
        for writes in writes.tuples(upTo: 3) {
            let until = SnoozeRule.until(writes)
            #expect(until == SnoozeRule.until(writes.reversed()))
            if writes.isEmpty || writes.contains(where: { $0.until == nil || !$0.hasSeenAll }) {
                #expect(until == nil)
            } else {
                #expect(until == writes.compactMap(\.until).min())
            }
        }
    }

    // MARK: Window

    @Test(arguments: [Int64(1), 60, 1_440, 10_080, ChannelPolicy.longest, .max])
    func `a window is open from the customer's message to a minute before its end`(length: Int64) {
        let window = { (now: Int64) in MessagingWindow(length: length, lastInbound: 5, isForPeople: true, now: now) }
        guard length < ChannelPolicy.longest * 2 else {
            #expect(window(.max) == .unlimited)
            return
        }
        let end = 5 + length * 60_000
        #expect(window(end - 60_001).isOpen && window(end - 60_001) == .open(until: end))
        for now in [end - 60_000, end, end + 1, .max] { #expect(window(now) == .closed(since: end)) }
    }

    @Test func `where people do not write, no window is open to them; without a limit it always is`() {
        for length in [nil, Int64(60)] {
            for lastInbound in [nil, Int64(0)] {
                let window = MessagingWindow(length: length, lastInbound: lastInbound, isForPeople: false, now: 1)
                #expect(window == .assistantOnly && !window.isOpen)
            }
        }
        #expect(MessagingWindow(length: nil, lastInbound: nil, isForPeople: true, now: 1) == .unlimited)
        #expect(MessagingWindow(length: 60, lastInbound: nil, isForPeople: true, now: 1) == .closed(since: nil))
    }

    @Test func `something is offered wherever people may not write, except where nothing can be done`() {
        for kind in ChannelKind.allCases.map(Optional.some) + [nil] {
            for canFollowUp in [true, false] {
                #expect(WindowOffer.all(for: .unlimited, on: kind, canFollowUp: canFollowUp).isEmpty)
                #expect(WindowOffer.all(for: .open(until: 1), on: kind, canFollowUp: canFollowUp).isEmpty)
                let closed = WindowOffer.all(for: .closed(since: 1), on: kind, canFollowUp: canFollowUp)
                #expect(closed.last == .wait)
                #expect(closed.contains(.template) == (kind == .whatsapp))
                #expect(
                    closed.contains(.followUp) == (canFollowUp && kind != .whatsapp && kind != .whatsappDirect))
                let onlyAssistant = WindowOffer.all(for: .assistantOnly, on: .webChat, canFollowUp: canFollowUp)
                #expect(onlyAssistant == (canFollowUp ? [.followUp] : []))
            }
        }
    }

    // MARK: What people and the assistant write

    /// Up to three current writes of every kind, with every order of stamps.
    @Test func `a person's word shows over the assistant's; of several the latest; null hands back`() {
        let kinds: [(value: Value, yields: Bool)] = [
            (.text("a"), false), (.text("b"), false), (.null, false), (.text("c"), true), (.null, true),
        ]
        for kinds in kinds.tuples(upTo: 3) {
            let writes = kinds.enumerated().map { number, kind in
                SharedField.Write(
                    kind.value, stamp: Stamp(milliseconds: 1, counter: UInt16(number)) ?? .zero,
                    change: ChangeID(high: 0, low: UInt64(number)), yields: kind.yields)
            }
            let field = SharedField(writes)
            #expect(field == SharedField(writes.reversed()))
            let person = writes.last { !$0.yields }
            let assistant = writes.last { $0.yields && $0.value != .null }
            if let person, person.value != .null {
                #expect(field.shown == person && field.isPinned && field.source == .person)
            } else {
                #expect(field.shown == assistant && !field.isPinned)
                #expect(field.source == (assistant == nil ? nil : .assistant))
            }
        }
    }
}
