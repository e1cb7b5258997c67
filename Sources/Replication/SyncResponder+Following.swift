public import ChangeLog
public import Storage
public import Sync

/// Part of what arrived, as it is told to those who follow.
public struct LivePage: Sendable {
    /// The deltas, and where whoever has them stands.
    public let answer: SyncAnswer
    /// Whose changes they are.
    public let authors: Set<ReplicaID>
}

extension SyncResponder {
    /// The end of the order of arrival.
    public func head() throws(StorageFailure) -> Cursor { try place(of: replica.lastArrival()) }

    /// What to say to a follower whose cursor means nothing here; nil if it means what it meant when it was given out.
    public mutating func startingOver(unless cursor: Cursor, now: UInt64) throws(StorageFailure) -> SyncAnswer? {
        try counts(cursor, now: now) ? nil : try startingOver(now: now)
    }

    /// What arrived after a cursor of this count.
    ///
    /// - Parameters:
    ///   - asker: whose own changes are left out; nil for everyone's.
    ///   - byteLimit: about how many bytes of changes.
    ///   - now: milliseconds since 1970.
    public func page(
        after cursor: Cursor, for asker: ReplicaID?, byteLimit: Int, now: UInt64
    ) throws(StorageFailure) -> LivePage {
        let outgoing = try replica.arrivals(after: cursor.arrival, excluding: asker, byteLimit: byteLimit)
        let answer = SyncAnswer(
            cursor: try place(of: outgoing.reach), time: now, deltas: outgoing.deltas, hasMore: outgoing.hasMore)
        return LivePage(answer: answer, authors: outgoing.authors)
    }

    private func place(of arrival: UInt64) throws(StorageFailure) -> Cursor {
        Cursor(incarnation: incarnation, arrival: arrival, check: try replica.arrivalCheck(at: arrival) ?? 0)
    }
}
