public import ChangeLog
public import Replication
public import Storage
public import Sync
import Transport

/// Carries a sync over HTTP: the only caller of the network for sync.
///
/// Path of a change, stop 6: the session's requests become HTTP requests, retried safely.
public final class RelayExchange {
    private let replica: Replica
    let url: String
    private let relay: RelayConnection
    private let clock: () -> UInt64
    private let witness: ClockWitness?
    /// Whether the relay has answered for this workspace, so that its address and key are kept.
    private var isKept = false

    /// - Parameters:
    ///   - url: the relay's address, as ``RelayAddress`` takes it. One that is not kept yet, or whose key is not, is kept
    ///     once a relay has answered there for this workspace.
    ///   - clock: milliseconds since 1970.
    ///   - witness: of that clock; nil where there is none.
    public init(
        _ replica: Replica, key: SigningKey, url: String, clock: @escaping () -> UInt64, witness: ClockWitness? = nil
    ) {
        (self.replica, self.url, self.clock, self.witness) = (replica, url, clock, witness)
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
            try carry(&requester)
            try noteClock(ahead: requester.report.clockAhead)
            return requester.report
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Asks what a sync would move. Nothing is moved, and nothing is changed here.
    public func plan() throws(SyncFailure) -> SyncPlan {
        do {
            relay.audience = try knownKey() ?? relay.fetchKey()
            for hasNoCursor in [false, true] {
                let request = try SyncPlan.request(of: replica, hasNoCursor: hasNoCursor)
                let answer = try SyncAnswer(body: relay.post(request.body))
                if let plan = try SyncPlan(answer, for: request, of: replica) { return plan }
            }
            throw SyncFailure.nonsense
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Pushes what this device wrote, and pulls nothing.
    ///
    /// - Returns: what left; and whether it takes a whole sync to go on.
    func push() throws -> (report: SyncReport, needsWholeSync: Bool) {
        guard try replica.unsentCount() > 0 else { return (SyncReport(), false) }
        try meetRelay()
        var requester = try SyncRequester(replica, clock: clock, pushesOnly: true)
        try carry(&requester)
        return (requester.report, requester.needsWholeSync)
    }

    private func carry(_ requester: inout SyncRequester) throws {
        while let request = try requester.next() {
            let body = request.body
            requester.report.bytesSent += body.count
            let answer = try relay.post(body)
            requester.report.bytesReceived += answer.count
            let packet = try SyncAnswer(body: answer)
            try keepRelay()
            try requester.receive(packet)
        }
    }

    /// Asks to be the only one that may bid in a scope for a while, or gives that back.
    ///
    /// - Throws: a ``SyncFailure``; `.notAGateway` to whoever is none.
    public func lease(_ scope: LeaseScope, givesBack: Bool = false) throws(SyncFailure) -> LeaseReply {
        do {
            relay.audience = try knownKey() ?? relay.fetchKey()
            let request = LeaseRequest(
                workspace: replica.workspace, replica: replica.id, scope: scope, givesBack: givesBack)
            return try LeaseReply(relay.lease(request.bytes))
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Opens a live stream, and returns when it has ended.
    func follow(_ request: SyncRequest, to receiver: any HTTPStreamReceiver) throws {
        try relay.follow(request.body, to: receiver)
    }

    // MARK: Which relay

    /// Whether it asks at the address that is kept, which another process may have changed.
    func isAtKeptAddress() throws -> Bool { try replica.localValue(.relay).text == url }

    /// Learns the relay's key at first contact.
    private func meetRelay() throws {
        guard let key = try knownKey() else {
            relay.audience = try relay.fetchKey()
            return
        }
        relay.audience = key
        if try isAtKeptAddress() { try welcome(key) }
    }

    /// Another address than the kept one may be another relay's. An invitation may name a key without an address.
    private func knownKey() throws -> DeviceID? {
        let kept = try replica.localValue(.relay).text
        guard kept == nil || kept == url else { return nil }
        return try replica.localValue(.relayKey).bytes.flatMap { DeviceID($0) }
    }

    /// Keeps the address and the key of a relay that has just answered for this workspace. Not before: whatever else
    /// answers must not take its place, nor be let into the workspace.
    private func keepRelay() throws {
        guard !isKept, let key = relay.audience else { return }
        if try !isAtKeptAddress() || knownKey() != key {
            try replica.setLocalValues([(.relay, .text(url)), (.relayKey, .bytes(key.bytes))])
        }
        try welcome(key)
    }

    /// Makes the relay known to the workspace, if this device may.
    private func welcome(_ key: DeviceID) throws {
        isKept = true
        try replica.welcomeRelay(key, now: clock())
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
