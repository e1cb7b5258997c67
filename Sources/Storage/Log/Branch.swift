import CRDT
import ChangeLog

/// One branch of a chain as this replica holds it. A chain that never forked has one branch.
///
/// An object, so that whoever works on a branch within a transaction sees its tip move. It lives no longer than the
/// transaction.
final class Branch {
    let id: Int64
    let replica: ReplicaID
    /// The last change it shares with the branch it forked from; nil for one that starts a chain.
    let parent: LocalPlace?
    /// The last applied change; 0 when there is none.
    fileprivate(set) var number: UInt64
    fileprivate(set) var hash: ChangeHash
    fileprivate(set) var stamp: Stamp
    /// How many steps of the causal order lie between the tip and the last stored vector.
    fileprivate(set) var weight: UInt64
    /// What lies in the tip's causal past, the tip included.
    fileprivate(set) var past: CausalVector
    /// Whether some applied change of another chain names the tip as a cause.
    var isCited: Bool { didSet { isChanged = true } }
    /// The last change that a stored seal vouches for.
    var sealed: UInt64 { didSet { isChanged = true } }
    /// How many sealed changes at its end are not packed into a full run yet.
    var loose: UInt64 { didSet { isChanged = true } }
    fileprivate(set) var isChanged = false

    init(
        id: Int64, replica: ReplicaID, parent: LocalPlace?, number: UInt64, hash: ChangeHash, stamp: Stamp,
        weight: UInt64, past: CausalVector, isCited: Bool, sealed: UInt64, loose: UInt64
    ) {
        (self.id, self.replica, self.parent) = (id, replica, parent)
        (self.number, self.hash, self.stamp) = (number, hash, stamp)
        (self.weight, self.past) = (weight, past)
        (self.isCited, self.sealed, self.loose) = (isCited, sealed, loose)
    }

    /// The number of the last change that it shares with its parent.
    var fork: UInt64 { parent?.number ?? 0 }
    var tip: LocalPlace { LocalPlace(branch: id, number: number) }
    /// How another change names the tip.
    var tipAsCause: Cause { Cause(replica: replica, number: number, prefix: hash.prefix) }
    /// Where the next change goes.
    var next: LocalPlace { LocalPlace(branch: id, number: number + 1) }

    /// The place before `number` in this branch or, before its first change, in the one it forked from.
    func place(before number: UInt64) -> LocalPlace? {
        if number == fork + 1 { return parent }
        // Only a damaged file asks for what stands before number 0.
        return number > 0 ? LocalPlace(branch: id, number: number - 1) : nil
    }

    /// Whether this branch forked, perhaps by way of others, after that place.
    func descends(from place: LocalPlace, in branches: Branches) throws -> Bool {
        // A branch forks from one that was there before: in a damaged file this might go round in circles.
        guard let parent, parent.branch < id else { return false }
        if parent.branch == place.branch { return parent.number >= place.number }
        return try branches.branch(parent.branch)?.descends(from: place, in: branches) ?? false
    }

    /// A new tip.
    func advance(to hash: ChangeHash, stamp: Stamp, weight: UInt64, past: CausalVector) {
        number += 1
        (self.hash, self.stamp, self.weight, self.past) = (hash, stamp, weight, past)
        isCited = false
    }

    /// What is known of a change that is to be the tip again.
    struct End {
        let hash: ChangeHash
        let stamp: Stamp
        let weight: UInt64
        let past: CausalVector
    }

    /// An earlier tip, the changes after it being taken out; nothing where none is left.
    func fallBack(to number: UInt64, _ end: End?) {
        self.number = number
        (hash, stamp) = (end?.hash ?? .none, end?.stamp ?? .zero)
        (weight, past) = (end?.weight ?? 0, end?.past ?? CausalVector())
        isChanged = true
    }

    /// The tip's past turned out to hold more.
    func learn(_ vector: CausalVector) {
        past.merge(vector)
        isChanged = true
    }
}

/// The branches within one transaction, each read once. Tips are written back by ``flush()``.
final class Branches {
    private static let columns = "id, replica, parent, number, hash, at, weight, past, cited, sealed, loose"

    private let statements: Statements
    private var branchesByReplica: [ReplicaID: [Branch]] = [:]
    private var branchesByID: [Int64: Branch] = [:]

    init(_ statements: Statements) { self.statements = statements }

    /// The branches of one replica's chain, in the order in which they came to be here.
    func of(_ replica: ReplicaID) throws -> [Branch] {
        if let held = branchesByReplica[replica] { return held }
        let find = try statements(.branchesOfReplica) {
            "SELECT \(Self.columns) FROM branch WHERE replica=?1 ORDER BY id"
        }
        defer { find.reset() }
        find.bind(1, replica.bytes)
        var branches: [Branch] = []
        while try find.step() { branches.append(keep(find)) }
        branchesByReplica[replica] = branches
        return branches
    }

    /// The branches of all chains of one device, in the order in which they came to be here.
    func of(_ device: DeviceID) throws -> [Branch] {
        let find = try statements(.branchesOfDevice) {
            "SELECT \(Self.columns) FROM branch WHERE replica BETWEEN ?1 AND ?2 ORDER BY id"
        }
        defer { find.reset() }
        find.bind(1, ReplicaID(device: device, epoch: .min).bytes)
        find.bind(2, ReplicaID(device: device, epoch: .max).bytes)
        var branches: [Branch] = []
        while try find.step() { branches.append(keep(find)) }
        return branches
    }

    /// The branch with that local number.
    func branch(_ id: Int64) throws -> Branch? {
        if let held = branchesByID[id] { return held }
        let find = try statements(.branchByID) { "SELECT \(Self.columns) FROM branch WHERE id=?1" }
        defer { find.reset() }
        find.bind(1, id)
        return try find.step() ? keep(find) : nil
    }

    /// Every branch that has a change.
    func all() throws -> [Branch] {
        let read = try statements(.allBranches) { "SELECT \(Self.columns) FROM branch WHERE number > 0" }
        defer { read.reset() }
        var branches: [Branch] = []
        while try read.step() { branches.append(keep(read)) }
        // Changed in this transaction and perhaps not written back yet.
        let fresh = branchesByID.values.filter { held in held.number > 0 && !branches.contains { $0 === held } }
        return (branches + fresh).sorted { ($0.replica, $0.id) < ($1.replica, $1.id) }
    }

    /// Branches whose tip no applied change names yet.
    func heads() throws -> [Branch] {
        try flush()
        let read = try statements(.headBranches) {
            "SELECT \(Self.columns) FROM branch WHERE cited = 0 AND number > 0"
        }
        defer { read.reset() }
        var heads: [Branch] = []
        while try read.step() { heads.append(keep(read)) }
        return heads
    }

    /// A new branch of a chain.
    ///
    /// - Parameters:
    ///   - parent: the last change it shares with another branch.
    ///   - past: what lies in that one's causal past.
    func add(
        _ replica: ReplicaID, parent: LocalPlace? = nil, hash: ChangeHash = .none, stamp: Stamp = .zero,
        weight: UInt64 = 0, past: CausalVector = CausalVector()
    ) throws -> Branch {
        var siblings = try of(replica)
        let insert = try statements("INSERT INTO branch(replica, parent, number) VALUES(?1,?2,?3)")
        insert.bind(1, replica.bytes)
        if let parent { insert.bind(2, parent.packed) }
        insert.bind(3, parent?.number ?? 0)
        try insert.run()
        let branch = Branch(
            id: statements.lastInsertedRow, replica: replica, parent: parent, number: parent?.number ?? 0, hash: hash,
            stamp: stamp, weight: weight, past: past, isCited: false, sealed: parent?.number ?? 0, loose: 0)
        siblings.append(branch)
        branchesByReplica[replica] = siblings
        branchesByID[branch.id] = branch
        return branch
    }

    /// Writes changed tips back.
    func flush() throws {
        for branch in branchesByID.values where branch.isChanged {
            let update = try statements(
                """
                UPDATE branch SET number=?2, hash=?3, at=?4, weight=?5, past=?6, cited=?7, sealed=?8, loose=?9
                WHERE id=?1
                """)
            update.bind(1, branch.id)
            update.bind(2, branch.number)
            update.bind(3, branch.hash.bytes)
            update.bind(4, branch.stamp.packed)
            update.bind(5, branch.weight)
            update.bind(6, branch.past.bytes)
            update.bind(7, Int64(branch.isCited ? 1 : 0))
            update.bind(8, branch.sealed)
            update.bind(9, branch.loose)
            try update.run()
            branch.isChanged = false
        }
    }

    private func keep(_ row: SQLStatement) -> Branch {
        let id = row.integer(0)
        if let held = branchesByID[id] { return held }
        let branch = Branch(
            id: id, replica: ReplicaID(row.bytes(1)) ?? .nobody,
            parent: row.isNull(2) ? nil : LocalPlace(packed: row.unsigned(2)), number: row.unsigned(3),
            hash: ChangeHash(row.bytes(4)) ?? .none, stamp: Stamp(packed: row.unsigned(5)) ?? .zero,
            weight: row.unsigned(6), past: CausalVector(row.bytes(7)), isCited: row.integer(8) != 0,
            sealed: row.unsigned(9), loose: row.unsigned(10))
        branchesByID[id] = branch
        return branch
    }
}

extension ReplicaID {
    /// Stands for a replica that a damaged row does not name.
    fileprivate static let nobody = ReplicaID(device: DeviceID(unchecked: Array(repeating: 0, count: 32)), epoch: 0)
}
