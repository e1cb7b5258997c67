public import ChangeLog
public import Replication
public import Storage
import Sync

/// Carries a sync over HTTP: the only caller of the network for sync.
///
/// Path of a change, stop 6: the session's requests become HTTP requests, retried safely.
public final class RelayExchange {
    private let replica: Replica
    private let relay: RelayConnection
    private let clock: () -> UInt64
    private let witness: ClockWitness?
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
    /// - Parameter byteLimit: how many bytes of bodies it may take, both ways; nil for as many as it needs.
    /// - Throws: a ``SyncFailure``. Whatever was stored before stays stored, and the next sync goes on from there.
    public func run(byteLimit: Int? = nil) throws(SyncFailure) -> SyncReport {
        do {
            try meetRelay()
            var requester = try SyncRequester(
                replica, clock: clock, pullsFirst: isClockInDoubt(), byteLimit: byteLimit)
            while let request = try requester.next() {
                let body = request.body
                requester.report.bytesSent += body.count
                let answer = try relay.post(body)
                requester.report.bytesReceived += answer.count
                try requester.receive(SyncAnswer(body: answer))
            }
            try noteClock(ahead: requester.report.clockAhead)
            return requester.report
        } catch {
            throw SyncFailure(error)
        }
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

    // MARK: Clocks

    private func isClockInDoubt() throws -> Bool {
        guard let witness, let note = try ClockNote(of: replica), note.leavesDoubt(now: witness) else { return false }
        return try replica.hasUnpublished()
    }

    private func noteClock(ahead: Int64) throws {
        guard let witness else { return }
        let note = ClockNote(witness: witness, ahead: ahead)
        // The same again is not worth a write.
        let known = try ClockNote(of: replica)
        guard known?.witness.boot != witness.boot || known.map({ $0.differs(from: note) }) ?? true else { return }
        try note.keep(in: replica)
    }
}

extension SyncFailure {
    /// What any error in a sync comes to.
    init(_ error: any Error) {
        switch error {
        case let failure as SyncFailure: self = failure
        case let failure as StorageFailure: self = .storage(failure)
        case ReplicationFailure.refused(let reason): self = .refused(reason)
        default: self = .nonsense
        }
    }
}
