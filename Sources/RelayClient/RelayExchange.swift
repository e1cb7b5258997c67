import CRDT
public import ChangeLog
public import Storage
import Sync

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
}

/// Carries a sync session over HTTP: the only caller of the network for sync.
///
/// Path of a change, stop 6: the session's requests become HTTP requests, retried safely.
public final class RelayExchange {
    private let replica: Replica
    private let relay: RelayConnection
    private let clock: () -> UInt64
    private let witness: ClockWitness?
    private var report = SyncReport()
    private var progress = RelayProgress()
    /// How far the clock is ahead, in milliseconds, where that is too much.
    private var error: UInt64 = 0
    /// The time as it is right, for all that is known.
    private var now: UInt64 {
        let reading = clock()
        return reading - min(error, reading)
    }

    /// - Parameters:
    ///   - url: the relay's address, `http://` or `https://`.
    ///   - clock: milliseconds since 1970.
    ///   - witness: of that clock; nil where there is none.
    public init(
        _ replica: Replica, key: SigningKey, url: String, clock: @escaping () -> UInt64, witness: ClockWitness? = nil
    ) {
        (self.replica, self.clock, self.witness) = (replica, clock, witness)
        relay = RelayConnection(url: url, key: key, clock: clock)
    }

    /// Pushes and pulls until both sides have said all they had.
    ///
    /// - Throws: a ``SyncFailure``. Whatever was stored before stays stored, and the next sync goes on from there.
    public func run() throws(SyncFailure) -> SyncReport {
        do {
            try meetRelay()
            var session = try openSession()
            while try advance(&session) {}
            try replica.keep(acknowledged: session.acknowledged)
            try noteClock()
        } catch let failure as SyncFailure {
            throw failure
        } catch let failure as StorageFailure {
            throw .storage(failure)
        } catch {
            throw .nonsense
        }
        return report
    }

    /// Learns the relay's key at first contact, and makes the relay known to the workspace if this device may.
    private func meetRelay() throws {
        let known = try replica.localValue(.relayKey).bytes
        if let key = known.flatMap({ DeviceID($0) }) {
            relay.audience = key
        } else {
            let key = try relay.fetchKey()
            try replica.setLocalValue(.relayKey, .bytes(key.bytes))
        }
        if let key = relay.audience { try replica.welcomeRelay(key, now: clock()) }
    }

    private func openSession() throws -> SyncSession {
        let isAdmitted = try replica.member(replica.id.device)?.admitted != nil
        progress = try replica.relayProgress()
        // A copy that something happened to hears first what it has forgotten; one whose clock may be wrong, the time.
        let isHoldingBack = try progress.position != nil && (replica.accident() != nil || isClockInDoubt())
        return try replica.read { database in
            SyncSession(
                workspace: replica.workspace,
                replica: isAdmitted ? replica.id : try LocalValues.joiner(in: database),
                cursor: progress.position.map(Cursor.init), acknowledged: progress.acknowledged,
                credential: isAdmitted ? nil : try LocalValues.value(.credential, in: database).bytes,
                isHoldingBack: isHoldingBack)
        }
    }

    /// One round trip.
    ///
    /// - Returns: whether there was anything left to say.
    private func advance(_ session: inout SyncSession) throws -> Bool {
        guard report.roundTrips < Self.roundTripLimit else { throw SyncFailure.nonsense }
        let (supplies, pushed) = try supplies(for: session)
        guard let request = session.next(supplies) else { return false }
        let sentAt = clock()
        let answer = try exchange(request)
        compareClocks(sentAt: sentAt, relayTime: answer.time)
        let step = session.receive(answer)
        if let refusal = step.refusal { throw SyncFailure.refused(refusal) }
        if !answer.verdicts.isEmpty { report.sent += pushed }
        try store(step, relayTime: answer.time)
        session.passOver(to: progress.acknowledged)
        if step.isReadyToPush { try checkName() }
        if session.push != .nothing {
            if error > 0 { report.restamped += try replica.restamp(ahead: error, now: now) }
            try replica.settle(now: now)
        }
        return true
    }

    // MARK: Clocks

    private func isClockInDoubt() throws -> Bool {
        guard let witness, let note = try ClockNote(of: replica), note.leavesDoubt(now: witness) else { return false }
        return try replica.hasUnpublished()
    }

    /// The relay read its clock while the request was under way.
    private func compareClocks(sentAt: UInt64, relayTime: UInt64) {
        let (sent, received) = (Int64(clamping: sentAt), Int64(clamping: clock()))
        let relay = Int64(clamping: relayTime)
        report.clockAhead = sent > relay ? sent - relay : received < relay ? received - relay : 0
        error = report.clockAhead > ClockNote.tolerance ? UInt64(report.clockAhead) : 0
    }

    private func noteClock() throws {
        guard let witness else { return }
        let note = ClockNote(witness: witness, ahead: report.clockAhead)
        // The same again is not worth a write.
        let known = try ClockNote(of: replica)
        guard known?.witness.boot != witness.boot || known.map({ $0.differs(from: note) }) ?? true else { return }
        try note.keep(in: replica)
    }

    /// What the session asks for; and of how many changes it is.
    private func supplies(for session: SyncSession) throws -> (SyncSession.Supplies, changes: Int) {
        if session.push != .nothing { try replica.publish() }
        var supplies = SyncSession.Supplies(tips: try replica.sealedTips())
        if session.needsFrontier { supplies.frontier = try replica.sampledFrontier() }
        let outgoing: Outgoing
        switch session.push {
        case .nothing: return (supplies, 0)
        case .own(let after): outgoing = try replica.outgoing(after: after, byteLimit: PacketFormat.pageByteCount)
        case .everything(let after, let held):
            outgoing = try replica.arrivals(
                after: after, excluding: nil, frontier: held, byteLimit: PacketFormat.pageByteCount)
        }
        (supplies.deltas, supplies.areOwn) = (outgoing.deltas, outgoing.areOwn)
        (supplies.reach, supplies.hasMore) = (outgoing.reach, outgoing.hasMore)
        return (supplies, outgoing.changes)
    }

    private func exchange(_ request: SyncRequest) throws -> SyncAnswer {
        let body = Compression.compressed(request.bytes)
        report.roundTrips += 1
        report.bytesSent += body.count
        let answer = try relay.post(body)
        report.bytesReceived += answer.count
        return try SyncAnswer(Compression.decompressed(answer, limit: PacketFormat.byteLimit))
    }

    /// Path of a change, stop 8: another device's changes are parsed and verified here; strangers end here.
    private func store(_ step: SyncSession.Step, relayTime: UInt64) throws {
        report.verifiedSignatures += step.deltas.count
        // One that does not hold is passed over: it must not keep the others from coming in.
        let verified = ReceivedDelta.verifyAll(step.deltas, in: replica.workspace).compactMap { $0 }
        progress = RelayProgress(position: .init(step.cursor), acknowledged: step.acknowledged)
        let verdicts = try replica.append(
            verified, bringing: &progress, now: now, relayTime: relayTime, isLast: step.isFinished)
        for case .stored(let new) in verdicts { report.received += new }
    }

    /// Before anything of a joiner's leaves: is the name still free?
    private func checkName() throws {
        let members = try replica.read { try Member.all(in: $0) }
        guard let own = members.first(where: { $0.device == replica.id.device }), own.admitted == nil else { return }
        if members.contains(where: { $0.person != own.person && $0.name == own.name && !own.name.isEmpty }) {
            throw SyncFailure.refused(.nameTaken)
        }
    }

    /// Far more than any history takes, page by page: a relay that goes on and on is none.
    private static let roundTripLimit = 100_000
}

extension Cursor {
    fileprivate init(_ position: RelayProgress.Position) {
        self.init(incarnation: position.incarnation, arrival: position.arrival, check: position.check)
    }
}

extension RelayProgress.Position {
    fileprivate init(_ cursor: Cursor) {
        self.init(incarnation: cursor.incarnation, arrival: cursor.arrival, check: cursor.check)
    }
}
