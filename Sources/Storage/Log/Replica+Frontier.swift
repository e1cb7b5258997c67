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

    /// Stands for the frontier: equal where the same changes are applied, and else different but for one chance in 2^64.
    public func frontierDigest() throws(StorageFailure) -> UInt64 {
        var writer = ByteWriter()
        for tip in try frontier() { writer.cause(tip) }
        return Digest.of(writer.bytes, domain: "nexus frontier", byteCount: 8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The tips, and places before them: what tells how far one has come even somebody to whom the tips say nothing,
    /// because they lie beyond what they have.
    public func sampledFrontier() throws(StorageFailure) -> [Cause] { try (frontier() + frontierSamples()).sorted() }

    /// Of each branch in the frontier, one, two, four changes before the tip and so on, down to its first.
    func frontierSamples() throws(StorageFailure) -> [Cause] {
        // A joiner's own tip may be left out: then so is what lies before it.
        let replicas = Set(try frontier().map(\.replica))
        return try readLog { log in
            try log.branches.all().filter { replicas.contains($0.replica) }
                .flatMap { try Self.samples(of: $0, in: log) }.sorted()
        }
    }

    private static func samples(of branch: Branch, in log: Log) throws -> [Cause] {
        var samples: [Cause] = []
        var distance: UInt64 = 1
        while branch.number > branch.fork + distance {
            let place = LocalPlace(branch: branch.id, number: branch.number - distance)
            if let cause = try log.cause(place) { samples.append(cause) }
            distance *= 2
        }
        return samples
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
        // Of a chain the last one known says it all.
        for cause in frontier.sorted(by: { $0.number > $1.number }) {
            guard let place = try log.place(of: cause), !held.holds(place) else { continue }
            held.merge(try log.past.vector(at: place))
        }
        return held
    }
}
