import Inbox
import Simulation
import TestSupport
import Testing

/// What has become of a message, from everything that can be known of it in small.
struct OutboxRuleTests {
    private typealias Rule = OutboxRule

    /// Everybody had seen all that has a lower place.
    private static func inTurn(_ place: Int64, _ by: Int64) -> Bool { place < by }
    /// Nobody had seen anything.
    private static func never(_ place: Int64, _ by: Int64) -> Bool { false }

    private static func facts(
        _ records: [Rule.Record] = [], orders: [Rule.Directive] = [], granted: [Int64] = []
    ) -> Rule.Facts {
        var facts = Rule.Facts()
        (facts.records, facts.directives) = (records, orders)
        facts.grants = granted.map { Rule.Grant(attempt: $0, at: $0) }
        return facts
    }

    // MARK: Order

    /// Up to four of these, in every order; two of them at one time, and two with different codes.
    @Test func `what has become of a message follows from what is known, in whatever order that came`() {
        let records: [Rule.Record] = [
            .init(.sent, attempt: 1, by: 1, at: 1), .init(.failed, code: "a", attempt: 1, by: 2, at: 2),
            .init(.failed, code: "b", by: 3, at: 2), .init(.unknown, attempt: 1, by: 4, at: 4),
            .init(.abandoned, attempt: 1, by: 5, at: 5), .init(.held, code: "stale", by: 6, at: 6),
            .init(.held, code: "collision", by: 7, at: 6), .init(.dropped, code: "expired", by: 8, at: 8),
            .init(.delivered, by: 9, at: 9), .init(.failed, code: "c", attempt: 2, by: 10, at: 10),
        ]
        let orders: [Rule.Directive] = [.init(sends: true, by: 11), .init(sends: false, by: 12)]
        for hasSeen in [Self.inTurn, Self.never] {
            for bits in 0..<(1 << records.count) where bits.nonzeroBitCount <= 4 {
                let chosen = records.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
                let states = chosen.orders.flatMap { records in
                    [orders, orders.reversed()].map {
                        OutboxRule.state(Self.facts(records, orders: $0, granted: [1]), hasSeen: hasSeen)
                    }
                }
                #expect(Set(states).count == 1, "\(chosen)")
            }
        }
    }

    // MARK: Orders

    /// Every history of a hold and three orders, with every choice of who sends and who cancels.
    @Test func `of orders that did not know of each other a cancel wins, and a release ends the holds it has seen`() {
        for history in History.all(of: 4) {
            for choices in [true, false].tuples(upTo: 3) where choices.count == 3 {
                for hold in 0..<4 {
                    let places = (0..<4).filter { $0 != hold }
                    let orders = zip(places, choices).map { Rule.Directive(sends: $1, by: Int64($0)) }
                    let record = Rule.Record(.held, code: "stale", by: Int64(hold), at: 0)
                    let state = OutboxRule.state(Self.facts([record], orders: orders)) { place, by in
                        history.events[Int(by)].past.contains(Int(place))
                    }
                    let standing = orders.filter { order in
                        !orders.contains { history.events[Int($0.by)].past.contains(Int(order.by)) }
                    }
                    if standing.contains(where: { !$0.sends }) {
                        #expect(state.state == .cancelled)
                    } else if standing.contains(where: { history.events[Int($0.by)].past.contains(hold) }) {
                        #expect(state.state == .queued)
                    } else {
                        #expect(state.state == .held && state.reason == .stale)
                    }
                }
            }
        }
    }

    @Test func `a release outweighs the cancel it has seen, and a later cancel that release`() {
        var orders: [Rule.Directive] = []
        for place in Int64(0)..<6 {
            orders.append(.init(sends: place % 2 == 1, by: place))
            let state = OutboxRule.state(Self.facts(orders: orders), hasSeen: Self.inTurn)
            #expect(state.state == (place % 2 == 1 ? .queued : .cancelled))
            #expect(state.isSettled == (state.state == .cancelled))
        }
    }

    @Test func `what was dropped can be sent all the same by who has seen that it was`() {
        let drop = Rule.Record(.dropped, code: "person-acted", by: 5, at: 0)
        let dropped = OutboxRule.state(Self.facts([drop]), hasSeen: Self.inTurn)
        #expect(dropped.state == .cancelled && dropped.reason == .personActed && dropped.isSettled)
        let released = { (place: Int64) in
            OutboxRule.state(Self.facts([drop], orders: [.init(sends: true, by: place)]), hasSeen: Self.inTurn).state
        }
        #expect(released(4) == .cancelled && released(6) == .queued)
    }

    @Test func `of what holds it and was not released the last is told`() {
        let holds: [Rule.Record] = [
            .init(.held, code: "stale", by: 1, at: 9), .init(.held, code: "collision", by: 2, at: 3),
        ]
        #expect(OutboxRule.state(Self.facts(holds), hasSeen: Self.never).reason == .stale)
        let unknown = Rule.Record(.held, code: "a reason of a later version", by: 3, at: 10)
        let state = OutboxRule.state(Self.facts(holds + [unknown]), hasSeen: Self.never)
        #expect(state.state == .held && state.reason == nil)
    }

    // MARK: Attempts

    private static let endings: [(DeliveryEvent?, DeliveryState, isRetriable: Bool)] = [
        (nil, .dispatching, false), (.sent, .sent, false), (.delivered, .delivered, false), (.read, .read, false),
        (.played, .played, false), (.unknown, .unknown, false), (.failed, .failed, true), (.abandoned, .queued, true),
    ]

    @Test func `only an attempt that failed or was abandoned can be followed by another, and a doubt never`() {
        for (event, expected, isRetriable) in Self.endings {
            let records =
                [Rule.Record(.dispatching, attempt: 1, by: 1, at: 1)]
                + [event.map { Rule.Record($0, attempt: 1, by: 2, at: 2) }].compactMap(\.self)
            let before = OutboxRule.state(Self.facts(records, granted: [1]), hasSeen: Self.inTurn)
            #expect(before.state == expected && before.attempt == 1)
            let release = Rule.Directive(sends: true, by: 3)
            let after = OutboxRule.state(Self.facts(records, orders: [release], granted: [1]), hasSeen: Self.inTurn)
            #expect(after.state == (isRetriable ? .queued : expected))
        }
    }

    @Test func `a bid that was not granted shows nothing`() {
        let bid = Rule.Record(.dispatching, attempt: 1, by: 1, at: 1)
        let state = OutboxRule.state(Self.facts([bid]), hasSeen: Self.inTurn)
        #expect(state.state == .queued && state.attempt == 0)
    }

    @Test func `a refusal that who released had not seen stands`() {
        let failure = Rule.Record(.failed, code: "131026", attempt: 1, by: 5, at: 5)
        let state = OutboxRule.state(
            Self.facts([failure], orders: [.init(sends: true, by: 4)], granted: [1]), hasSeen: Self.inTurn)
        #expect(state.state == .failed && state.code == "131026" && !state.isSettled)
    }

    @Test func `what the provider took and could not deliver is not tried again, whoever orders it`() {
        let records: [Rule.Record] = [
            .init(.sent, attempt: 1, by: 1, at: 1), .init(.failed, code: "131026", by: 2, at: 2),
        ]
        let state = OutboxRule.state(
            Self.facts(records, orders: [.init(sends: true, by: 3)], granted: [1]), hasSeen: Self.inTurn)
        #expect(state.state == .failed && state.attempt == 1)
    }

    @Test func `a second attempt is judged by what came of it, and an arrival of either is one`() {
        let first = Rule.Record(.failed, code: "130429", attempt: 1, by: 1, at: 1)
        let release = Rule.Directive(sends: true, by: 2)
        for (event, expected, _) in Self.endings {
            let second = event.map { [Rule.Record($0, attempt: 2, by: 4, at: 4)] } ?? []
            let state = OutboxRule.state(
                Self.facts([first] + second, orders: [release], granted: [1, 2]), hasSeen: Self.inTurn)
            #expect(state.state == expected && state.attempt == 2)
        }
        let arrival = Rule.Record(.delivered, by: 9, at: 9)
        let state = OutboxRule.state(Self.facts([first, arrival], orders: [release]), hasSeen: Self.inTurn)
        #expect(state.state == .delivered)
    }

    /// Attempts are numbers that gateways write.
    @Test(arguments: [Int64.min, -1, 0, 1, .max - 1, .max])
    func `whatever number of an attempt a gateway wrote, there is a next one to ask for`(attempt: Int64) {
        for event in DeliveryEvent.allCases {
            let record = Rule.Record(event, attempt: attempt, by: 1, at: 1)
            for granted in [[], [attempt]] {
                let state = OutboxRule.state(Self.facts([record], granted: granted), hasSeen: Self.inTurn)
                #expect(state.nextAttempt >= 1 && state.nextAttempt >= state.attempt)
            }
        }
    }

    // MARK: Settled

    @Test func `a cancel after it left is too late; of a failure or a doubt it takes note`() {
        let cancel = Rule.Directive(sends: false, by: 9)
        for (event, expected, _) in Self.endings {
            let records = [event.map { Rule.Record($0, attempt: 1, by: 2, at: 2) }].compactMap(\.self)
            let open = OutboxRule.state(Self.facts(records, granted: [1]), hasSeen: Self.inTurn)
            let cancelled = OutboxRule.state(
                Self.facts(records, orders: [cancel], granted: [1]), hasSeen: Self.inTurn)
            #expect(cancelled.state == (expected == .queued ? .cancelled : expected))
            #expect(cancelled.isSettled == (expected != .dispatching))
            #expect(cancelled.isCancelTooLate == expected.hasLeft)
            #expect(open.isSettled == [.sent, .delivered, .read, .played].contains(expected))
            #expect(!open.isCancelTooLate)
        }
    }
}

extension Array {
    /// Every order of the elements.
    fileprivate var orders: [[Element]] {
        guard let first else { return [[]] }
        return Array(dropFirst()).orders.flatMap { rest in
            (0...rest.count).map { place in Array(rest[..<place]) + [first] + Array(rest[place...]) }
        }
    }
}
