import CRDT
import ChangeLog
import GRDB
import Gateway
import Replication
import Simulation
import Storage
import Sync
import TestSupport

import struct Foundation.Data

/// The relay as a gateway reaches it: what is asked, and what is answered, may be lost, and anything may happen between.
final class RelayLine: GatewayRelay {
    private unowned let world: OutboxWorld
    private unowned let gateway: GatewayDesk

    init(_ world: OutboxWorld, _ gateway: GatewayDesk) { (self.world, self.gateway) = (world, gateway) }

    func sync() throws {
        try world.interject(on: gateway, killing: .killedAtSync)
        try world.sync(gateway.desk, mayBeCut: true)
        try world.interject(on: gateway, killing: .killedAtSync)
    }

    func lease(_ scope: LeaseScope, givesBack: Bool) throws -> LeaseReply {
        try world.interject(on: gateway, killing: .killedAtLease)
        world.pass(1)
        let request = LeaseRequest(
            workspace: gateway.desk.replica.workspace, replica: gateway.desk.replica.id, scope: scope,
            givesBack: givesBack)
        // Who was cut off is told so, and gets no lease.
        guard try world.relay.replica.member(request.replica.device)?.isRevoked == false else { throw Interruption.cut }
        let reply = try world.relay.lease(LeaseRequest(request.bytes), now: world.now)
        world.noteLease(reply, of: gateway.name)
        try world.interject(on: gateway, killing: .killedAtLease)
        return reply
    }
}

extension OutboxWorld {
    func noteLease(_ reply: LeaseReply, of name: String) {
        tell("\(name): lease \(reply.outcome), \(reply.incarnation).\(reply.counter), steady \(reply.steadySince)")
        switch reply.outcome {
        case .lent: witness.holder = name
        case .givenBack: if witness.holder == name { witness.holder = nil }
        case .taken: break
        }
    }

    // MARK: Syncing

    /// A whole sync, or as much of one as goes through.
    func sync(_ desk: Desk, mayBeCut: Bool = false) throws {
        if isTroubled, desk.offlineUntil > now { throw Interruption.cut }
        tell("\(desk.name): sync")
        now += 1
        try desk.replica.welcomeRelay(relay.replica.id.device, now: desk.clock(now))
        var requester = try SyncRequester(desk.replica, clock: { desk.clock(self.now) })
        while let request = try requester.next() {
            if mayBeCut { try cut(.cutBefore) }
            now += 1
            let answer = try relay.answer(SyncRequest(body: request.body), now: now)
            try noteRulings()
            if mayBeCut { try cut(.cutAfter) }
            try requester.receive(SyncAnswer(body: answer.body))
        }
    }

    private func cut(_ rarity: Rarity) throws {
        guard isTroubled, troubles.contains(.cuts), dice.once(in: 60) else { return }
        tally.add(rarity)
        throw Interruption.cut
    }

    /// Everybody, once round: the last one hears of all.
    func syncAll() throws { for desk in desks { try sync(desk) } }

    // MARK: What the relay rules

    private static let rulings = """
        SELECT r.place, r.item, r.refusal, b.subject, substr(bidder.replica, 1, \(DeviceID.byteCount)) AS device,
            ruler.replica = ? AS is_own
        FROM ruling r JOIN bid b ON b.place = r.bid JOIN branch bidder ON bidder.id = b.place >> 40
        JOIN branch ruler ON ruler.id = r.place >> 40
        """

    /// What it has ruled just now; what it is told of its own rulings that it forgot is no news.
    func noteRulings() throws {
        let own = Data(relay.replica.id.bytes)
        let rows = try relay.replica.read {
            try Row.fetchAll($0.cachedStatement(sql: Self.rulings), arguments: [own])
        }
        for row in rows {
            guard let place = row["place"] as Int64?, let item = row["item"] as Int64?,
                knownRulings.insert([place, item]).inserted, (row["is_own"] as Bool?) ?? false
            else { continue }
            try note(row)
        }
    }

    private func note(_ row: Row) throws {
        let subject = (row["subject"] as Data?).flatMap { ElementID(bytes: $0)?.text } ?? ""
        tell("relay: \(subject) refusal \((row["refusal"] as Int64?) ?? -1)")
        switch (row["refusal"] as Int64?).flatMap({ BidRefusal(rawValue: UInt8(clamping: $0)) }) {
        case .lease: tally.add(.refusedLease)
        case .moved: tally.add(.refusedMoved)
        case .taken, .content: break
        case nil:
            guard let subject = (row["subject"] as Data?).flatMap({ ElementID(bytes: $0) }),
                let gateway = gateways.first(where: { Data($0.desk.replica.id.device.bytes) == row["device"] as Data? })
            else { return }
            witness.grants[subject.text, default: []].append(
                .init(gateway: gateway.name, known: try Known(relay.replica), at: now, life: witness.life))
        }
    }
}
