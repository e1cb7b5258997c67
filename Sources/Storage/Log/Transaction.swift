import CRDT
public import ChangeLog
public import GRDB

/// A transaction in which this device writes changes of its own.
///
/// Tip, clock and causes are read inside it: another process may have written since.
public final class Transaction {
    private let door: Door
    var log: Log { door.log }
    var members: Members { door.members }
    let replica: Replica
    /// Milliseconds since 1970, as this device's clock said when the transaction began.
    public let now: UInt64
    private var clock: HybridClock
    private var hasTakenHeads = false
    /// Whether it is known that this copy may go on with its chain, or it has begun a new one.
    var isSettled = false

    init(_ door: Door, replica: Replica, now: UInt64) throws {
        (self.door, self.replica, self.now) = (door, replica, now)
        // What came in just before, in the same transaction, is cited: the stamps given here have to lie above it.
        try door.log.branches.flush()
        let latest = try UInt64.fetchOne(door.log.database, sql: "SELECT max(at) FROM branch") ?? 0
        let floor = try LocalValues.value(.floor, in: door.log.database).integer ?? 0
        clock = HybridClock(after: Stamp(packed: max(latest, UInt64(clamping: floor))) ?? .zero)
    }

    /// For what a command has to know before it decides: the state as of this transaction.
    public var database: Database { door.log.database }

    /// The member this device is.
    ///
    /// - Throws: `MembershipFailure.revoked` once it was cut off: nothing it would write counts.
    public func author() throws -> Member {
        guard let member = try door.members.member(replica.id.device) else { throw StorageFailure.notAMember }
        guard !member.isRevoked else { throw MembershipFailure.revoked }
        return member
    }

    /// Path of a change, stop 3: stamps, numbers and chains a draft, then hands it to the one door.
    ///
    /// - Parameter grant: cited besides the heads; only a joiner's first change has it, before the grant arrived.
    /// - Returns: the change, which is durable once the transaction has returned.
    @discardableResult
    public func commit(_ draft: Draft, citing grant: Cause? = nil) throws -> Change {
        try settle()
        let branch = try log.ownBranch() ?? log.branches.add(log.own())
        var causes = try takeHeads()
        // An author with more heads than a change may cite first writes empty changes that cite them.
        while causes.count > FormatLimit.causes.rawValue {
            let cited = Array(causes.prefix(FormatLimit.causes.rawValue))
            causes.removeFirst(cited.count)
            _ = try admit(Draft(), to: branch, causes: cited)
        }
        if let grant { causes.append(grant) }
        return try admit(draft, to: branch, causes: causes)
    }

    private func admit(_ draft: Draft, to branch: Branch, causes: [Cause]) throws -> Change {
        guard let stamp = clock.tick(now: now) else { throw StorageFailure.clockExhausted }
        let place = Place(
            replica: branch.replica, number: branch.number + 1,
            previous: branch.number == 0 ? ChangeHash(unchecked: replica.workspace.bytes) : branch.hash)
        let change = try Change.authored(
            draft, at: place, stamp: stamp, causes: causes, seed: replica.configuration.random(16))
        try door.admit(change, door.ownAdmission(of: change, to: branch), now: now)
        log.hasWrittenOwn = true
        return change
    }

    /// Tips of other chains that no applied change names yet. After an own change there are none until more arrives.
    private func takeHeads() throws -> [Cause] {
        if hasTakenHeads { return [] }
        hasTakenHeads = true
        let own = try log.own()
        return try log.branches.heads().filter { $0.replica != own }.map(\.tipAsCause)
    }
}

extension Replica {
    /// Writes changes of this device's own, all of them or none, durable when this returns.
    ///
    /// - Parameter now: milliseconds since 1970 by the device's clock.
    /// - Throws: a ``StorageFailure``, or what `body` throws.
    public func transact<Result>(now: UInt64, _ body: (Transaction) throws -> Result) throws -> Result {
        try openDoor(.full) { door in try body(Transaction(door, replica: self, now: now)) }
    }

    /// Founds a workspace: its first change, whose hash is its id.
    public static func found(
        at path: String, name: String, person: String, secret: [UInt8], key: some DeviceKey, now: UInt64,
        configuration: Configuration
    ) throws(StorageFailure) -> Replica {
        let act = Act.found(workspace: name, person: person, secretDigest: Act.secretDigest(secret))
        let epoch = Self.epoch(from: configuration)
        let change = try StorageFailure.translating {
            guard let stamp = HybridClock().next(now: now) else { throw StorageFailure.clockExhausted }
            let place = Place(
                replica: ReplicaID(device: key.device, epoch: epoch), number: 1, previous: .none)
            return try Change.authored(
                Draft(acts: [act]), at: place, stamp: stamp, causes: [], seed: configuration.random(16))
        }
        let replica = try create(
            at: path, workspace: WorkspaceID(unchecked: change.hash.bytes), key: key, epoch: epoch,
            configuration: configuration)
        try replica.write { door in
            try LocalValues.set(.secret, .bytes(secret), in: door.log.database)
            try door.admit(
                change, door.ownAdmission(of: change, to: door.log.branches.add(change.replica)), now: now)
            door.log.hasWrittenOwn = true
        }
        return replica
    }

    /// Takes up an invitation. Works offline: the first change cites the grant, which arrives with the first sync.
    public static func join(
        at path: String, invitation: Invitation, person: String, key: some DeviceKey, now: UInt64,
        configuration: Configuration
    ) throws(StorageFailure) -> Replica {
        let replica = try create(
            at: path, workspace: invitation.workspace, key: key, epoch: Self.epoch(from: configuration),
            configuration: configuration)
        guard let oneTimeKey = SigningKey(seed: invitation.oneTimeSeed) else { throw .rejected(.truncated) }
        let proof = oneTimeKey.sign(Act.joinProof(workspace: replica.workspace, replica: replica.id))
        try replica.write { door in
            let database = door.log.database
            try LocalValues.set(.secret, .bytes(invitation.secret), in: database)
            try LocalValues.set(.role, .integer(Int64(invitation.role.rawValue)), in: database)
            try LocalValues.set(.person, invitation.person.map { .bytes($0.id.bytes) } ?? .null, in: database)
            try LocalValues.set(.floor, .integer(Int64(invitation.stamp.packed)), in: database)
            try LocalValues.set(.credential, .bytes(Credential(invitation.grant, proof).bytes), in: database)
            try LocalValues.set(.relay, invitation.relay.map(Value.text) ?? .null, in: database)
            try LocalValues.set(.relayKey, invitation.relayKey.map { .bytes($0.bytes) } ?? .null, in: database)
            let transaction = try Transaction(door, replica: replica, now: now)
            _ = try transaction.commit(
                Draft(acts: [.join(grant: invitation.grant, proof: proof, person: person)]),
                citing: invitation.grant)
        }
        return replica
    }

    static func epoch(from configuration: Configuration) -> UInt64 {
        configuration.random(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension HybridClock {
    fileprivate func next(now: UInt64) -> Stamp? {
        var copy = self
        return copy.tick(now: now)
    }
}
