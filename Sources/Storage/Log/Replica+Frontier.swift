import CRDT
public import ChangeLog
import GRDB

extension Replica {
    /// The tips of all branches held here, rising: each stands for all that lies in its past. A joiner's own tip does not,
    /// as long as the grant that its first change cites is not here, and is left out.
    public func frontier() throws(StorageFailure) -> [Cause] {
        try readLog { log in
            let credential = try LocalValues.value(.credential, in: log.database).bytes
            let grant = credential.flatMap { try? Credential($0).grant }
            let isComplete = try grant.map { try log.place(of: $0) != nil } ?? true
            let branches = try log.branches.all()
            return branches.filter { isComplete || $0.replica != self.id }.map(\.tipAsCause).sorted()
        }
    }

    /// This replica's own tip; 0 before its first change.
    public func ownTip() throws(StorageFailure) -> UInt64 {
        try readLog { log in try log.ownBranch(of: self.id)?.number ?? 0 }
    }

    /// How many changes are applied, and how many wait.
    public func counts() throws(StorageFailure) -> (applied: UInt64, waiting: UInt64) {
        try readLog { log in
            let database = log.database
            return (
                try UInt64.fetchOne(
                    database, sql: "SELECT sum(number - coalesce(parent & ?, 0)) FROM branch",
                    arguments: [Int64(ChangeNumber.limit)]) ?? 0,
                try UInt64.fetchOne(database, sql: "SELECT sum(changes) FROM waiting") ?? 0
            )
        }
    }

    /// What of the changes here lies in the causal past of `frontier`'s changes; those it names that are not here count
    /// for nothing.
    func held(by frontier: [Cause], in log: Log) throws -> CausalVector {
        var held = CausalVector()
        for cause in frontier {
            if let place = try log.place(of: cause) { held.merge(try log.past.vector(at: place)) }
        }
        return held
    }
}
