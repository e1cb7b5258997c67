public import ChangeLog
public import Storage
public import Sync

/// The answering side of a sync: stores what is pushed and answers with what the asker lacks.
///
/// A relay has one for each workspace. Who may ask is decided before; that is the relay's affair.
public struct SyncResponder {
    /// The answering copy.
    public let replica: Replica
    /// Which count the cursors given out belong to.
    public private(set) var incarnation: UInt64
    private let draw: () -> UInt64
    /// About how many bytes of changes go into one answer.
    public var pageByteCount: Int
    private let releaseInterval: UInt64
    private var lastRelease: UInt64 = 0

    /// - Parameters:
    ///   - incarnation: drawn anew whenever the replica was made or put back.
    ///   - draw: makes the next one.
    ///   - releaseInterval: the longest time, in milliseconds, that a change waiting for its stamp to come due waits longer
    ///     where nobody pushes.
    public init(
        _ replica: Replica, incarnation: UInt64, pageByteCount: Int = PacketFormat.pageByteCount,
        releaseInterval: UInt64 = 30_000, draw: @escaping () -> UInt64
    ) {
        (self.replica, self.incarnation, self.draw) = (replica, incarnation, draw)
        (self.pageByteCount, self.releaseInterval) = (pageByteCount, releaseInterval)
    }

    /// Goes on with a copy that was just opened: in its count of arrivals, or in a new one where it has none, or where it
    /// turns out that something happened to it.
    ///
    /// - Parameter now: milliseconds since 1970.
    public init(
        resuming replica: Replica, now: UInt64, pageByteCount: Int = PacketFormat.pageByteCount,
        releaseInterval: UInt64 = 30_000, draw: @escaping () -> UInt64
    ) throws(StorageFailure) {
        // A copy, or one put back from a backup: what it once gave arrival numbers to may be gone.
        let isAnother = try replica.settle(now: now) != nil
        let stored = try replica.localValue(.incarnation).integer.map { UInt64(bitPattern: $0) }
        self.init(
            replica, incarnation: stored ?? 0, pageByteCount: pageByteCount, releaseInterval: releaseInterval,
            draw: draw)
        if stored == nil || isAnother { try startAnew(now: now) }
        // An admission that was written just before the process ended has not been sealed yet.
        try replica.publish()
    }

    /// Stores what is pushed and answers with what the asker lacks.
    ///
    /// - Parameter now: milliseconds since 1970.
    public mutating func answer(_ request: SyncRequest, now: UInt64) throws(StorageFailure) -> SyncAnswer {
        // The asker starts over, and pushes again: its next request is answered in the new count.
        if let cursor = request.cursor, try !counts(cursor, now: now) {
            return try startingOver(for: request, now: now)
        }
        var answer = SyncAnswer(
            cursor: request.cursor ?? Cursor(incarnation: incarnation, arrival: 0), time: now)
        if request.isSurvey { return try survey(answer, for: request) }
        let epoch = replica.id.epoch
        answer.verdicts = try take(request, now: now)
        if try hasForgotten(epoch, request, answer.verdicts, now: now) {
            // Whoever has no cursor says what it holds, and is answered in the new count at once.
            guard request.cursor == nil else { return try startingOver(for: request, now: now) }
            answer.cursor = Cursor(incarnation: incarnation, arrival: 0)
        }
        guard !request.isPushOnly else { return answer }
        try addArrivals(to: &answer, for: request)
        guard !answer.hasMore else { return answer }
        if request.frontier != nil { try addFrontier(to: &answer, within: request.room) }
        answer.digest = try replica.frontierDigest()
        return answer
    }

    // MARK: Incarnation

    private mutating func startAnew(now: UInt64) throws(StorageFailure) {
        incarnation = draw()
        try replica.begin(incarnation, now: now)
    }

    func startingOver(now: UInt64) throws(StorageFailure) -> SyncAnswer {
        .startingOver(incarnation: incarnation, time: now, frontier: try replica.sampledFrontier())
    }

    /// Where room is short one tip has to do: it says that something is here.
    private func startingOver(for request: SyncRequest, now: UInt64) throws(StorageFailure) -> SyncAnswer {
        var answer = try startingOver(now: now)
        if request.room != nil { answer.frontier = answer.frontier.map { Array($0.prefix(1)) } }
        return answer
    }

    /// Whether arrival numbers up to the cursor's mean here what they meant to the asker.
    ///
    /// A cursor whose number nothing has, or something else, shows that this file is an older copy of what the asker spoke
    /// to. What arrives from now on takes numbers that others have seen used otherwise, so for everyone a new count
    /// begins.
    mutating func counts(_ cursor: Cursor, now: UInt64) throws(StorageFailure) -> Bool {
        guard cursor.incarnation == incarnation else { return false }
        guard cursor.arrival > 0, try replica.arrivalCheck(at: cursor.arrival) != cursor.check else { return true }
        try startAnew(now: now)
        return false
    }

    /// Whether what came shows that this file is an older copy: changes of the relay's own that it has forgotten, or an
    /// asker that had everything taken and goes further than what is here. If so, a new count begins.
    ///
    /// - Parameter epoch: the relay's before the request.
    private mutating func hasForgotten(
        _ epoch: UInt64, _ request: SyncRequest, _ verdicts: [Verdict], now: UInt64
    ) throws(StorageFailure) -> Bool {
        if !request.deltas.isEmpty, try replica.settle(now: now) != nil { try replica.publish() }
        var isForgotten = replica.id.epoch != epoch
        let wereTaken = verdicts.allSatisfy { if case .stored = $0 { true } else { false } }
        if wereTaken, !request.isPushOnly, try !replica.accountsFor(request.tips) { isForgotten = true }
        if isForgotten { try startAnew(now: now) }
        return isForgotten
    }

    // MARK: Pushed

    private mutating func take(_ request: SyncRequest, now: UInt64) throws(StorageFailure) -> [Verdict] {
        if request.deltas.isEmpty {
            try releaseDue(now: now)
            return []
        }
        lastRelease = now
        var intake = try Intake(of: replica, from: request.replica, now: now)
        return try intake.take(request.deltas)
    }

    /// What waits for its stamp to come due is tried again by every push; where nobody pushes, by a pull now and then.
    private mutating func releaseDue(now: UInt64) throws(StorageFailure) {
        guard now < lastRelease || now - lastRelease >= releaseInterval else { return }
        lastRelease = now
        guard try replica.counts().waiting > 0 else { return }
        _ = try replica.append([], now: now)
    }

    // MARK: Pulled

    private func addArrivals(to answer: inout SyncAnswer, for request: SyncRequest) throws(StorageFailure) {
        // Of the asker's own chains it gets what lies beyond what it says to hold: it may have lost that.
        let outgoing = try replica.arrivals(
            after: answer.cursor.arrival, excluding: nil, frontier: (request.frontier ?? []) + request.tips,
            byteLimit: min(pageByteCount, request.room.map { Int(clamping: $0) } ?? .max),
            isStrict: request.room != nil)
        let check = try replica.arrivalCheck(at: outgoing.reach) ?? 0
        answer.cursor = Cursor(incarnation: incarnation, arrival: outgoing.reach, check: check)
        (answer.deltas, answer.hasMore) = (outgoing.deltas, outgoing.hasMore)
    }

    /// Left out where there is no room for it: the asker then offers nothing but its own, and the digest tells it whether
    /// that was all.
    private func addFrontier(to answer: inout SyncAnswer, within room: UInt64?) throws(StorageFailure) {
        let without = answer
        answer.frontier = try replica.sampledFrontier()
        guard let room else { return }
        let taken = answer.deltas.reduce(0) { $0 + $1.count } + answer.body.count - without.body.count
        if taken > Int(clamping: room) { answer = without }
    }

    /// The cursor stays where it was, since nothing is sent.
    private func survey(_ answer: SyncAnswer, for request: SyncRequest) throws(StorageFailure) -> SyncAnswer {
        let extent = try replica.arrivalExtent(
            after: answer.cursor.arrival, frontier: (request.frontier ?? []) + request.tips)
        var answer = answer
        answer.survey = SyncAnswer.Survey(changes: extent.changes, bytes: extent.bytes)
        if request.frontier != nil { answer.frontier = try replica.sampledFrontier() }
        return answer
    }
}

extension SyncAnswer {
    /// Tells an asker to forget its cursor, and what is here.
    public static func startingOver(incarnation: UInt64, time: UInt64, frontier: [Cause]) -> SyncAnswer {
        SyncAnswer(cursor: Cursor(incarnation: incarnation, arrival: 0), time: time, frontier: frontier)
    }
}
