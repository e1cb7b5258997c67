import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// A relay rules on what gateways bid for: once, on the lease of now, and on nothing that has moved.
struct ClaimTests {
    private let directory = TemporaryDirectory()
    private let office: Office

    init() throws { office = try Office(in: directory) }

    @Test func `a bid under the current lease is granted in the transaction that stores it, and all come to know`()
        throws
    {
        let line = try office.knownLine()
        let bid = try office.write(Office.bid(for: line, office.lease()))
        #expect(try office.gateway.ruling(on: bid.id) == nil)
        #expect(try office.push(office.gateway))
        #expect(try office.relay.ruling(on: bid.id) == .granted)
        try office.pull()
        for replica in office.replicas { #expect(try replica.ruling(on: bid.id) == .granted) }
        // The same pushed again is nothing new.
        #expect(try !office.push(office.gateway))
    }

    /// A stamp that does not lie above what it names would make the ruling void.
    @Test func `a relay whose clock is behind rules on what comes from a gateway's that is ahead`() throws {
        let line = try office.knownLine()
        let bid = try office.write(Office.bid(for: line, office.lease()), now: Office.now + 60_000)
        try office.push(office.gateway)
        #expect(try office.relay.ruling(on: bid.id) == .granted)
    }

    // MARK: The lease

    @Test func `a bid under any lease but the current one is refused`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        let others = [
            LeaseToken(scope: token.scope, incarnation: token.incarnation, counter: token.counter + 1),
            LeaseToken(scope: token.scope, incarnation: token.incarnation, counter: 0),
            LeaseToken(scope: token.scope, incarnation: token.incarnation, counter: .max),
            LeaseToken(scope: token.scope, incarnation: token.incarnation + 1, counter: token.counter),
            LeaseToken(scope: LeaseScope(high: 1, low: 1), incarnation: token.incarnation, counter: token.counter),
        ]
        for other in others {
            #expect(try office.ruling(on: Office.bid(for: line, other)) == .refused(.lease))
        }
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .granted)
    }

    @Test func `a bid under another gateway's lease is refused`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        #expect(try office.ruling(on: Office.bid(for: line, token), by: office.second) == .refused(.lease))
    }

    @Test func `a bid under a lease that has run out, or was given back, is refused`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        let last = Office.now + Lease.duration - 1
        #expect(try office.ruling(on: Office.bid(for: line, token), now: last + 1) == .refused(.lease))
        #expect(try office.ruling(on: Office.bid(for: line, token), now: last) == .granted)
        try office.relay.takeBack(Office.scope, from: office.gateway.id.device, now: Office.now)
        #expect(try office.ruling(on: Office.bid(for: line, attempt: 2, token)) == .refused(.lease))
    }

    // MARK: Once

    @Test func `an attempt is granted once, and none before it any more`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .granted)
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .refused(.taken))
        #expect(try office.ruling(on: Office.bid(for: line, attempt: 5, token)) == .granted)
        for attempt in UInt64(0)...5 {
            #expect(try office.ruling(on: Office.bid(for: line, attempt: attempt, token)) == .refused(.taken))
        }
        #expect(try office.ruling(on: Office.bid(for: line, attempt: .max, token)) == .granted)
    }

    /// The first of them does not know of the second, on the letter or, on two letters, of the grant.
    @Test(arguments: [UInt64(1), 2])
    func `of two bids for one thing that come in one push one is granted`(other: UInt64) throws {
        let line = try office.knownLine()
        let token = try office.lease()
        let bids = [
            try office.write(Office.bid(for: line, token)), try office.write(Office.bid(for: line, token), on: other),
        ]
        try office.push(office.gateway)
        let rulings = try bids.map { try office.relay.ruling(on: $0.id) }
        #expect(rulings == (other == 1 ? [.refused(.moved), .granted] : [.granted, .refused(.taken)]))
    }

    @Test func `after a lease has passed on, what was granted under it stays granted, and is taken`() throws {
        let line = try office.knownLine()
        #expect(try office.ruling(on: Office.bid(for: line, office.lease())) == .granted)
        try office.pull()
        let later = Office.now + Lease.duration
        let token = try office.lease(office.second, now: later)
        #expect(
            try office.ruling(on: Office.bid(for: line, token), by: office.second, now: later) == .refused(.taken))
    }

    // MARK: Nothing unseen

    @Test func `what the bidder had not seen of the letter refuses the bid, and what it had seen does not`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        try office.line("Wait", by: office.agent)
        try office.push(office.agent)
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .refused(.moved))
        try office.pull()
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .granted)
    }

    @Test func `what comes in with the bid, unseen by the bidder, refuses it as well`() throws {
        let line = try office.knownLine()
        let bid = try office.write(Office.bid(for: line, office.lease()))
        try office.line("Wait", by: office.agent)
        try office.push(office.gateway, office.agent)
        #expect(try office.relay.ruling(on: bid.id) == .refused(.moved))
    }

    @Test func `what waits at the relay and is about the letter refuses the bid, and on another letter it does not`()
        throws
    {
        let line = try office.knownLine()
        let token = try office.lease()
        for (root, expected) in [(UInt64(2), BidRuling.granted), (1, .refused(.moved))] {
            // Its causes stay behind.
            try office.line("before", on: 9, by: office.founder)
            try Wire.carry(from: office.founder, to: office.agent, now: Office.now)
            try office.line("after", on: root, by: office.agent)
            _ = try office.relay.appendAndRule([Wire.last(of: office.agent)], now: Office.now)
            #expect(try office.relay.counts().waiting > 0)
            #expect(try office.ruling(on: Office.bid(for: line, attempt: 3 - root, token)) == expected)
        }
    }

    // MARK: What is to be sent

    @Test func `a bid for what is not there, or is somebody's whose words do not count, is refused`() throws {
        let line = try office.knownLine()
        let token = try office.lease()
        let elsewhere = Cause(replica: office.agent.id, number: 999, prefix: line.asCause.prefix[...])
        let bid = Bid(
            subject: ElementID(change: line.id, body: 0, operation: 0), content: elsewhere, attempt: 1, lease: token)
        #expect(try office.ruling(on: bid) == .refused(.content))
        let cut = try office.founder.frontier().filter { $0.replica == office.founder.id }
        _ = try office.founder.transact(now: Office.now) { [office] in
            try $0.commit(Draft(acts: [.revoke(device: office.agent.id.device, upTo: cut)]))
        }
        try office.push(office.founder)
        #expect(try office.ruling(on: Office.bid(for: line, token)) == .refused(.content))
    }

    // MARK: Who may

    @Test func `a bid by somebody who is no gateway, or is one no more, is not ruled on`() throws {
        let line = try office.knownLine()
        let token = try office.lease(office.agent)
        #expect(try office.ruling(on: Office.bid(for: line, token), by: office.agent) == nil)
        try office.relay.takeBack(Office.scope, from: office.agent.id.device, now: Office.now)
        try office.pull()
        let gatewayToken = try office.lease()
        let cut = try office.founder.frontier().filter { $0.replica == office.gateway.id }
        _ = try office.founder.transact(now: Office.now) { [office] in
            try $0.commit(Draft(acts: [.revoke(device: office.gateway.id.device, upTo: cut)]))
        }
        try office.push(office.founder)
        #expect(try office.ruling(on: Office.bid(for: line, gatewayToken)) == nil)
    }

    @Test func `somebody who is no relay stores bids and rules on none`() throws {
        let line = try office.knownLine()
        let bid = try office.write(Office.bid(for: line, office.lease()))
        try office.gateway.publish()
        let deltas = try office.gateway.arrivals(
            after: 0, excluding: nil, frontier: office.founder.frontier(), byteLimit: .max
        ).deltas.map { try ReceivedDelta($0[...]).verified(in: office.founder.workspace) }
        #expect(try !office.founder.appendAndRule(deltas, now: Office.now).hasRuled)
        #expect(try office.founder.ruling(on: bid.id) == nil)
    }
}
