public import ChangeLog
public import Storage
public import Sync

/// The asking side of a live stream: stores what a relay tells as it arrives.
///
/// A whole sync comes first: a stream pushes nothing, and begins where that one ended.
public struct LiveFollower {
    private let replica: Replica
    private let clock: () -> UInt64
    private var incarnation: UInt64?

    /// - Parameter clock: milliseconds since 1970.
    public init(_ replica: Replica, clock: @escaping () -> UInt64) {
        (self.replica, self.clock) = (replica, clock)
    }

    /// What opens the stream.
    ///
    /// - Returns: nil where a whole sync has to come first.
    /// - Throws: a ``StorageFailure``.
    public mutating func request() throws -> SyncRequest? {
        guard let position = try replica.relayProgress().position else { return nil }
        incarnation = position.incarnation
        return SyncRequest(workspace: replica.workspace, replica: replica.id, cursor: Cursor(position))
    }

    /// Stores what a frame says, in one transaction with how far it brings this replica.
    ///
    /// - Returns: how many changes were new; nil where the relay's count has ended, and a whole sync has to follow.
    /// - Throws: a ``StorageFailure``.
    public func receive(_ answer: SyncAnswer) throws -> Int? {
        guard answer.cursor.incarnation == incarnation else { return nil }
        let verified = ReceivedDelta.verifyAll(answer.deltas, in: replica.workspace).compactMap { $0 }
        var progress = RelayProgress(
            position: .init(answer.cursor), acknowledged: try replica.relayProgress().acknowledged)
        let verdicts = try replica.append(
            verified, bringing: &progress, now: clock(), relayTime: answer.time, isLast: !answer.hasMore)
        return verdicts.reduce(0) { if case .stored(let new) = $1 { $0 + new } else { $0 } }
    }
}
