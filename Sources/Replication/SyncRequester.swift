public import ChangeLog
public import Storage
public import Sync

/// What a sync moved.
public struct SyncReport: Hashable, Sendable {
    /// Changes the relay was handed.
    public var sent = 0
    /// Changes that were new here.
    public var received = 0
    /// Bytes of request bodies.
    public var bytesSent = 0
    /// Bytes of answer bodies.
    public var bytesReceived = 0
    /// Requests made.
    public var roundTrips = 0
    /// Seals checked.
    public var verifiedSignatures = 0
    /// How far this device's clock is ahead of the relay's, in milliseconds, at least; below 0 behind.
    public var clockAhead: Int64 = 0
    /// Changes that had not left and were stamped anew, because the clock was ahead.
    public var restamped = 0
    /// Whether there was more to move than the budget had room for. If nothing was moved, only a larger one helps.
    public var isCutShort = false

    /// Nothing yet.
    public init() {}
}

/// Why a sync came to nothing. Facts only; the words are made at the edge.
public enum ReplicationFailure: Error, Hashable, Sendable {
    /// The relay did not take what was pushed.
    case refused(RefusalReason)
    /// The other side goes on and on, or what it says makes no sense.
    case nonsense
}

/// The asking side of a sync: brings a ``SyncSession`` what it pushes, and stores what it is answered.
///
/// Whoever carries the packets, over whatever, asks for the ``next()`` request until there is none and hands each answer
/// to ``receive(_:)``. Both throw a ``ReplicationFailure``, or a ``StorageFailure`` of this side's. What was stored before a failure stays stored, and the next sync goes on from there.
public struct SyncRequester {
    /// What happened so far; the carrier adds the bytes.
    public var report = SyncReport()
    private let replica: Replica
    private let clock: () -> UInt64
    private let pageByteCount: Int
    private let budget: ByteBudget?
    private let isPushingOnly: Bool
    private var session: SyncSession
    private var progress: RelayProgress
    private var sentAt: UInt64 = 0
    /// Changes in the request under way.
    private var pushed = 0
    /// How far the clock is ahead, in milliseconds, where that is too much.
    private var error: UInt64 = 0
    /// Whether what the relay has next is larger than the room there was for it.
    private var isStuck = false
    /// Whether the relay is asked what it holds by the request under way.
    private var asksForFrontier = false
    /// Whether the relay had no room to say what it holds.
    private var isFrontierLeftOut = false
    /// The time as it is right, for all that is known.
    private var now: UInt64 {
        let reading = clock()
        return reading - min(error, reading)
    }

    /// - Parameters:
    ///   - clock: milliseconds since 1970.
    ///   - pullsFirst: whether to hear what the relay has, and its time, before anything is pushed.
    ///   - pushesOnly: whether to push own changes and pull nothing: while a stream brings what arrives.
    ///   - pageByteCount: about how many bytes of changes go into one request.
    ///   - byteLimit: how many bytes of bodies the sync may take, both ways; nil for as many as it needs.
    public init(
        _ replica: Replica, clock: @escaping () -> UInt64, pullsFirst: Bool = false, pushesOnly: Bool = false,
        pageByteCount: Int = PacketFormat.pageByteCount, byteLimit: Int? = nil
    ) throws {
        (self.replica, self.clock, self.pageByteCount) = (replica, clock, pageByteCount)
        budget = byteLimit.map(ByteBudget.init)
        isPushingOnly = pushesOnly
        progress = try replica.relayProgress()
        let asker = try Asker(replica)
        // A copy that something happened to hears first what it has forgotten.
        let isRecovering = try progress.position != nil && replica.accident() != nil
        session = SyncSession(
            workspace: replica.workspace,
            replica: asker.id, cursor: progress.position.map(Cursor.init), acknowledged: progress.acknowledged,
            credential: asker.credential, isHoldingBack: pullsFirst || isRecovering, isPushingOnly: pushesOnly,
            difference: try replica.difference())
    }

    /// Whether a push showed that both sides have to say what they hold.
    public var needsWholeSync: Bool { session.needsWholeSync }

    // MARK: Asking

    /// - Returns: what to carry to the relay; nil once both sides have said all they had; or when there is no room for more.
    public mutating func next() throws -> SyncRequest? {
        let room = budget?.room(after: report)
        var supplies = try supplies(within: room)
        // While something is left to push, the two sides differ by that at least.
        if session.canCompare, supplies.deltas.isEmpty, !supplies.hasMore {
            try compare()
            if session.needsFrontier { supplies = try self.supplies(within: room) }
        }
        if report.isCutShort { return try finish() }
        if let room, room <= 0 || isStuck || supplies.hasMore && supplies.deltas.isEmpty { return try cutShort() }
        guard var request = session.next(supplies) else { return try finish() }
        if let budget, !budget.reserve(in: &request, after: report) { return try cutShort() }
        asksForFrontier = request.frontier != nil && !request.isPushOnly
        sentAt = clock()
        return request
    }

    private mutating func compare() throws {
        let digest = try replica.frontierDigest()
        guard isFrontierLeftOut else { return session.compare(digest) }
        // What is different cannot be found out within the budget: another sync has to.
        if session.differs(from: digest) { report.isCutShort = true }
    }

    private func finish() throws -> SyncRequest? {
        try replica.keep(acknowledged: session.acknowledged)
        // Cut short, it is not known what is different: it is asked about again.
        if !isPushingOnly, !report.isCutShort { try replica.keep(session.difference) }
        return nil
    }

    private mutating func cutShort() throws -> SyncRequest? {
        report.isCutShort = true
        return try finish()
    }

    // MARK: Supplies

    private mutating func supplies(within room: Int?) throws -> SyncSession.Supplies {
        if session.push != .nothing { try replica.publish() }
        var supplies = SyncSession.Supplies(tips: try replica.sealedTips())
        var room = room
        if session.needsFrontier {
            supplies.frontier = try replica.sampledFrontier()
            room = room.map { $0 - byteCount(of: supplies.frontier) }
        }
        let outgoing = try outgoing(within: room)
        pushed = outgoing?.changes ?? 0
        guard let outgoing else { return supplies }
        (supplies.deltas, supplies.areOwn) = (outgoing.deltas, outgoing.areOwn)
        (supplies.reach, supplies.hasMore) = (outgoing.reach, outgoing.hasMore)
        return supplies
    }

    /// As it travels.
    private func byteCount(of frontier: [Cause]) -> Int {
        SyncRequest(workspace: replica.workspace, replica: replica.id, cursor: nil, frontier: frontier).body.count
    }

    private func outgoing(within room: Int?) throws -> Outgoing? {
        let byteLimit = min(pageByteCount, room ?? .max)
        switch session.push {
        case .nothing: return nil
        case .own(let after):
            return try replica.outgoing(after: after, byteLimit: byteLimit, isStrict: room != nil)
        case .everything(let after, let held):
            return try replica.arrivals(
                after: after, excluding: nil, frontier: held, byteLimit: byteLimit, isStrict: room != nil)
        }
    }

    // MARK: Answers

    /// Takes an answer in, in one transaction with how far it brings this replica.
    public mutating func receive(_ answer: SyncAnswer) throws {
        report.roundTrips += 1
        compareClocks(relayTime: answer.time)
        isStuck = answer.hasMore && answer.deltas.isEmpty
        isFrontierLeftOut = budget != nil && asksForFrontier && !answer.hasMore && answer.frontier == nil
        let step = session.receive(answer)
        if let refusal = step.refusal { throw ReplicationFailure.refused(refusal) }
        if !answer.verdicts.isEmpty { report.sent += pushed }
        try take(step, relayTime: answer.time)
        guard report.roundTrips < Self.roundTripLimit else { throw ReplicationFailure.nonsense }
    }

    /// Far more than any history takes, page by page: a relay that goes on and on is none.
    private static let roundTripLimit = 100_000

    private mutating func take(_ step: SyncSession.Step, relayTime: UInt64) throws {
        // Where the cursor stands is the stream's affair.
        guard !isPushingOnly else { return try replica.keep(acknowledged: session.acknowledged) }
        try store(step, relayTime: relayTime)
        session.passOver(to: progress.acknowledged)
        // Before anything of a joiner's leaves: is the name still free?
        if step.isReadyToPush, try isNameTaken() { throw ReplicationFailure.refused(.nameTaken) }
        guard session.push != .nothing else { return }
        if error > 0 { report.restamped += try replica.restamp(ahead: error, now: now) }
        try replica.settle(now: now)
    }

    /// Path of a change, stop 8: another device's changes are parsed and verified here; strangers end here.
    private mutating func store(_ step: SyncSession.Step, relayTime: UInt64) throws {
        report.verifiedSignatures += step.deltas.count
        // One that does not hold is passed over: it must not keep the others from coming in.
        let verified = ReceivedDelta.verifyAll(step.deltas, in: replica.workspace).compactMap { $0 }
        progress = RelayProgress(position: .init(step.cursor), acknowledged: step.acknowledged)
        let verdicts = try replica.append(
            verified, bringing: &progress, now: now, relayTime: relayTime, isLast: step.isFinished)
        for case .stored(let new) in verdicts { report.received += new }
    }

    private func isNameTaken() throws -> Bool {
        let members = try replica.read { try Member.all(in: $0) }
        guard let own = members.first(where: { $0.device == replica.id.device }), own.admitted == nil else {
            return false
        }
        return members.contains { $0.person != own.person && $0.name == own.name && !own.name.isEmpty }
    }

    // MARK: Clocks

    /// More than this, in milliseconds, is told, and mended as far as nothing has left.
    public static let clockTolerance: Int64 = 60_000

    /// The relay read its clock while the request was under way.
    private mutating func compareClocks(relayTime: UInt64) {
        let (sent, received) = (Int64(clamping: sentAt), Int64(clamping: clock()))
        let relay = Int64(clamping: relayTime)
        report.clockAhead = sent > relay ? sent - relay : received < relay ? received - relay : 0
        error = report.clockAhead > Self.clockTolerance ? UInt64(report.clockAhead) : 0
    }
}
