import CRDT
public import ChangeLog
import GRDB

extension Replica {
    /// The member that a device is; nil for a stranger.
    public func member(_ device: DeviceID) throws(StorageFailure) -> Member? {
        try readLog { try Members(log: $0).member(device) }
    }

    /// Makes a relay known to everyone, if this device may and nobody has: an owner's first sync does it unasked.
    public func welcomeRelay(_ relay: DeviceID, now: UInt64) throws(StorageFailure) {
        let isWelcome = try readLog { log in
            let members = Members(log: log)
            return try members.opening(for: relay) != nil || members.member(self.id.device)?.role.mayInvite != true
        }
        guard !isWelcome else { return }
        try write { door in
            let grant = Grant(role: .relay, key: relay, isDevice: true, expires: nil, uses: 1)
            _ = try Transaction(door, replica: self, now: now).commit(Draft(acts: [.grant(grant)]))
        }
    }

    /// Whether somebody who shows this credential for this replica holds an invitation of this workspace.
    public func accepts(_ credential: Credential, of replica: ReplicaID) throws(StorageFailure) -> Bool {
        try readLog { log in
            guard let opening = try Self.opening(of: credential.grant, in: log) else { return false }
            let message = Act.joinProof(workspace: self.workspace, replica: replica)
            return opening.grant.key.verifies(credential.proof, of: message)
        }
    }

    /// Why the relay must not admit the joiner that a delta brings, if anything speaks against it.
    ///
    /// Expiry and uses are the admitter's duty: they are never judged again by anybody else.
    public func objection(to delta: VerifiedDelta, now: UInt64) throws(StorageFailure) -> RefusalReason? {
        guard let join = delta.changes.first, let (grant, name) = Self.join(in: join) else { return nil }
        return try readLog { (log: Log) throws -> RefusalReason? in
            if try Members(log: log).member(join.replica.device) != nil { return nil }
            // A later change of the same delta may have renamed the person already.
            let finalName = delta.changes.flatMap(\.acts).reduce(name) { name, act in
                if case .rename(let new) = act { new } else { name }
            }
            guard let opening = try Self.opening(of: grant, in: log) else { return .stranger }
            if let expires = opening.grant.expires, expires < now { return .expired }
            if try Members(log: log).admissions(under: opening.place) >= opening.grant.uses { return .used }
            let taken = try Bool.fetchOne(
                log.database, sql: "SELECT 1 FROM member WHERE name=? AND name<>''", arguments: [finalName])
            return taken == true ? .nameTaken : nil
        }
    }

    /// Admits every joiner that is not admitted yet: what a relay does after each push.
    ///
    /// - Returns: whether anybody was.
    public func admitJoiners(now: UInt64) throws(StorageFailure) -> Bool {
        let isRelay = try member(id.device)?.role == .relay
        let mayBecomeRelay = try mayBecomeRelay()
        guard isRelay || mayBecomeRelay else { return false }
        let joiners = try unadmitted()
        guard !joiners.isEmpty else { return false }
        try write { door in
            let transaction = try Transaction(door, replica: self, now: now)
            let acts = joiners.map { Act.admit(device: $0.device, grant: $0.grant, milliseconds: now) }
            _ = try transaction.commit(Draft(acts: acts))
        }
        return true
    }

    private func mayBecomeRelay() throws(StorageFailure) -> Bool {
        try readLog { try Members(log: $0).opening(for: self.id.device)?.grant.role == .relay }
    }

    private func unadmitted() throws(StorageFailure) -> [(device: DeviceID, grant: Cause)] {
        try readLog { log in
            let read = try log.statement(
                "SELECT device, grant_place FROM member WHERE admitted_at IS NULL AND grant_place IS NOT NULL "
                    + "AND role <> ?1 ORDER BY named_at, device LIMIT 64")
            defer { read.reset() }
            read.bind(1, Int64(Role.relay.rawValue))
            var joiners: [(DeviceID, Cause)] = []
            while try read.step() {
                let place = LocalPlace(packed: read.unsigned(1))
                guard let device = DeviceID(read.bytes(0)), let entry = try log.past.entry(at: place),
                    let replica = try log.replica(of: place.chain)
                else { continue }
                joiners.append((device, Cause(replica: replica, number: place.number, prefix: entry.hash.prefix)))
            }
            return joiners
        }
    }

    private static func join(in change: Change) -> (grant: Cause, name: String)? {
        for case .join(let grant, _, let person) in change.acts { return (grant, person) }
        return nil
    }

    private static func opening(of grant: Cause, in log: Log) throws -> Opening? {
        guard let chain = try log.knownChain(of: grant.replica) else { return nil }
        let place = LocalPlace(chain: chain.id, number: grant.number)
        guard let entry = try log.past.entry(at: place), entry.hash.prefix.elementsEqual(grant.prefix) else {
            return nil
        }
        return try Members(log: log).opening(at: place)
    }
}

extension Log {
    /// The replica whose chain has that local number.
    func replica(of chain: Int64) throws -> ReplicaID? {
        let find = try statement("SELECT replica FROM chain WHERE id=?1")
        defer { find.reset() }
        find.bind(1, chain)
        return try find.step() ? ReplicaID(find.bytes(0)) : nil
    }
}
