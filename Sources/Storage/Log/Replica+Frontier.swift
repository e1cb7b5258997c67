import CRDT
public import ChangeLog
import GRDB

extension Replica {
    /// The tips of all chains held here, by replica.
    public func frontier() throws(StorageFailure) -> [Cause] {
        try readLog { log in
            try log.tips().map { Cause(replica: $0.replica, number: $0.number, prefix: $0.hash.prefix) }
        }
    }

    /// This replica's own tip; 0 before its first change.
    public func ownTip() throws(StorageFailure) -> UInt64 {
        try readLog { log in try log.knownChain(of: self.id)?.number ?? 0 }
    }

    /// How many changes are applied, and how many wait.
    public func counts() throws(StorageFailure) -> (applied: UInt64, waiting: UInt64) {
        try readLog { log in
            let database = log.database
            return (
                try UInt64.fetchOne(database, sql: "SELECT sum(number) FROM chain") ?? 0,
                try UInt64.fetchOne(database, sql: "SELECT sum(changes) FROM waiting") ?? 0
            )
        }
    }

    /// Sealed changes of others' chains that the holder of `frontier` lacks, in the order in which they arrived here:
    /// what a relay that was restored or replaced gets back.
    public func lacking(
        in frontier: [ReplicaID: UInt64], after arrival: UInt64, byteLimit: Int
    ) throws(StorageFailure) -> Outgoing {
        try arrivals(after: arrival, excluding: id, frontier: frontier, byteLimit: byteLimit)
    }
}

extension Log {
    /// A chain, if there is a row for it; unlike ``chain(of:)`` it makes none. For whatever a stranger may name.
    func knownChain(of replica: ReplicaID) throws -> Chain? {
        if let held = chainsByReplica[replica] { return held }
        let find = try statement("SELECT id, number, hash, at, cited, sealed FROM chain WHERE replica=?1")
        defer { find.reset() }
        find.bind(1, replica.bytes)
        return try find.step() ? Self.chain(of: replica, in: find) : nil
    }

    /// Every chain that has a change, by replica.
    func tips() throws -> [Chain] {
        let read = try statement("SELECT id, number, hash, at, cited, sealed, replica FROM chain WHERE number > 0")
        defer { read.reset() }
        var tips: [Chain] = []
        while try read.step() {
            guard let replica = ReplicaID(read.bytes(6)) else { continue }
            tips.append(Self.chain(of: replica, in: read))
        }
        return tips.sorted { $0.replica < $1.replica }
    }
}
