import CRDT
public import ChangeLog
import GRDB

extension Replica {
    /// The tips of all branches held here, rising: each stands for all that lies in its past. A joiner's own tip does not,
    /// as long as the grant that its first change cites is not here, and is left out.
    public func frontier() throws(StorageFailure) -> [Cause] {
        try readLog { log in
            let isComplete = try log.hasOwnGrant()
            let branches = try log.branches.all()
            let device = try log.own().device
            return branches.filter { isComplete || $0.replica.device != device }.map(\.tipAsCause).sorted()
        }
    }

    /// The number of this replica's last own change in the current epoch; 0 before its first.
    public func ownTip() throws(StorageFailure) -> UInt64 {
        try readLog { log in try log.ownBranch()?.number ?? 0 }
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
