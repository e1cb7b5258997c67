import ChangeLog

/// The grant that this device came in under. Its first change names it as a cause before it is here: the one cause that
/// may be missing.
struct OwnGrant {
    private let own: ReplicaID
    private let grant: Cause?

    init(in log: Log) throws {
        own = try LocalValues.joiner(in: log.database)
        grant = try LocalValues.value(.credential, in: log.database).bytes.flatMap { try? Credential($0).grant }
    }

    func mayBeMissing(_ cause: Cause, of change: Change) -> Bool {
        cause == grant && change.replica == own && change.number == 1
    }

    /// Whether a place is that of the change that named it.
    func isTaken(at place: LocalPlace, of replica: ReplicaID) -> Bool {
        grant != nil && replica == own && place.number == 1
    }

    /// Whether the change at a place may be the grant, as far as its number tells.
    func mayBe(at place: LocalPlace, in branches: BranchRows) -> Bool {
        guard let grant, let branch = branches[place.branch] else { return false }
        return branch.replica == grant.replica && place.number == grant.number
    }
}
