import ChangeLog

/// Which further branches of a device are taken.
///
/// An honest device opens a branch after an accident; a dishonest one could open them without end. So each replica takes
/// a few of its own accord. Which ones hangs on the order in which they came, and a change that rests on others must be
/// applied all the same: what somebody else's change cites is taken besides, and charged to that device. As one device
/// may have as many charged to it as any replica takes of its own accord, whatever an honest replica could cite is taken
/// by all.
final class BranchRoom {
    /// Of one chain, taken of a replica's own accord.
    static let branchesPerChain = 16
    /// Of one device, over all its epochs.
    static let branchesPerDevice = 256
    /// Of one device, charged to one other.
    static let branchesPerCiter = 256

    private let log: Log
    /// Who is charged, by the first change of a branch to come.
    private var citersByStart: [ChangeHash: DeviceID] = [:]

    init(_ log: Log) { self.log = log }

    /// Whether a branch that begins with this change is taken.
    func admits(_ change: Change) throws -> Bool {
        try citersByStart[change.hash] != nil || isFree(for: change.replica)
    }

    private func isFree(for replica: ReplicaID) throws -> Bool {
        let charged = try charges(of: replica.device)
        let ofChain = try log.branches.of(replica).count { !charged.contains($0.id) }
        let ofDevice = try log.branches.of(replica.device).count { !charged.contains($0.id) }
        return ofChain < Self.branchesPerChain && ofDevice < Self.branchesPerDevice
    }

    private func charges(of author: DeviceID) throws -> Set<Int64> {
        let read = try log.statements("SELECT branch FROM charge WHERE author=?1")
        defer { read.reset() }
        read.bind(1, author.bytes)
        var branches: Set<Int64> = []
        while try read.step() { branches.insert(read.integer(0)) }
        return branches
    }

    /// Charges a branch to come to somebody who cites it.
    ///
    /// - Returns: whether that one may have more charged to it.
    func charge(_ start: Change, to citer: DeviceID) throws -> Bool {
        let read = try log.statements("SELECT count(*) FROM charge WHERE author=?1 AND citer=?2")
        defer { read.reset() }
        read.bind(1, start.replica.device.bytes)
        read.bind(2, citer.bytes)
        guard try read.step(), read.integer(0) < Self.branchesPerCiter else { return false }
        citersByStart[start.hash] = citer
        return true
    }

    /// A branch was opened.
    func note(_ branch: Branch, from start: Change) throws {
        guard let citer = citersByStart.removeValue(forKey: start.hash) else { return }
        let insert = try log.statements("INSERT INTO charge(branch, author, citer) VALUES(?1,?2,?3)")
        insert.bind(1, branch.id)
        insert.bind(2, branch.replica.device.bytes)
        insert.bind(3, citer.bytes)
        try insert.run()
    }
}

/// Which changes are cited by what has come and what waits. Gathered only when a branch finds no room.
struct Citations {
    private var citersByCause: [Cause: Set<DeviceID>] = [:]
    /// What may go on from a change, by its hash.
    private var deltasByPrevious: [ChangeHash: [VerifiedDelta]] = [:]

    init(_ deltas: [VerifiedDelta], waitingIn log: Log) throws {
        for delta in try deltas + Self.waiting(in: log) {
            for (index, change) in delta.changes.enumerated() {
                // A delta may go on from the middle of another.
                if index == 0 { deltasByPrevious[change.place.previous, default: []].append(delta) }
                for cause in change.causes where cause.replica.device != change.replica.device {
                    citersByCause[cause, default: []].insert(change.replica.device)
                }
            }
        }
    }

    private static func waiting(in log: Log) throws -> [VerifiedDelta] {
        let read = try log.statements("SELECT delta FROM waiting")
        defer { read.reset() }
        var deltas: [VerifiedDelta] = []
        while try read.step() {
            guard let delta = try? ReceivedDelta(read.bytes(0)[...]).verified(in: log.workspace) else { continue }
            deltas.append(delta)
        }
        return deltas
    }

    /// Who cites one of these changes, or one that goes on from them.
    func citers(of changes: ArraySlice<Change>) -> Set<DeviceID> {
        var citers: Set<DeviceID> = []
        var seen: Set<ChangeHash> = []
        var left = [changes]
        while let next = left.popLast() {
            for change in next where seen.insert(change.hash).inserted {
                citers.formUnion(citersByCause[change.asCause] ?? [])
                left += (deltasByPrevious[change.hash] ?? []).map { $0.changes[...] }
            }
        }
        return citers
    }
}
