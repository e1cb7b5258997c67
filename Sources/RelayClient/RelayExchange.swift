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
}

/// Carries a sync session over HTTP: the only caller of the network for sync.
///
/// Path of a change, stop 6: the session's requests become HTTP requests, retried safely.
public final class RelayExchange {
    private let replica: Replica
    private let relay: RelayConnection
    private let clock: () -> UInt64
    private var report = SyncReport()
    /// Tips of what the relay has: what it said, and what came from it since. Nil while it was not asked.
    private var heldByRelay: [Cause]?

    /// - Parameters:
    ///   - url: the relay's address, `http://` or `https://`.
    ///   - clock: milliseconds since 1970.
    public init(_ replica: Replica, key: SigningKey, url: String, clock: @escaping () -> UInt64) {
        (self.replica, self.clock) = (replica, clock)
        relay = RelayConnection(url: url, key: key, clock: clock)
    }

    /// Pushes and pulls until both sides have said all they had.
    ///
    /// - Throws: a ``SyncFailure``. Whatever was stored before stays stored, and the next sync goes on from there.
    public func run() throws(SyncFailure) -> SyncReport {
        do {
            try meetRelay()
            var session = try openSession()
            while try !advance(&session).isFinished {}
            if let held = heldByRelay { try giveBack(missingFrom: held) }
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
        return try replica.read { database in
            let incarnation = try LocalValues.value(.incarnation, in: database).integer
            let arrival = try LocalValues.value(.cursor, in: database).integer
            let cursor = incarnation.flatMap { incarnation in
                arrival.map { Cursor(incarnation: UInt64(bitPattern: incarnation), arrival: UInt64(clamping: $0)) }
            }
            return SyncSession(
                workspace: replica.workspace, replica: replica.id, cursor: cursor,
                acknowledged: UInt64(clamping: try LocalValues.value(.acknowledged, in: database).integer ?? 0),
                credential: isAdmitted ? nil : try LocalValues.value(.credential, in: database).bytes)
        }
    }

    private func advance(_ session: inout SyncSession) throws -> SyncSession.Step {
        var supplies = SyncSession.Supplies(deltas: [], reach: 0, hasMore: false, frontier: [])
        var pushed = 0
        if let after = session.pushesAfter {
            try replica.publish()
            let outgoing = try replica.outgoing(after: after, byteLimit: PacketFormat.pageByteCount)
            supplies = .init(
                deltas: outgoing.deltas, reach: outgoing.reach, hasMore: outgoing.hasMore, frontier: [])
            pushed = outgoing.changes
        }
        if session.needsFrontier { supplies.frontier = try replica.frontier() }
        let answer = try exchange(session.next(supplies))
        let step = session.receive(answer)
        if let refusal = step.refusal { throw SyncFailure.refused(refusal) }
        if !answer.verdicts.isEmpty { report.sent += pushed }
        note(step.relayFrontier)
        try store(step)
        if step.isReadyToPush { try checkName() }
        return step
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
    private func store(_ step: SyncSession.Step) throws {
        report.verifiedSignatures += step.deltas.count
        // One that does not hold is passed over: it must not keep the others from coming in.
        let verified = ReceivedDelta.verifyAll(step.deltas, in: replica.workspace).compactMap { $0 }
        heldByRelay?.append(contentsOf: verified.compactMap(\.changes.last?.asCause))
        let now = clock()
        // The relay still has what it sent: after a power cut it is pulled again.
        let verdicts = try replica.append(verified, now: now, durability: .normal) { database in
            try LocalValues.set(.incarnation, .integer(Int64(bitPattern: step.cursor.incarnation)), in: database)
            try LocalValues.set(.cursor, .integer(Int64(clamping: step.cursor.arrival)), in: database)
            try LocalValues.set(.acknowledged, .integer(Int64(clamping: step.acknowledged)), in: database)
            if step.isFinished { try LocalValues.set(.lastSync, .integer(Int64(clamping: now)), in: database) }
        }
        for case .stored(let new) in verdicts { report.received += new }
    }

    /// Before anything of a joiner's leaves: is the name still free?
    private func checkName() throws {
        let members = try replica.read { try Member.all(in: $0) }
        guard let own = members.first(where: { $0.device == replica.id.device }) else { return }
        if members.contains(where: { $0.person != own.person && $0.name == own.name && !own.name.isEmpty }) {
            throw SyncFailure.refused(.nameTaken)
        }
    }

    private func note(_ frontier: [Cause]?) {
        guard let frontier else { return }
        heldByRelay = (heldByRelay ?? []) + frontier
    }

    /// Hands a relay that was restored or replaced what it lacks of others' changes.
    private func giveBack(missingFrom held: [Cause]) throws {
        var arrival: UInt64 = 0
        while true {
            let lacking = try replica.lacking(in: held, after: arrival, byteLimit: PacketFormat.pageByteCount)
            if !lacking.deltas.isEmpty {
                _ = try exchange(
                    SyncRequest(
                        workspace: replica.workspace, replica: replica.id, cursor: nil, isPushOnly: true,
                        deltas: lacking.deltas))
                report.sent += lacking.changes
            }
            guard lacking.hasMore else { return }
            arrival = lacking.reach
        }
    }
}
