import ChangeLog
import Gateway
import Inbox
import Simulation
import Storage
import TestSupport

/// The end of a world: nothing goes wrong any more, everything is told and synced; then everything is held against what
/// really happened.
extension OutboxWorld {
    func settle() throws {
        isTroubled = false
        for turn in 0..<4 {
            pass(700_000)
            try pickUpEvents()
            if turn == 1 {
                for desk in people.prefix(2) { try releaseAll(by: desk) }
            }
            for gateway in gateways where !gateway.desk.isRevoked { try round(gateway) }
            try syncAll()
        }
        for _ in 1...2 { try syncAll() }
    }

    func checkSettled() throws {
        let replicas = desks.map { ($0.name, $0.replica) } + [("relay", relay.replica)]
        if Set(try replicas.map { try $0.1.digest() }).count != 1 { witness.note(.disagreement("digests")) }
        var first: [String: OutboxState]?
        for (name, replica) in replicas {
            let states = try checkAccount(of: replica, name)
            if let first, first != states { witness.note(.disagreement("states at \(name)")) }
            first = states
        }
        let (name, replica) = dice.pick(replicas)
        if dice.once(in: 4), try !replica.verify().isClean {
            witness.note(.audit(on: name, try replica.verify().problems.map { "\($0)" }))
        }
        try countStates()
    }

    /// Every message is in one state, which is told; what the customer got has left, and what is said to have been sent
    /// they got.
    private func checkAccount(of replica: Replica, _ name: String) throws -> [String: OutboxState] {
        let (audit, listed) = try replica.read { database in
            (try OutboxAudit(database), Set(try OutboxReader(database).items().map(\.id.text)))
        }
        if !audit.problems.isEmpty { witness.note(.audit(on: name, audit.problems.map { "\($0)" })) }
        let states = Dictionary(audit.lines.map { ($0.message.text, $0.outbox) }) { first, _ in first }
        if states.count != audit.lines.count { witness.note(.audit(on: name, ["a message in two lines"])) }
        for (id, order) in witness.orders.sorted(by: { $0.key < $1.key }) where !witness.isCutOff(order.spot) {
            guard let state = states[id], state.isSettled || listed.contains(id) else {
                witness.note(.lost(id, on: name))
                continue
            }
            let isTrue =
                witness.received(id) ? state.hasLeft || state.state == .failed : !Self.arrived.contains(state.state)
            if !isTrue { witness.note(.untrue(id, on: name, state.state)) }
        }
        return states
    }

    private static let arrived: Set<DeliveryState> = [.sent, .delivered, .read, .played]

    // MARK: What was reached

    private func countStates() throws {
        let rows = try relay.replica.read { try DeliveryCount.all(in: $0) }
        for row in rows {
            switch row.event {
            case .unknown: tally.add(.unknown, times: row.count)
            case .abandoned:
                tally.add(.abandoned, times: row.count)
                if row.code == nil { tally.add(.notAsked, times: row.count) }
            case .held, .dropped:
                if let rarity = row.code.flatMap(OutboxReason.init).flatMap(Rarity.init) {
                    tally.add(rarity, times: row.count)
                }
            default: break
            }
        }
        let audit = try relay.replica.read { try OutboxAudit($0) }
        tally.add(.cancelTooLate, times: audit.lines.filter(\.outbox.isCancelTooLate).count)
        if Set(witness.received.map(\.gateway)).count > 1 { tally.add(.bothSent) }
    }
}
