import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// Who may bid just now: one device in each scope.
struct LeaseTests {
    private let directory = TemporaryDirectory()
    private let office: Office
    private let now = Office.now

    init() throws { office = try Office(in: directory) }

    private func lend(
        to replica: Replica, scope: LeaseScope = Office.scope, incarnation: UInt64 = Office.incarnation, at time: UInt64
    ) throws -> LeaseAnswer {
        try office.relay.lend(scope, to: replica.id.device, incarnation: incarnation, now: time)
    }

    private func lease(
        of replica: Replica, _ counter: UInt64, incarnation: UInt64 = Office.incarnation, until: UInt64
    ) -> LeaseAnswer {
        .lent(
            Lease(
                token: LeaseToken(scope: Office.scope, incarnation: incarnation, counter: counter),
                holder: replica.id.device, until: until))
    }

    @Test func `renewing keeps a lease's number and moves its end`() throws {
        for step in UInt64(0)..<5 {
            let time = now + step * (Lease.duration - 1)
            #expect(
                try lend(to: office.gateway, at: time) == lease(of: office.gateway, 1, until: time + Lease.duration))
        }
    }

    @Test func `nobody else gets it until it has run out, and then with a higher number`() throws {
        let end = now + Lease.duration
        #expect(try lend(to: office.gateway, at: now) == lease(of: office.gateway, 1, until: end))
        #expect(try lend(to: office.second, at: end - 1) == .taken(until: end))
        #expect(try lend(to: office.second, at: end) == lease(of: office.second, 2, until: end + Lease.duration))
        #expect(try lend(to: office.gateway, at: end) == .taken(until: end + Lease.duration))
    }

    @Test func `whoever comes back after it ran out gets a higher number, too`() throws {
        _ = try lend(to: office.gateway, at: now)
        let later = now + Lease.duration
        #expect(try lend(to: office.gateway, at: later) == lease(of: office.gateway, 2, until: later + Lease.duration))
    }

    @Test func `only its holder gives it back, and then the next one need not wait`() throws {
        _ = try lend(to: office.gateway, at: now)
        try office.relay.takeBack(Office.scope, from: office.second.id.device, now: now)
        #expect(try lend(to: office.second, at: now) == .taken(until: now + Lease.duration))
        for _ in 0..<2 { try office.relay.takeBack(Office.scope, from: office.gateway.id.device, now: now) }
        #expect(try lend(to: office.second, at: now) == lease(of: office.second, 2, until: now + Lease.duration))
    }

    @Test func `each scope has its own`() throws {
        _ = try lend(to: office.gateway, at: now)
        let other = LeaseScope(of: RootID(high: 6, low: 6))
        guard case .lent(let lease) = try lend(to: office.second, scope: other, at: now) else {
            return #expect(Bool(false))
        }
        #expect(lease.token.counter == 1 && lease.token.scope == other && other != Office.scope)
    }

    @Test func `a new incarnation ends all, and counts anew`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        try office.relay.begin(Office.incarnation + 1, now: now)
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .refused(.lease))
        #expect(
            try lend(to: office.second, incarnation: Office.incarnation + 1, at: now)
                == lease(of: office.second, 1, incarnation: Office.incarnation + 1, until: now + Lease.duration))
    }

    @Test func `a rebuild leaves the leases as they are`() throws {
        _ = try lend(to: office.gateway, at: now)
        try office.relay.rebuild()
        #expect(try lend(to: office.second, at: now) == .taken(until: now + Lease.duration))
    }
}
