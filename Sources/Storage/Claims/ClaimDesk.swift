import CRDT
import ChangeLog

/// Where a relay rules on bids: in the transaction that stores them, so that of two for one thing the first wins.
struct ClaimDesk {
    private let log: Log
    private let bids: [LocalPlace]

    /// - Parameter door: what came in through it is ruled on, where this device is a relay.
    init(_ door: Door) throws {
        log = door.log
        bids = try Self.unruled(of: door)
    }

    private static func unruled(of door: Door) throws -> [LocalPlace] {
        guard !door.newBids.isEmpty, let own = try door.members.member(door.members.own().device),
            own.role == .relay, !own.isRevoked
        else { return [] }
        return try door.newBids.filter { place in
            let find = try door.log.statements("SELECT 1 FROM ruling WHERE bid=?1 LIMIT 1")
            defer { find.reset() }
            find.bind(1, place.packed)
            return try !find.step()
        }
    }

    var isEmpty: Bool { bids.isEmpty }

    /// Rules on each, in the order in which they came.
    ///
    /// - Returns: whether there was any that it had to rule on.
    func rule(by transaction: Transaction) throws -> Bool {
        var granted: [Granted] = []
        var acts: [Act] = []
        for place in bids {
            guard try log.effect(at: place) == .counts, let bid = try StoredBid(at: place, in: log),
                let cause = try log.cause(place)
            else { continue }
            let refusal = try refusal(of: bid, besides: granted, now: transaction.now)
            if refusal == nil { granted.append(Granted(subject: bid.subject, attempt: bid.attempt)) }
            acts.append(.rule(Ruling(on: cause, refusal: refusal)))
        }
        let hasRuled = !acts.isEmpty
        while !acts.isEmpty {
            _ = try transaction.commit(Draft(acts: Array(acts.prefix(FormatLimit.acts.rawValue))))
            acts.removeFirst(min(FormatLimit.acts.rawValue, acts.count))
        }
        return hasRuled
    }

    /// What is granted in this transaction, and stands in no table yet.
    private struct Granted {
        let subject: [UInt8]
        let attempt: Int64
    }

    // MARK: One bid

    private func refusal(of bid: StoredBid, besides granted: [Granted], now: UInt64) throws -> BidRefusal? {
        guard try isCurrent(bid, now: now) else { return .lease }
        guard try !isTaken(bid), !granted.contains(where: { $0.subject == bid.subject && $0.attempt >= bid.attempt })
        else { return .taken }
        guard let content = bid.content, try log.effect(at: content) == .counts else { return .content }
        return try hasMoved(bid) ? .moved : nil
    }

    private func isCurrent(_ bid: StoredBid, now: UInt64) throws -> Bool {
        guard let lease = try Leases(log.database).lease(of: bid.scope), lease.until > now,
            lease.token.incarnation == bid.incarnation, lease.token.counter == bid.counter
        else { return false }
        return try log.device(at: bid.place) == lease.holder
    }

    private func isTaken(_ bid: StoredBid) throws -> Bool {
        let find = try log.statements(
            """
            SELECT 1 FROM bid JOIN ruling ON ruling.bid = bid.place
            WHERE bid.subject=?1 AND bid.attempt >= ?2 AND ruling.refusal = 0 LIMIT 1
            """)
        defer { find.reset() }
        find.bind(1, bid.subject)
        find.bind(2, bid.attempt)
        return try find.step()
    }

    /// Whether anything is here on one of the bid's roots, be it that it waits, which the bidder had not seen.
    private func hasMoved(_ bid: StoredBid) throws -> Bool {
        let waiting = Waiting(log: log)
        for root in Set(try log.change(at: bid.place).segments.map(\.root)) {
            if try waiting.isAbout(root) || hasNews(on: root, for: bid.place) { return true }
        }
        return false
    }

    /// One branch's changes are seen in order, so the newest of each branch speaks for the rest.
    private func hasNews(on root: RootID, for bidder: LocalPlace) throws -> Bool {
        let find = try log.statements(
            "SELECT place FROM touch WHERE root=?1 AND place < ?2 ORDER BY place DESC LIMIT 1")
        defer { find.reset() }
        var below = UInt64(Int64.max)
        while true {
            find.reset()
            find.bind(1, Int64(bitPattern: root.high))
            find.bind(2, below)
            guard try find.step() else { return false }
            let newest = LocalPlace(packed: find.unsigned(0))
            guard try log.holds(newest, in: bidder) else { return true }
            below = newest.branchStart.packed
        }
    }
}

/// A bid as its table has it.
private struct StoredBid {
    let place: LocalPlace
    let subject: [UInt8]
    let content: LocalPlace?
    let attempt: Int64
    let scope: LeaseScope
    let incarnation: UInt64
    let counter: UInt64

    init?(at place: LocalPlace, in log: Log) throws {
        let read = try log.statements(
            "SELECT subject, content, attempt, scope, incarnation, counter FROM bid WHERE place=?1")
        defer { read.reset() }
        read.bind(1, place.packed)
        guard try read.step(), let scope = LeaseScope(bytes: read.bytes(3)) else { return nil }
        (self.place, self.scope) = (place, scope)
        subject = read.bytes(0)
        content = read.isNull(1) ? nil : LocalPlace(packed: read.unsigned(1))
        attempt = read.integer(2)
        (incarnation, counter) = (UInt64(bitPattern: read.integer(4)), UInt64(bitPattern: read.integer(5)))
    }
}
