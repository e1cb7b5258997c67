import ChangeLog
import Glibc
import Replication
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
    let limits: RelayLimits
    private nonisolated let requests = Mutex(0)
    /// What those are told who follow.
    nonisolated let feed: LiveFeed

    var responder: SyncResponder?

    init(
        _ workspace: WorkspaceID, in directory: DataDirectory, key: SigningKey, configuration: Replica.Configuration,
        limits: RelayLimits
    ) {
        (self.workspace, self.directory, self.key) = (workspace, directory, key)
        (self.configuration, self.limits) = (configuration, limits)
        feed = LiveFeed(limits)
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

    func opened(now: UInt64) throws(StorageFailure) -> SyncResponder {
        if let responder { return responder }
        let replica = try Replica.open(
            at: directory.file(of: workspace), key: key, configuration: configuration)
        let configuration = configuration
        let opened = try SyncResponder(resuming: replica, now: now, releaseInterval: limits.releaseInterval) {
            Self.random(configuration)
        }
        responder = opened
        return opened
    }

    /// Makes the replica beside its place and moves it there, so that it is whole or not there.
    func makeUnlessHeld(now: UInt64) throws(StorageFailure) {
        guard !directory.holds(workspace) else { return }
        responder = nil
        let draft = directory.file(of: workspace) + ".new"
        let parts = ["", "-journal", "-wal", "-shm", ".lock", ".head"].map { draft + $0 }
        for part in parts { unlink(part) }
        try make(at: draft, now: now)
        guard access(draft + "-wal", F_OK) != 0 else { throw .disk(code: EBUSY) }
        let code = directory.keep(draft, as: workspace)
        for part in parts { unlink(part) }
        guard code == 0 else { throw .disk(code: code) }
    }

    /// Closed when this returns: what SQLite keeps beside the file is in it then.
    private func make(at path: String, now: UInt64) throws(StorageFailure) {
        let replica = try Replica.create(
            at: path, workspace: workspace, key: key, epoch: Self.random(configuration), configuration: configuration)
        // With a count of its own from the first moment: a file is never there without one.
        try replica.begin(Self.random(configuration), now: now)
    }

    private static func random(_ configuration: Replica.Configuration) -> UInt64 {
        configuration.random(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Requests

    /// Why the asker may not sync here, if it may not.
    func objection(to request: SyncRequest, now: UInt64) throws(StorageFailure) -> Problem? {
        let replica = try opened(now: now).replica
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

    /// Gives, renews or takes back a lease.
    ///
    /// - Returns: nil for a device that is no gateway, or was cut off.
    func lease(
        _ request: LeaseRequest, steadySince: UInt64, now: UInt64
    ) throws(StorageFailure) -> LeaseReply? {
        let responder = try opened(now: now)
        guard let member = try responder.replica.member(request.replica.device), member.role == .gateway,
            !member.isRevoked
        else { return nil }
        return try responder.lease(request, steadySince: steadySince, now: now)
    }

    /// Whether a device was cut off, perhaps by what it has just brought.
    func isRevoked(_ device: DeviceID) throws(StorageFailure) -> Bool {
        try responder?.replica.member(device)?.isRevoked == true
    }

    /// Stores what is pushed and answers with what the asker lacks.
    ///
    /// - Parameter now: milliseconds since 1970.
    func answer(_ request: SyncRequest, now: UInt64) throws(StorageFailure) -> SyncAnswer {
        var responder = try opened(now: now)
        defer {
            self.responder = responder
            // Also where it failed: part of what was pushed may be stored.
            announceArrivals(from: responder, now: now)
        }
        return try responder.answer(request, now: now)
    }
}
