import CRDT
public import ChangeLog
import GRDB

/// What a relay judges when somebody new comes. Expiry and uses are the admitter's duty: nobody else ever judges them
/// again.
extension Replica {
    /// Why somebody who shows this credential may not even read, if they may not: the proof does not hold, or the
    /// invitation has lapsed or is used up.
    public func objection(
        to credential: Credential, of replica: ReplicaID, now: UInt64
    ) throws(StorageFailure) -> RefusalReason? {
        try readLog { (log: Log) throws -> RefusalReason? in
            let members = Members(log: log)
            guard let opening = try members.opening(of: credential.grant),
                opening.grant.key.verifies(
                    credential.proof, of: Act.joinProof(workspace: self.workspace, replica: replica))
            else { return .stranger }
            return try members.lapse(of: opening, now: now)
        }
    }

    /// Why the relay must not take the joiner that a delta brings, if anything speaks against it.
    public func objection(to delta: VerifiedDelta, now: UInt64) throws(StorageFailure) -> RefusalReason? {
        guard let join = delta.changes.first, let (grant, name) = Self.join(in: join) else { return nil }
        return try readLog { (log: Log) throws -> RefusalReason? in
            let members = Members(log: log)
            if try members.member(join.replica.device) != nil { return nil }
            guard let opening = try members.opening(of: grant) else { return .stranger }
            if let lapse = try members.lapse(of: opening, now: now) { return lapse }
            // A later change of the same delta may have renamed the person already.
            let finalName = delta.changes.flatMap(\.acts).reduce(name) { name, act in
                if case .rename(let new) = act { new } else { name }
            }
            return try opening.grant.person == nil && members.isTaken(finalName) ? .nameTaken : nil
        }
    }

    /// Admits every joiner whose invitation still holds: what a relay does after each push and, in a workspace without
    /// one, whoever made the invitation once they hear of the joiner.
    ///
    /// - Returns: whether anybody was.
    public func admitJoiners(now: UInt64) throws(StorageFailure) -> Bool {
        let isNeeded = try readLog { log in
            let members = Members(log: log)
            return try members.unadmitted().contains { try members.isAdmitter(of: $0.opening) }
        }
        guard isNeeded else { return false }
        return try write { door in
            let transaction = try Transaction(door, replica: self, now: now)
            var admitted = false
            // One change each: a grant's uses are counted anew before the next.
            for (device, opening) in try door.members.unadmitted() {
                guard try door.members.isAdmitter(of: opening), try door.members.lapse(of: opening, now: now) == nil,
                    let grant = try door.log.cause(opening.place)
                else { continue }
                let act = Act.admit(device: device, grant: grant, milliseconds: now)
                _ = try transaction.commit(Draft(acts: [act]))
                admitted = true
            }
            return admitted
        }
    }

    private static func join(in change: Change) -> (grant: Cause, name: String)? {
        for case .join(let grant, _, let person) in change.acts { return (grant, person) }
        return nil
    }
}

extension Members {
    /// Why an opening lets nobody else in, if it does not.
    func lapse(of opening: Opening, now: UInt64) throws -> RefusalReason? {
        if !opening.isOpen { return .withdrawn }
        if let expires = opening.grant.expires, expires < now { return .expired }
        return try roll.admissions(under: opening.place) >= opening.grant.uses ? .used : nil
    }

    /// Whether this device is the one to admit those who join under a grant: a relay is, and in a workspace without one
    /// whoever made the invitation.
    func isAdmitter(of opening: Opening) throws -> Bool {
        let own = try own().device
        if try hasRelay() {
            guard let member = try member(own) else { return false }
            return member.role == .relay && !member.isRevoked
        }
        return try log.branches.branch(opening.place.branch)?.replica.device == own
    }

    private func hasRelay() throws -> Bool {
        let find = try log.statements("SELECT 1 FROM member WHERE role=7 AND revoked=0 LIMIT 1")
        defer { find.reset() }
        return try find.step()
    }

    /// Joiners that nobody has admitted yet, by when they came, with what they came under; at most sixty-four.
    func unadmitted() throws -> [(device: DeviceID, opening: Opening)] {
        let read = try log.statements(
            """
            SELECT device, grant_place FROM member WHERE admitted_at IS NULL AND grant_place IS NOT NULL AND revoked = 0
            ORDER BY named_at, device LIMIT 64
            """)
        defer { read.reset() }
        var joiners: [(DeviceID, Opening)] = []
        while try read.step() {
            let place = LocalPlace(packed: read.unsigned(1))
            guard let device = DeviceID(read.bytes(0)), let opening = try opening(at: place) else { continue }
            joiners.append((device, opening))
        }
        return joiners
    }

    func isTaken(_ name: String) throws -> Bool {
        let find = try log.statements("SELECT 1 FROM member WHERE name=?1 AND name<>'' LIMIT 1")
        defer { find.reset() }
        find.bind(1, name)
        return try find.step()
    }
}
