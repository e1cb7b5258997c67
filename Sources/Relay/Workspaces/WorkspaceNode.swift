import ChangeLog
import Glibc
import Storage
import Sync
import Synchronization

/// One workspace at the relay: its replica, on a queue of its own, and the incarnation its arrivals are counted in.
actor WorkspaceNode {
    private nonisolated let queue = StorageQueue()
    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    private let workspace: WorkspaceID
    private let directory: DataDirectory
    private let key: SigningKey
    private let configuration: Replica.Configuration
    private let limits: RelayLimits
    private nonisolated let requests = Mutex(0)

    private var opened: Replica?
    private var incarnation: UInt64 = 0
    private var lastRelease: UInt64 = 0

    init(
        _ workspace: WorkspaceID, in directory: DataDirectory, key: SigningKey, configuration: Replica.Configuration,
        limits: RelayLimits
    ) {
        (self.workspace, self.directory, self.key) = (workspace, directory, key)
        (self.configuration, self.limits) = (configuration, limits)
    }

    // MARK: How many at once

    /// - Returns: whether there was room for one more request; if so, it has to ``leave()``.
    nonisolated func enter() -> Bool {
        requests.withLock { requests in
            guard requests < limits.requestsPerWorkspace else { return false }
            requests += 1
            return true
        }
    }

    nonisolated func leave() { requests.withLock { $0 -= 1 } }

    // MARK: The file

    private func replica(now: UInt64) throws(StorageFailure) -> Replica {
        if let opened { return opened }
        let replica = try Replica.open(
            at: directory.file(of: workspace), key: key, configuration: configuration)
        // A copy, or one put back from a backup: what it once gave arrival numbers to may be gone.
        let isAnother = try replica.settle(now: now) != nil
        let stored = try replica.localValue(.incarnation).integer.map { UInt64(bitPattern: $0) }
        if let stored, !isAnother { incarnation = stored } else { incarnation = try drawIncarnation(for: replica) }
        // An admission that was written just before the relay was killed has not been sealed yet.
        try replica.publish()
        opened = replica
        return replica
    }

    /// Makes the replica beside its place and moves it there, so that it is whole or not there.
    func makeUnlessHeld() throws(StorageFailure) {
        guard !directory.holds(workspace) else { return }
        opened = nil
        let draft = directory.file(of: workspace) + ".new"
        let parts = ["", "-journal", "-wal", "-shm", ".lock", ".head"].map { draft + $0 }
        for part in parts { unlink(part) }
        try make(at: draft)
        guard access(draft + "-wal", F_OK) != 0 else { throw .disk(code: EBUSY) }
        let code = directory.keep(draft, as: workspace)
        for part in parts { unlink(part) }
        guard code == 0 else { throw .disk(code: code) }
    }

    /// Closed when this returns: what SQLite keeps beside the file is in it then.
    private func make(at path: String) throws(StorageFailure) {
        let replica = try Replica.create(
            at: path, workspace: workspace, key: key, epoch: random(), configuration: configuration)
        _ = try drawIncarnation(for: replica)
    }

    // MARK: Incarnation

    private func drawIncarnation(for replica: Replica) throws(StorageFailure) -> UInt64 {
        let drawn = random()
        try replica.setLocalValue(.incarnation, .integer(Int64(bitPattern: drawn)))
        return drawn
    }

    private func random() -> UInt64 { configuration.random(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Whether arrival numbers up to the cursor's mean here what they meant to the asker.
    ///
    /// A cursor whose number nothing has, or something else, shows that this file is an older copy of what the asker spoke
    /// to. What arrives from now on takes numbers that others have seen used otherwise, so for everyone a new count
    /// begins.
    private func counts(_ cursor: Cursor, in replica: Replica) throws(StorageFailure) -> Bool {
        guard cursor.incarnation == incarnation else { return false }
        guard cursor.arrival > 0, try replica.arrivalCheck(at: cursor.arrival) != cursor.check else { return true }
        incarnation = try drawIncarnation(for: replica)
        return false
    }

    /// Whether what came shows that this file is an older copy: changes of the relay's own that it has forgotten, or an
    /// asker that had everything taken and goes further than what is here. If so, a new count begins.
    ///
    /// - Parameter epoch: the relay's before the request.
    private func hasForgotten(
        _ epoch: UInt64, _ request: SyncRequest, _ verdicts: [Verdict], in replica: Replica, now: UInt64
    ) throws(StorageFailure) -> Bool {
        if !request.deltas.isEmpty, try replica.settle(now: now) != nil { try replica.publish() }
        var isForgotten = replica.id.epoch != epoch
        let wereTaken = verdicts.allSatisfy { if case .stored = $0 { true } else { false } }
        if wereTaken, !request.isPushOnly, try !replica.accountsFor(request.tips) { isForgotten = true }
        if isForgotten { incarnation = try drawIncarnation(for: replica) }
        return isForgotten
    }

    // MARK: Requests

    /// Why the asker may not sync here, if it may not.
    func objection(to request: SyncRequest, now: UInt64) throws(StorageFailure) -> Problem? {
        let replica = try replica(now: now)
        if let member = try replica.member(request.replica.device), member.admitted != nil || member.isRevoked {
            // What it wrote is kept for the others to look at; it gets nothing for it.
            return member.isRevoked && request.deltas.isEmpty ? .deviceRevoked : nil
        }
        // The founding change is stored after the file was made; in between, the founder is no member.
        if request.bringsFounding { return nil }
        guard let credential = request.shownCredential else { return .notAMember }
        switch try replica.objection(to: credential, of: request.replica, now: now) {
        case nil: return nil
        case .expired: return .invitationExpired
        case .used: return .invitationUsed
        case .withdrawn: return .invitationWithdrawn
        default:
            let isGrantHere = try replica.frontier().contains { tip in
                tip.replica == credential.grant.replica && tip.number >= credential.grant.number
            }
            return isGrantHere ? .notAMember : .grantUnknown
        }
    }

    /// Whether a device was cut off, perhaps by what it has just brought.
    func isRevoked(_ device: DeviceID) throws(StorageFailure) -> Bool {
        try opened?.member(device)?.isRevoked == true
    }

    /// Stores what is pushed and answers with what the asker lacks.
    ///
    /// - Parameter now: milliseconds since 1970.
    func answer(_ request: SyncRequest, now: UInt64) throws(StorageFailure) -> SyncAnswer {
        let replica = try replica(now: now)
        // The asker starts over, and pushes again: its next request is answered in the new count.
        if let cursor = request.cursor, try !counts(cursor, in: replica) {
            return .startingOver(incarnation: incarnation, time: now, frontier: try replica.sampledFrontier())
        }
        let cursor = request.cursor ?? Cursor(incarnation: incarnation, arrival: 0)
        var answer = SyncAnswer(cursor: cursor, time: now)
        let epoch = replica.id.epoch
        answer.verdicts = try take(request, into: replica, now: now)
        if try hasForgotten(epoch, request, answer.verdicts, in: replica, now: now) {
            return .startingOver(incarnation: incarnation, time: now, frontier: try replica.sampledFrontier())
        }
        if !request.isPushOnly { try addArrivals(to: &answer, for: request, from: replica) }
        if request.frontier != nil { answer.frontier = try replica.sampledFrontier() }
        return answer
    }

    private func take(
        _ request: SyncRequest, into replica: Replica, now: UInt64
    ) throws(StorageFailure) -> [Verdict] {
        if request.deltas.isEmpty {
            try releaseDue(in: replica, now: now)
            return []
        }
        lastRelease = now
        var intake = try Intake(of: replica, from: request.replica, now: now)
        return try intake.take(request.deltas)
    }

    /// What waits for its stamp to come due is tried again by every push; where nobody pushes, by a pull now and then.
    private func releaseDue(in replica: Replica, now: UInt64) throws(StorageFailure) {
        guard now < lastRelease || now - lastRelease >= limits.releaseInterval else { return }
        lastRelease = now
        guard try replica.counts().waiting > 0 else { return }
        _ = try replica.append([], now: now)
    }

    private func addArrivals(
        to answer: inout SyncAnswer, for request: SyncRequest, from replica: Replica
    ) throws(StorageFailure) {
        // Of the asker's own chains it gets what lies beyond what it says to hold: it may have lost that.
        let outgoing = try replica.arrivals(
            after: answer.cursor.arrival, excluding: nil, frontier: (request.frontier ?? []) + request.tips,
            byteLimit: PacketFormat.pageByteCount)
        let check = try replica.arrivalCheck(at: outgoing.reach) ?? 0
        answer.cursor = Cursor(incarnation: incarnation, arrival: outgoing.reach, check: check)
        answer.deltas = outgoing.deltas
        answer.hasMore = outgoing.hasMore
    }
}

extension SyncAnswer {
    /// Tells an asker to forget its cursor, and what is here.
    static func startingOver(incarnation: UInt64, time: UInt64, frontier: [Cause]) -> SyncAnswer {
        SyncAnswer(cursor: Cursor(incarnation: incarnation, arrival: 0), time: time, frontier: frontier)
    }
}
