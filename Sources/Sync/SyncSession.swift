public import ChangeLog

/// One sync of a replica with a relay: a state machine without socket, disk, clock or dice.
///
///     ours                                          relay
///       | -- cursor, own tips, own changes since --> |
///       | <- a verdict each, what arrived since ---- |   again while either side has more
///
/// With nothing new on either side that is one round trip. The caller brings what ``push`` asks for to
/// ``next(_:)``, carries the request, hands the answer to ``receive(_:)``, stores what the step says in one transaction,
/// and goes on until there is no next request. After both sides stored what they were sent, a new session moves nothing.
public struct SyncSession: Sendable {
    private let workspace: WorkspaceID
    private let replica: ReplicaID
    private var cursor: Cursor?
    /// The local arrival up to which the relay has what this device wrote; to be kept when the sync has ended.
    public private(set) var acknowledged: UInt64
    private var credential: [UInt8]?
    /// What is here, while the relay has to be told.
    private var frontier: [Cause]?
    private var isFrontierWanted = false
    /// Some pull before they push: a joiner, for what it pulls may show that its name is taken; and who has reason to
    /// doubt its memory or its clock. What was sealed and sent cannot be written anew.
    private var isHoldingBack: Bool
    /// Whether to push and nothing else: while a stream brings what arrives.
    private let isPushingOnly: Bool
    /// Whether a push showed that both sides have to say what they hold, which a sync that only pushes cannot do.
    public private(set) var needsWholeSync = false
    private var pushing: Push
    /// Whether the relay was offered all it lacks since it last said what it has.
    private var hasOffered = false
    private var pushed: Pushed?
    /// Whether the relay has more to say, as far as is known.
    private var expectsMore = true
    /// What stands for the relay's frontier, once it has said all.
    private var relayDigest: UInt64?
    /// What was different between the two sides when last they compared; to be kept when the sync has ended.
    public private(set) var difference: Difference?
    private var comparisons = 0

    /// - Parameters:
    ///   - cursor: where the last sync ended; nil lets both sides say what they hold.
    ///   - acknowledged: the local arrival up to which the relay has what this device wrote.
    ///   - credential: shown until the relay has admitted this device.
    ///   - isHoldingBack: whether to pull everything before anything is pushed. A joiner always does.
    ///   - isPushingOnly: whether to push own changes and pull nothing. Such a session leaves the cursor alone.
    ///   - difference: what was different when last the two sides compared.
    public init(
        workspace: WorkspaceID, replica: ReplicaID, cursor: Cursor?, acknowledged: UInt64, credential: [UInt8]?,
        isHoldingBack: Bool = false, isPushingOnly: Bool = false, difference: Difference? = nil
    ) {
        (self.isPushingOnly, self.difference) = (isPushingOnly, difference)
        expectsMore = !isPushingOnly
        (self.workspace, self.replica, self.cursor) = (workspace, replica, cursor)
        (self.acknowledged, self.credential) = (acknowledged, credential)
        self.isHoldingBack = isHoldingBack || credential != nil
        pushing = .own(after: acknowledged)
    }

    /// What a request pushes, by the order in which it arrived here.
    public enum Push: Hashable, Sendable {
        /// Nothing yet.
        case nothing
        /// What this device wrote and sealed.
        case own(after: UInt64)
        /// All that is sealed here, whoever wrote it, and is not in the past of these tips: what a relay gets back that
        /// was restored or replaced, or never heard of it.
        case everything(after: UInt64, lacking: [Cause])
    }

    /// Two sides that hold different things although both have said all they had. Mostly one of them keeps something
    /// waiting; else the relay has once told less than there was.
    public struct Difference: Hashable, Sendable {
        /// What stands for the frontier here.
        public let ours: UInt64
        /// What stands for the relay's.
        public let theirs: UInt64

        /// A difference.
        public init(ours: UInt64, theirs: UInt64) { (self.ours, self.theirs) = (ours, theirs) }
    }

    private struct Pushed {
        let push: Push
        let reach: UInt64
        let hasMore: Bool
        let areOwn: [Bool]
    }

    /// What the replica has to bring to the next request.
    public struct Supplies: Sendable {
        /// What ``SyncSession/push`` asks for, about a page of it.
        public var deltas: [[UInt8]]
        /// Of each delta, whether this device wrote it: one of these that is refused ends the sync.
        public var areOwn: [Bool]
        /// The local arrival that they reach.
        public var reach: UInt64
        /// Whether there are more behind them.
        public var hasMore: Bool
        /// How far this device's own chains go, of what is sealed.
        public var tips: [Cause]
        /// What the replica holds; used when the session needs it.
        public var frontier: [Cause]

        /// Supplies for a request.
        public init(
            deltas: [[UInt8]] = [], areOwn: [Bool] = [], reach: UInt64 = 0, hasMore: Bool = false, tips: [Cause] = [],
            frontier: [Cause] = []
        ) {
            (self.deltas, self.areOwn, self.reach, self.hasMore) = (deltas, areOwn, reach, hasMore)
            (self.tips, self.frontier) = (tips, frontier)
        }
    }

    /// What the next request pushes.
    public var push: Push { isHoldingBack ? .nothing : pushing }

    /// Whether the next request has to say what the replica holds.
    public var needsFrontier: Bool { cursor == nil || frontier != nil || isFrontierWanted }

    /// Whether the relay has said all it had, and by what it can be told whether that was so.
    public var canCompare: Bool { relayDigest != nil && !expectsMore && comparisons < Self.comparisonLimit }

    /// Compares what the two sides hold once both have said all. Where it differs, both say what they hold: once for each
    /// difference, since it may have to stay.
    ///
    /// - Parameter digest: what stands for the frontier here.
    public mutating func compare(_ digest: UInt64) {
        guard canCompare, let theirs = relayDigest else { return }
        let found = digest == theirs ? nil : Difference(ours: digest, theirs: theirs)
        if found != nil, found != difference {
            comparisons += 1
            // The cursor is what the relay may have said too much by.
            cursor = nil
            (isFrontierWanted, hasOffered) = (true, false)
        }
        difference = found
    }

    /// Whether the relay said last that it holds something else.
    ///
    /// - Parameter digest: what stands for the frontier here.
    public func differs(from digest: UInt64) -> Bool { relayDigest.map { $0 != digest } ?? false }

    /// A relay whose digest is another each time must not keep a sync going.
    private static let comparisonLimit = 2

    /// Path of a change, stop 5: what the relay lacks becomes a request.
    ///
    /// - Returns: nil when both sides have said all they had.
    public mutating func next(_ supplies: Supplies) -> SyncRequest? {
        if needsFrontier, frontier == nil { frontier = supplies.frontier }
        isFrontierWanted = false
        let push = push
        pushed =
            push == .nothing
            ? nil
            : Pushed(push: push, reach: supplies.reach, hasMore: supplies.hasMore, areOwn: supplies.areOwn)
        let deltas = push == .nothing ? [] : supplies.deltas
        if case .everything = push, deltas.isEmpty, !supplies.hasMore { passOver(to: supplies.reach) }
        guard expectsMore || frontier != nil || !deltas.isEmpty else { return nil }
        return SyncRequest(
            workspace: workspace, replica: replica, cursor: cursor, frontier: frontier, credential: credential,
            tips: frontier == nil ? supplies.tips : [], isPushOnly: isPushingOnly || pushed?.hasMore ?? false,
            deltas: deltas)
    }

    /// What to do with an answer.
    public struct Step: Hashable, Sendable {
        /// To be verified and stored, together with the cursor.
        public var deltas: [[UInt8]]
        /// To be kept with them.
        public var cursor: Cursor
        /// The local arrival up to which the relay now has what this device wrote.
        public var acknowledged: UInt64
        /// Why the relay did not take what this device wrote, if it did not.
        public var refusal: RefusalReason?
        /// Whether a pull is complete that was made before the first push.
        public var isReadyToPush: Bool
        /// Whether both sides have said all they had, as far as is known.
        public var isFinished: Bool
    }

    /// Takes an answer in.
    public mutating func receive(_ answer: SyncAnswer) -> Step {
        if let cursor, cursor.incarnation != answer.cursor.incarnation {
            return isPushingOnly ? giveUp(at: cursor) : startOver(with: answer)
        }
        cursor = answer.cursor
        relayDigest = answer.digest
        let refusal = refusal(in: answer)
        if refusal == nil { acknowledge(answer) }
        let pushesOn = pushed?.hasMore ?? false
        if !answer.hasMore, !pushesOn { frontier = nil }
        let isReadyToPush = isHoldingBack && !answer.hasMore
        // What the relay holds is to be compared once it has what is pushed now.
        if isReadyToPush { (isHoldingBack, relayDigest) = (false, nil) }
        if !answer.hasMore, !pushesOn { offer(to: answer) }
        expectsMore = pushesOn || !isPushingOnly && (answer.hasMore || isFrontierWanted)
        return Step(
            deltas: answer.deltas, cursor: answer.cursor, acknowledged: acknowledged, refusal: refusal,
            isReadyToPush: isReadyToPush, isFinished: !expectsMore && !isReadyToPush || refusal != nil)
    }

    /// What of this device's own arrived here up to `arrival` came from the relay, or is there.
    public mutating func passOver(to arrival: UInt64) {
        acknowledged = max(acknowledged, arrival)
        if case .own = pushing { pushing = .own(after: acknowledged) }
    }

    /// Others' changes that a relay does not take are between it and them.
    private func refusal(in answer: SyncAnswer) -> RefusalReason? {
        for (index, verdict) in answer.verdicts.enumerated() {
            guard case .refused(let reason) = verdict, isOwn(index) else { continue }
            return reason
        }
        return nil
    }

    private func isOwn(_ index: Int) -> Bool {
        guard let pushed, pushed.areOwn.indices.contains(index) else { return true }
        return pushed.areOwn[index]
    }

    private mutating func acknowledge(_ answer: SyncAnswer) {
        guard let pushed else { return }
        credential = nil
        switch pushed.push {
        case .nothing: break
        case .own:
            acknowledged = max(acknowledged, pushed.reach)
            pushing = .own(after: acknowledged)
        case .everything(_, let held):
            if !pushed.hasMore { acknowledged = max(acknowledged, pushed.reach) }
            pushing = pushed.hasMore ? .everything(after: pushed.reach, lacking: held) : .own(after: acknowledged)
        }
        // What an own change rests on came to this device by another way than this relay: it gets that too.
        let isStuck = answer.verdicts.enumerated().contains { index, verdict in
            isOwn(index) && (verdict == .waiting(.cause) || verdict == .waiting(.gap))
        }
        if isStuck, isPushingOnly { needsWholeSync = true } else if isStuck, !hasOffered { isFrontierWanted = true }
    }

    /// What a push alone cannot mend.
    private mutating func giveUp(at cursor: Cursor) -> Step {
        (needsWholeSync, pushed, pushing) = (true, nil, .nothing)
        return Step(
            deltas: [], cursor: cursor, acknowledged: acknowledged, refusal: nil, isReadyToPush: false,
            isFinished: true)
    }

    /// Once the relay has said what it holds, it is offered what it lacks.
    private mutating func offer(to answer: SyncAnswer) {
        guard let held = answer.frontier, !hasOffered else { return }
        hasOffered = true
        pushing = .everything(after: 0, lacking: held)
    }

    /// The relay is not the one the cursor counts in: it was restored or replaced. Both sides say what they hold. Who
    /// lost nothing pulls first, to know what the relay means; from a relay that lost all there is nothing to pull.
    private mutating func startOver(with answer: SyncAnswer) -> Step {
        (cursor, frontier, pushed, relayDigest) = (nil, nil, nil, nil)
        (acknowledged, hasOffered, expectsMore) = (0, false, true)
        let held = answer.frontier ?? []
        isHoldingBack = !held.isEmpty
        if held.isEmpty { hasOffered = true }
        pushing = held.isEmpty ? .everything(after: 0, lacking: []) : .own(after: 0)
        return Step(
            deltas: [], cursor: Cursor(incarnation: answer.cursor.incarnation, arrival: 0), acknowledged: 0,
            refusal: nil, isReadyToPush: false, isFinished: false)
    }
}
