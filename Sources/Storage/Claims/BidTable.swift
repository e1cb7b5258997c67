import CRDT
import ChangeLog

/// What was bid for, and what changes that count ruled on it, as tables tell.
struct BidTable {
    private let log: Log

    init(log: Log) { self.log = log }

    /// Notes what a change bids for, if its author had the right. Of several bids in one change the first is meant.
    ///
    /// Not whether the change counts: a relay rules on none that does not, and what it has granted may be done, whoever
    /// cuts the bidder off without having heard of it.
    ///
    /// - Parameter right: the author's role by all that is in the causal past.
    func take(bidsOf change: Change, at place: LocalPlace, right: Role?) throws {
        guard let right else { return }
        for case .bid(let bid) in change.acts where Act.bid(bid).isOpen(to: right, isAgainstOwner: false) {
            try note(bid, at: place)
        }
    }

    /// Notes what a change that counts rules.
    ///
    /// - Returns: the changes whose bids it rules on.
    func take(rulingsOf change: Change, by author: StateMerge.Author) throws -> [LocalPlace] {
        var ruled: [LocalPlace] = []
        for (item, act) in change.acts.enumerated() where author.standing.mayDo(act) {
            guard case .rule(let ruling) = act, let bid = try known(ruling.bid, to: author.place) else { continue }
            try note(ruling, on: bid, at: author.place, item: item)
            ruled.append(bid)
        }
        return ruled
    }

    /// Takes out what a change bid for and ruled.
    func drop(at place: LocalPlace) throws {
        for delete in try [
            log.statements("DELETE FROM bid WHERE place=?1"), log.statements("DELETE FROM ruling WHERE place=?1"),
        ] {
            delete.bind(1, place.packed)
            try delete.run()
        }
    }

    /// What a change bids for.
    func subject(of bid: LocalPlace) throws -> ElementID? {
        let find = try log.statements("SELECT subject FROM bid WHERE place=?1")
        defer { find.reset() }
        find.bind(1, bid.packed)
        return try find.step() ? ElementID(bytes: find.bytes(0)) : nil
    }

    /// What a name in an act means: only what lies in its causal past.
    private func known(_ cause: Cause, to place: LocalPlace) throws -> LocalPlace? {
        guard let found = try log.place(of: cause), found != place, try log.holds(found, in: place) else { return nil }
        return found
    }

    private func note(_ bid: Bid, at place: LocalPlace) throws {
        let insert = try log.statements(
            """
            INSERT INTO bid(place, subject, content, attempt, scope, incarnation, counter) VALUES(?1,?2,?3,?4,?5,?6,?7)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, place.packed)
        insert.bind(2, bid.subject.bytes)
        if let content = try known(bid.content, to: place) {
            insert.bind(3, content.packed)
        } else {
            insert.bindNull(3)
        }
        insert.bind(4, Int64(clamping: bid.attempt))
        insert.bind(5, bid.lease.scope.bytes)
        insert.bind(6, Int64(bitPattern: bid.lease.incarnation))
        insert.bind(7, Int64(clamping: bid.lease.counter))
        try insert.run()
    }

    private func note(_ ruling: Ruling, on bid: LocalPlace, at place: LocalPlace, item: Int) throws {
        let insert = try log.statements(
            "INSERT INTO ruling(place, item, bid, refusal) VALUES(?1,?2,?3,?4) ON CONFLICT DO NOTHING")
        insert.bind(1, place.packed)
        insert.bind(2, Int64(item))
        insert.bind(3, bid.packed)
        insert.bind(4, Int64(ruling.refusal?.rawValue ?? 0))
        try insert.run()
    }
}

extension Standing {
    /// Whether an act that is not of membership is one that its author had the right to, and may do still.
    fileprivate func mayDo(_ act: Act) -> Bool {
        guard let right, let role else { return false }
        return act.isOpen(to: right, isAgainstOwner: false) && act.isOpen(to: role, isAgainstOwner: false)
    }
}
