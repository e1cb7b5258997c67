import CRDT
import ChangeLog
import Inbox
import Storage

/// What must hold once everything has arrived everywhere, however it went before.
extension World {
    /// Sets all clocks right, sees to it that everything comes to everyone, in one way or another, and lets the time pass
    /// that is missing until everything is due.
    package func heal() throws {
        for (number, node) in nodes.enumerated() {
            node.clock = .right
            if let what = try publish(number) { try note("\(node.name): \(what)", at: node) }
        }
        switch dice.number(0...2) {
        case 0:
            for parcels in network.drain(&dice) { try deliver(parcels) }
            // Nothing comes any more: what was early has to be let go by the clock alone.
            try becomeDue()
            if relay?.wasPutBack == true { try compareAll() }
        case 1 where relay != nil:
            network = Network()
            try becomeDue()
            try syncEveryone()
        default:
            // What was under way is gone for good: frontiers must bring it back.
            network = Network()
            try becomeDue()
            try compareAll()
        }
        try admitEveryone()
        for node in nodes {
            try node.check(historyByCause)
            try note("\(node.name): healed", at: node)
        }
    }

    /// Whoever lets joiners in has heard of all of them by now; what they wrote counts for everybody from then on.
    private func admitEveryone() throws {
        for (number, node) in nodes.enumerated() {
            guard let what = try admit(at: node) else { continue }
            try note("\(node.name): \(what)", at: node)
            _ = try publish(number)
        }
        try compareAll()
    }

    private func compareAll() throws { for _ in nodes { try compareFrontiers() } }

    private func becomeDue() throws {
        time = max(time, nodes.map(\.latestReading).max() ?? 0) + 1
        for node in nodes { try note("\(node.name): \(wake(node))", at: node) }
    }

    /// A round in which everyone tells one device what they hold, and gets what they lack, and gives what it lacks. What
    /// waits is not handed on, so it may take several.
    private func compareFrontiers() throws {
        let hub = dice.number(0...nodes.count - 1)
        for number in dice.shuffled(Array(nodes.indices)) where number != hub {
            try carry(from: hub, to: number)
            try carry(from: number, to: hub)
        }
    }

    private func carry(from sender: Int, to receiver: Int) throws {
        let outgoing = try nodes[sender].replica.arrivals(
            after: 0, excluding: nil, frontier: nodes[receiver].replica.frontier(), byteLimit: .max)
        tally.add(.broughtBack, times: outgoing.changes)
        try deliver(outgoing.deltas.map { Network.Parcel(receiver: receiver, bytes: $0) })
    }

    /// - Throws: the first ``Violation``.
    package func checkHealed() throws {
        let changes = try holdings(of: nodes[0])
        for node in nodes {
            try checkNothingLost(at: node, all: Set(changes.map(\.asCause)))
            try node.unchanged(by: "opening again") { try restart(node) }
        }
        let causalHistory = CausalHistory(changes)
        try checkModel(causalHistory)
        try checkAlike()
        try checkSettled()
        try checkNewcomer()
        tally.add(Conflicts(causalHistory, schema: schema).tally)
    }

    /// All changes that a replica can hand on, each verified.
    func holdings(of node: Node) throws -> [Change] {
        try node.replica.arrivals(after: 0, excluding: nil, byteLimit: .max).deltas.flatMap {
            try ReceivedDelta($0[...]).verified(in: workspace).changes
        }
    }

    /// What a relay wrote before it was put back, and only part of which anybody heard, waits for ever for the rest.
    private func isForgotten(_ delta: WaitingDelta) -> Bool {
        guard let relay, relay.wasPutBack else { return false }
        return delta.replica.device == nodes[relay.number].replica.id.device
    }

    private func checkNothingLost(at node: Node, all: Set<Cause>) throws {
        let waiting = try node.replica.waiting().filter { !isForgotten($0) }.reduce(0) { $0 + UInt64($1.changes) }
        guard waiting == 0 else { throw Violation.stillWaiting(node: node.name, waiting) }
        let held = Set(try holdings(of: node).map(\.asCause))
        let lost = acknowledged.union(historyByCause.keys).union(all).subtracting(held)
        if let lost = lost.min() { throw Violation.lost(node: node.name, lost) }
        if let unknown = held.subtracting(all).min() { throw Violation.fromNowhere(node: node.name, unknown) }
        // A change in the log that no tip covers, or a tip without its change, would be as good as lost.
        for tip in try node.replica.frontier() where !held.contains(tip) {
            throw Violation.lost(node: node.name, tip)
        }
    }

    /// The tables say what the plain values say, which hear of the changes in an order of their own.
    private func checkModel(_ history: CausalHistory) throws {
        let model = Model(history, order: history.causalOrder(&dice), schema: schema, isCounted: Author.isCounted)
        let difference = try nodes[0].replica.facts(schema).difference(from: model.facts)
        guard difference.isEmpty else { throw Violation.differsFromModel(node: nodes[0].name, difference) }
    }

    private func checkAlike() throws {
        for node in nodes.dropFirst() { try checkAlike(node.replica, node.name) }
    }

    /// Against the founder's: the same state by digest, and so the same on the screen.
    private func checkAlike(_ replica: Replica, _ name: String) throws {
        let founder = nodes[0]
        guard try replica.digest() == founder.replica.digest() else {
            let facts = try founder.replica.facts(schema)
            let difference = try replica.facts(schema).difference(from: facts)
            throw Violation.diverged(node: name, from: founder.name, difference)
        }
        guard try cards(of: replica) == cards(of: founder.replica) else {
            throw Violation.showsOtherwise(node: name, from: founder.name)
        }
    }

    /// The inbox, with what the founder has not read; what else is for one person alone is left out.
    private func cards(of replica: Replica) throws -> [String] {
        guard let founder = try replica.member(nodes[0].replica.id.device)?.person else { return [] }
        return try replica.read { database in
            let unread = UnreadCount(database, person: founder)
            return try InboxQuery().cards(in: database, now: Int64(clamping: time)).map { card in
                """
                \(card.id) \(card.customer) \(card.channel ?? "") \(card.preview) \(card.lastMessageAt ?? 0) \(card.status)
                \(card.lead.map { "\($0)" } ?? "") \(card.assignee?.name ?? "") \(card.labels)
                \(try unread.count(in: card.id))
                """
            }
        }
    }

    /// A further round moves nothing.
    private func checkSettled() throws {
        for sender in nodes {
            for receiver in nodes where receiver !== sender {
                let more = try sender.replica.arrivals(
                    after: 0, excluding: nil, frontier: receiver.replica.frontier(), byteLimit: .max)
                guard more.changes == 0 else { throw Violation.notSettled(from: sender.name, to: receiver.name) }
            }
        }
    }

    /// A copy made from the deltas alone, in any order, is the same as those that heard of everything as it happened.
    private func checkNewcomer() throws {
        let deltas = try nodes[0].replica.arrivals(after: 0, excluding: nil, byteLimit: .max).deltas
        let newcomer = try stranger("newcomer")
        for delta in dice.shuffled(deltas) {
            _ = try newcomer.append([ReceivedDelta(delta[...]).verified(in: workspace)], now: time)
        }
        try checkAlike(newcomer, "newcomer")
    }
}
