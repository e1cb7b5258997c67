public import CRDT
public import ChangeLog

extension Transaction {
    /// The name by which a bid tells what it is for.
    ///
    /// - Parameter place: of the change that holds it, as it stands in the `by` columns of the state tables.
    public func cause(at place: Int64) throws -> Cause {
        guard let cause = try log.cause(LocalPlace(packed: UInt64(clamping: place))) else {
            throw StorageFailure.corrupt
        }
        return cause
    }
}

/// What a relay ruled on a bid.
public enum BidRuling: Hashable, Sendable {
    /// It may be done.
    case granted
    /// It may not.
    case refused(BidRefusal)
}

extension Replica {
    /// What was ruled on what a change bids for; nil as long as nothing is known. Any grant is one.
    public func ruling(on change: ChangeID) throws(StorageFailure) -> BidRuling? {
        try readLog { log in
            let read = try log.statements(
                """
                SELECT min(r.refusal) FROM change c JOIN ruling r ON r.bid = c.place WHERE c.id=?1
                """)
            defer { read.reset() }
            read.bind(1, change.bytes)
            guard try read.step(), !read.isNull(0) else { return nil }
            return BidRefusal(rawValue: UInt8(clamping: read.integer(0))).map(BidRuling.refused) ?? .granted
        }
    }
}
