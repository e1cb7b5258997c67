import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// What rulings mean, to everybody who holds them.
struct RulingTests {
    private let directory = TemporaryDirectory()

    /// A line that was bid for under the gateway's lease, and not pushed.
    private func bidding(_ office: Office) throws -> Change {
        try office.write(Office.bid(for: office.knownLine(), office.lease()))
    }

    @Test func `a ruling by somebody who is no relay means nothing`() throws {
        let office = try Office(in: directory)
        let bid = try bidding(office)
        for author in [office.founder, office.agent, office.gateway] {
            try Wire.carry(from: office.gateway, to: author, now: Office.now)
            _ = try author.transact(now: Office.now) {
                try $0.commit(Draft(acts: [.rule(Ruling(on: bid.asCause, refusal: nil))]))
            }
            #expect(try author.ruling(on: bid.id) == nil)
            try Wire.carry(from: author, to: office.second, now: Office.now)
        }
        #expect(try office.second.ruling(on: bid.id) == nil)
        // Nor does it keep the relay from ruling.
        try office.push(office.gateway, office.founder)
        #expect(try office.relay.ruling(on: bid.id) == .granted)
    }

    @Test func `a ruling on a bid that its author had not seen means nothing, for ever`() throws {
        let office = try Office(in: directory, relays: ["other"])
        let bid = try bidding(office)
        let causes = try office.founder.frontier().filter { $0.replica == office.founder.id }
        for hasSeen in [false, true] {
            var hand = Hand(key: .of("other"), workspace: office.relay.workspace, epoch: hasSeen ? 2 : 1)
            try hand.write(
                Draft(acts: [.rule(Ruling(on: bid.asCause, refusal: nil))]),
                stamp: #require(Stamp(milliseconds: Office.now + 9, counter: 0)),
                causes: hasSeen ? [bid.asCause] : causes, seed: Array(repeating: hasSeen ? 2 : 1, count: 16))
            // Before the bid and after it.
            for replica in [office.founder, office.gateway] {
                _ = try replica.append([hand.delta()], now: Office.now + 9)
            }
            try Wire.carry(from: office.gateway, to: office.founder, now: Office.now + 9)
            for replica in [office.founder, office.gateway] {
                #expect(try replica.ruling(on: bid.id) == (hasSeen ? .granted : nil))
            }
        }
    }

    @Test func `of several rulings on a bid a grant is one, and of refusals the first kind is told`() throws {
        let office = try Office(in: directory, relays: ["other"])
        let bid = try bidding(office)
        var hand = Hand(key: .of("other"), workspace: office.relay.workspace)
        for (number, refusal) in [BidRefusal.moved, .taken, nil, .content].enumerated() {
            try hand.write(
                Draft(acts: [.rule(Ruling(on: bid.asCause, refusal: refusal))]),
                stamp: #require(Stamp(milliseconds: Office.now + 9 + UInt64(number), counter: 0)),
                causes: number == 0 ? [bid.asCause] : [], seed: Array(repeating: UInt8(number), count: 16))
        }
        let expected: [BidRuling] = [.refused(.moved), .refused(.taken), .granted, .granted]
        for count in 1...4 {
            _ = try office.gateway.append([hand.delta(0..<count)], now: Office.now + 20)
            #expect(try office.gateway.ruling(on: bid.id) == expected[count - 1])
        }
        // What is granted already is not ruled on again.
        try office.push(office.gateway, now: Office.now + 20)
        #expect(try office.relay.ruling(on: bid.id) == .granted)
    }

    @Test func `rebuilding gives the same rulings, and nothing that verify finds fault with`() throws {
        let office = try Office(in: directory)
        let line = try office.knownLine()
        let token = try office.lease()
        let stale = LeaseToken(scope: token.scope, incarnation: 1, counter: 1)
        let bids = try [stale, token, token].map { token in
            let bid = try office.write(Office.bid(for: line, token))
            try office.push(office.gateway)
            return bid
        }
        try office.pull()
        let expected: [BidRuling] = [.refused(.lease), .granted, .refused(.taken)]
        for replica in office.replicas {
            let digest = try replica.digest()
            for _ in 0..<2 {
                #expect(try bids.map { try replica.ruling(on: $0.id) } == expected)
                #expect(try replica.verify().isClean)
                try replica.rebuild()
            }
            #expect(try replica.digest() == digest)
        }
    }

    @Test func `what a relay ruled before it was cut off counts, what it ruled afterwards does not`() throws {
        let office = try Office(in: directory)
        let line = try office.knownLine()
        let token = try office.lease()
        let earlier = try office.write(Office.bid(for: line, token))
        try office.push(office.gateway)
        try office.pull()
        let tips = try office.founder.frontier().filter { $0.replica.device == office.relay.id.device }
        _ = try office.founder.transact(now: Office.now) { [office] in
            try $0.commit(Draft(acts: [.revoke(device: office.relay.id.device, upTo: tips)]))
        }
        // It does not know yet, and rules on.
        let later = try office.write(Office.bid(for: line, attempt: 2, token))
        try office.push(office.gateway)
        #expect(try office.relay.ruling(on: later.id) == .granted)
        try office.pull()
        try office.push(office.founder)
        for replica in [office.founder, office.relay] {
            for _ in 0..<2 {
                #expect(try replica.ruling(on: earlier.id) == .granted)
                #expect(try replica.ruling(on: later.id) == nil)
                try replica.rebuild()
            }
        }
        // Now that it knows, it rules no more.
        let last = try office.write(Office.bid(for: line, attempt: 3, token))
        try office.push(office.gateway)
        #expect(try office.relay.ruling(on: last.id) == nil)
    }

    @Test func `what a gateway was granted stays granted, and is taken, though somebody unaware cuts it off`() throws {
        let office = try Office(in: directory)
        let line = try office.knownLine()
        let bid = try office.write(Office.bid(for: line, office.lease()))
        try office.push(office.gateway)
        let tips = try office.founder.frontier().filter { $0.replica.device == office.gateway.id.device }
        _ = try office.founder.transact(now: Office.now) { [office] in
            try $0.commit(Draft(acts: [.revoke(device: office.gateway.id.device, upTo: tips)]))
        }
        try office.push(office.founder)
        try office.pull()
        for replica in [office.founder, office.agent, office.second, office.relay] {
            for _ in 0..<2 {
                #expect(try replica.ruling(on: bid.id) == .granted)
                #expect(try replica.verify().isClean)
                try replica.rebuild()
            }
        }
        try office.relay.takeBack(Office.scope, from: office.gateway.id.device, now: Office.now)
        let token = try office.lease(office.second)
        for (attempt, ruling) in [(UInt64(1), BidRuling.refused(.taken)), (2, .granted)] {
            #expect(try office.ruling(on: Office.bid(for: line, attempt: attempt, token), by: office.second) == ruling)
        }
    }

    /// The line is the gateway's own and has not left either: stamped anew, it has another hash, and the bid names that.
    @Test func `what has not left is stamped anew with its bids, and is granted all the same`() throws {
        let office = try Office(in: directory)
        let ahead: UInt64 = 7_400_000
        let token = try office.lease()
        let line = try office.line("Hello", by: office.gateway, now: Office.now + ahead)
        let bid = try office.write(Office.bid(for: line, token), now: Office.now + ahead + 1)
        #expect(try office.gateway.restamp(ahead: ahead, now: Office.now + 2) == 2)
        try office.push(office.gateway, now: Office.now + 2)
        #expect(try office.relay.ruling(on: bid.id) == .granted)
        #expect(try office.gateway.verify().isClean)
    }
}
