public import ChangeLog

/// One sync of a replica with a relay: a state machine without socket, disk, clock or dice.
///
///     ours                                        relay
///       | -- cursor, own changes since last time -> |
///       | <- a verdict each, what arrived since --- |   again while either side has more
///
/// With nothing new on either side that is one round trip. The caller asks for ``next(_:)``, carries the request,
/// hands the answer to ``receive(_:)``, stores what the step says in one transaction, and goes on until finished.
/// After both sides stored what they were sent, a new session moves nothing.
public struct SyncSession: Sendable {
    private let workspace: WorkspaceID
    private let replica: ReplicaID
    private var cursor: Cursor?
    private var acknowledged: UInt64
    private var credential: [UInt8]?
    private var frontier: [Cause]?
    /// A joiner pulls before it pushes: what it pulls may show that its name is taken, and what was sealed and sent
    /// cannot be written anew.
    private var isHoldingBack: Bool
    private var pushed: (reach: UInt64, hasMore: Bool)?

    /// - Parameters:
    ///   - cursor: where the last sync ended.
    ///   - acknowledged: the number of the last own change the relay is known to have.
    ///   - credential: shown until the relay has admitted this device.
    public init(
        workspace: WorkspaceID, replica: ReplicaID, cursor: Cursor?, acknowledged: UInt64, credential: [UInt8]?
    ) {
        (self.workspace, self.replica, self.cursor) = (workspace, replica, cursor)
        (self.acknowledged, self.credential) = (acknowledged, credential)
        isHoldingBack = credential != nil
    }

    /// What the replica has to bring to the next request.
    public struct Supplies: Sendable {
        /// Own sealed changes after ``SyncSession/pushesAfter``.
        public var deltas: [[UInt8]]
        /// The number of the last change in them.
        public var reach: UInt64
        /// Whether there are more behind them.
        public var hasMore: Bool
        /// What the replica holds; used when there is no cursor.
        public var frontier: [Cause]

        /// Supplies for a request.
        public init(deltas: [[UInt8]], reach: UInt64, hasMore: Bool, frontier: [Cause]) {
            (self.deltas, self.reach, self.hasMore, self.frontier) = (deltas, reach, hasMore, frontier)
        }
    }

    /// The own change after which the next request pushes; nil while nothing is pushed.
    public var pushesAfter: UInt64? { isHoldingBack ? nil : acknowledged }

    /// Whether the next request has to say what the replica holds.
    public var needsFrontier: Bool { cursor == nil || frontier != nil }

    /// Path of a change, stop 5: what the relay lacks becomes a request.
    public mutating func next(_ supplies: Supplies) -> SyncRequest {
        if cursor == nil, frontier == nil { frontier = supplies.frontier }
        pushed = isHoldingBack ? nil : (supplies.reach, supplies.hasMore)
        return SyncRequest(
            workspace: workspace, replica: replica, cursor: cursor, frontier: frontier, credential: credential,
            isPushOnly: !isHoldingBack && supplies.hasMore, deltas: isHoldingBack ? [] : supplies.deltas)
    }

    /// What to do with an answer.
    public struct Step: Hashable, Sendable {
        /// To be verified and stored, together with the cursor.
        public var deltas: [[UInt8]]
        /// To be kept with them.
        public var cursor: Cursor
        /// The own changes that the relay has now.
        public var acknowledged: UInt64
        /// Why the relay did not take what was pushed, if it did not.
        public var refusal: RefusalReason?
        /// What the relay holds, when it may lack changes of other chains that are here.
        public var relayFrontier: [Cause]?
        /// Whether a pull is complete that a joiner made before its first push.
        public var isReadyToPush: Bool
        /// Whether both sides have said all they had.
        public var isFinished: Bool
    }

    /// Takes an answer in.
    public mutating func receive(_ answer: SyncAnswer) -> Step {
        let startedOver = cursor.map { $0.incarnation != answer.cursor.incarnation } ?? false
        if startedOver { return startOver(with: answer) }
        cursor = answer.cursor
        let refusal = answer.verdicts.lazy.compactMap { verdict in
            if case .refused(let reason) = verdict { reason } else { nil }
        }.first
        var more = answer.hasMore
        if let pushed, refusal == nil {
            acknowledged = max(acknowledged, pushed.reach)
            more = more || pushed.hasMore
            credential = nil
        }
        if !answer.hasMore, frontier != nil, pushed == nil || pushed?.hasMore == false { frontier = nil }
        let isReadyToPush = isHoldingBack && !answer.hasMore
        if isReadyToPush {
            isHoldingBack = false
            more = true
        }
        return Step(
            deltas: answer.deltas, cursor: answer.cursor, acknowledged: acknowledged, refusal: refusal,
            relayFrontier: answer.frontier, isReadyToPush: isReadyToPush, isFinished: !more || refusal != nil)
    }

    /// The relay is not the one the cursor counts in: it was restored or replaced. Its frontier tells what it has; the
    /// next request says what is here, and gives back what it forgot.
    private mutating func startOver(with answer: SyncAnswer) -> Step {
        cursor = nil
        frontier = nil
        let known = answer.frontier?.first { $0.replica == replica }?.number ?? 0
        acknowledged = known
        return Step(
            deltas: [], cursor: Cursor(incarnation: answer.cursor.incarnation, arrival: 0), acknowledged: known,
            refusal: nil, relayFrontier: answer.frontier, isReadyToPush: false, isFinished: false)
    }
}
