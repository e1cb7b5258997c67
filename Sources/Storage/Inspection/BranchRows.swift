import CRDT
import ChangeLog

/// The branches as their rows have them, read without believing them: what does not make a tree is left out and named.
struct BranchRows {
    /// One row.
    struct Row {
        let id: Int64
        let replica: ReplicaID
        let parent: LocalPlace?
        let number: UInt64
        let hash: ChangeHash
        /// The stamp of the tip, packed.
        let at: UInt64
        let weight: UInt64
        let isCited: Bool
        let sealed: UInt64
        let loose: UInt64

        var fork: UInt64 { parent?.number ?? 0 }
        var start: LocalPlace { LocalPlace(branch: id, number: fork) }
        var tip: LocalPlace { LocalPlace(branch: id, number: number) }
    }

    /// Parents before the branches that forked from them.
    private(set) var all: [Row] = []
    private var rowsByID: [Int64: Row] = [:]
    private var rowsByReplica: [ReplicaID: [Row]] = [:]
    /// How many rows were no branch.
    private(set) var faults = 0

    init(_ log: Log) throws {
        let read = try SQLStatement(
            log.database,
            "SELECT id, replica, parent, number, hash, at, weight, cited, sealed, loose FROM branch ORDER BY id")
        while try read.step() {
            guard let row = Row(read), isInTree(row) else {
                faults += 1
                continue
            }
            all.append(row)
            rowsByID[row.id] = row
            rowsByReplica[row.replica, default: []].append(row)
        }
    }

    /// A branch forks from one that was there before it, of the same chain, within that one's own stretch.
    private func isInTree(_ row: Row) -> Bool {
        guard let parent = row.parent else { return true }
        guard let forked = rowsByID[parent.branch], forked.replica == row.replica else { return false }
        return parent.number > forked.fork && parent.number <= forked.number
    }

    subscript(id: Int64) -> Row? { rowsByID[id] }

    func of(_ replica: ReplicaID) -> [Row] { rowsByReplica[replica] ?? [] }

    /// Whose chain a place is in, for people.
    func spot(_ place: LocalPlace) -> Problem.Spot? {
        self[place.branch].map { Problem.Spot(replica: $0.replica, number: place.number) }
    }
}

extension BranchRows.Row {
    fileprivate init?(_ row: SQLStatement) {
        let (id, number) = (row.integer(0), row.integer(3))
        let limit = Int64(ChangeNumber.limit)
        guard id > 0, id < 1 << 23, let replica = ReplicaID(row.bytes(1)), (0...limit).contains(number),
            (0...number).contains(row.integer(8)), (0...number).contains(row.integer(9)), row.integer(5) >= 0,
            row.integer(6) >= 0, (0...1).contains(row.integer(7))
        else { return nil }
        (self.id, self.replica, self.number) = (id, replica, UInt64(number))
        parent = row.isNull(2) ? nil : LocalPlace(packed: row.unsigned(2))
        guard (parent?.number ?? 0) <= UInt64(number) else { return nil }
        guard let hash = number == 0 ? ChangeHash.none : ChangeHash(row.bytes(4)) else { return nil }
        (self.hash, at, weight) = (hash, row.unsigned(5), row.unsigned(6))
        (isCited, sealed, loose) = (row.integer(7) == 1, row.unsigned(8), row.unsigned(9))
    }
}
