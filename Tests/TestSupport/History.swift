package import CRDT

/// Events of several authors who hear of each other's now and then: who had seen what when doing something.
///
/// Events are numbered in one causal order; the numbers of an event's past are lower than its own.
package struct History: Sendable {
    /// One thing somebody did.
    package struct Event: Sendable {
        /// Its number.
        package let number: Int
        /// The events its author had seen, and all that those had seen.
        package let past: Set<Int>
        /// Above the stamps of its past.
        package let stamp: Stamp
        /// Its name.
        package let id: ChangeID
    }

    /// By number.
    package let events: [Event]
    /// Who did each, by number; empty where nobody asked.
    package private(set) var authors: [Int] = []

    private init(pasts: [Set<Int>], id: (Int) -> ChangeID) {
        var events: [Event] = []
        for (number, past) in pasts.enumerated() {
            // The lowest stamp allowed, so that concurrent events often have the same one.
            let stamp = past.map { events[$0].stamp }.max()?.next ?? .zero
            events.append(Event(number: number, past: past, stamp: stamp, id: id(number)))
        }
        self.events = events
    }

    /// Authors who each see some of the others' events before doing something.
    package init(authors: Int, events count: Int, dice: inout Dice) {
        var known = Array(repeating: Set<Int>(), count: authors)
        var pasts: [Set<Int>] = []
        var doers: [Int] = []
        for number in 0..<count {
            let author = dice.number(0...authors - 1)
            doers.append(author)
            if dice.once(in: 3) { known[author].formUnion(known[dice.number(0...authors - 1)]) }
            pasts.append(known[author])
            known[author].insert(number)
        }
        let ids = (0..<count).map { _ in ChangeID(high: dice.next(), low: dice.next()) }
        self.init(pasts: pasts) { ids[$0] }
        self.authors = doers
    }

    /// Every history of so many events, once with ids that rise and once with ids that fall.
    package static func all(of count: Int) -> [History] {
        var pasts: [[Set<Int>]] = [[]]
        for number in 0..<count {
            pasts = pasts.flatMap { before in
                closedSubsets(of: number, before).map { before + [$0] }
            }
        }
        return pasts.flatMap { pasts in
            [
                History(pasts: pasts) { ChangeID(high: 0, low: UInt64($0)) },
                History(pasts: pasts) { ChangeID(high: 0, low: UInt64(count - $0)) },
            ]
        }
    }

    /// The sets of events below `number` that hold, with each event, that event's past.
    private static func closedSubsets(of number: Int, _ pasts: [Set<Int>]) -> [Set<Int>] {
        (0..<1 << number).map { bits in Set((0..<number).filter { bits >> $0 & 1 == 1 }) }
            .filter { set in set.allSatisfy { pasts[$0].isSubset(of: set) } }
    }

    /// Every order in which causes come before what saw them.
    package func causalOrders() -> [[Event]] {
        var orders: [[Int]] = [[]]
        for _ in events {
            orders = orders.flatMap { order in
                events.filter { !order.contains($0.number) && $0.past.isSubset(of: order) }.map { order + [$0.number] }
            }
        }
        return orders.map { $0.map { events[$0] } }
    }

    /// One order in which causes come before what saw them.
    package func causalOrder(_ dice: inout Dice) -> [Event] {
        var order: [Event] = []
        var delivered: Set<Int> = []
        var left = dice.shuffled(events)
        while let next = left.firstIndex(where: { $0.past.isSubset(of: delivered) }) {
            let event = left.remove(at: next)
            order.append(event)
            delivered.insert(event.number)
            if dice.once(in: 4) { left = dice.shuffled(left) }
        }
        return order
    }
}
