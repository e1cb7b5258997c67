public import ChangeLog
import GRDB

/// Stored changes in the form that travels, and how far they reach.
public struct Outgoing: Sendable {
    /// Deltas, each of which verifies by itself.
    public var deltas: [[UInt8]] = []
    /// How many changes they hold.
    public var changes = 0
    /// The number of the last change, or the cursor, that they reach.
    public var reach: UInt64
    /// Whether there is more behind them.
    public var hasMore = false

    var byteCount: Int { deltas.reduce(0) { $0 + $1.count } }
}

extension Replica {
    /// How many changes one seal vouches for at the most, when there is a choice.
    static let changesPerSeal = 256
    /// How many bytes of changes one seal vouches for, about.
    static let bytesPerSeal = 1 << 20

    /// Seals this replica's own changes, so that they may leave. The published mark is committed with the seals,
    /// before anybody is handed a byte: what may have left is never written anew.
    public func publish() throws(StorageFailure) {
        let pending = try readLog { log in
            guard let own = try log.knownChain(of: self.id) else { return false }
            return own.number > own.sealed
        }
        guard pending else { return }
        try write { door in
            let own = try door.log.chain(of: self.id)
            for (number, hash) in try self.sealPoints(of: own, in: door.log) {
                try door.log.seal(Seal.sign(hash, in: self.workspace, with: self.key), at: number, of: self.id)
            }
            var mark = ByteWriter()
            mark.word(own.number)
            mark.raw(own.hash.bytes)
            try LocalValues.set(.published, .bytes(mark.bytes), in: door.log.database)
        }
    }

    private func sealPoints(of chain: Chain, in log: Log) throws -> [(number: UInt64, hash: ChangeHash)] {
        let read = try log.statement("SELECT place, hash, length(wire) FROM change WHERE place > ?1 AND place <= ?2")
        defer { read.reset() }
        read.bind(1, LocalPlace(chain: chain.id, number: chain.sealed).packed)
        read.bind(2, chain.tip.packed)
        var points: [(UInt64, ChangeHash)] = []
        var changes = 0
        var bytes = 0
        while try read.step() {
            let number = LocalPlace(packed: read.unsigned(0)).number
            changes += 1
            bytes += Int(read.integer(2))
            guard number == chain.number || changes >= Self.changesPerSeal || bytes >= Self.bytesPerSeal else {
                continue
            }
            points.append((number, ChangeHash(read.bytes(1)) ?? .none))
            (changes, bytes) = (0, 0)
        }
        return points
    }

    /// This replica's own sealed changes after `number`, about `byteLimit` bytes of them.
    public func outgoing(after number: UInt64, byteLimit: Int) throws(StorageFailure) -> Outgoing {
        try readLog { log in
            var outgoing = Outgoing(reach: number)
            guard let own = try log.knownChain(of: self.id) else { return outgoing }
            while outgoing.reach < own.sealed, outgoing.byteCount < byteLimit {
                try log.appendRun(
                    to: &outgoing, chain: own.id, replica: self.id, after: outgoing.reach, through: own.sealed)
            }
            outgoing.hasMore = outgoing.reach < own.sealed
            return outgoing
        }
    }

    /// What arrived here after `cursor`, in an order in which causes come first, without what `frontier` covers.
    ///
    /// - Parameters:
    ///   - excluding: a chain that the asker writes itself.
    ///   - frontier: for each chain, how far the asker has it.
    public func arrivals(
        after cursor: UInt64, excluding: ReplicaID?, frontier: [ReplicaID: UInt64] = [:], byteLimit: Int
    ) throws(StorageFailure) -> Outgoing {
        try readLog { log in
            var outgoing = Outgoing(reach: cursor)
            let ranges = try log.arrivedRanges(
                after: cursor, excluding: excluding, frontier: frontier, byteLimit: byteLimit, reach: &outgoing.reach,
                hasMore: &outgoing.hasMore)
            for range in ranges {
                var reached = range.after
                while reached < range.through {
                    var run = Outgoing(reach: reached)
                    try log.appendRun(
                        to: &run, chain: range.chain, replica: range.replica, after: reached, through: range.through)
                    guard run.reach > reached else { throw StorageFailure.corrupt }
                    outgoing.deltas += run.deltas
                    outgoing.changes += run.changes
                    reached = run.reach
                }
            }
            return outgoing
        }
    }
}

/// A stretch of one chain.
struct ChainRange {
    let chain: Int64
    let replica: ReplicaID
    let after: UInt64
    var through: UInt64
}

extension Log {
    /// Adds one delta: from `number` on, to a seal that lies 256 changes or 1 MiB on, or to `end`, which is sealed.
    func appendRun(
        to outgoing: inout Outgoing, chain: Int64, replica: ReplicaID, after number: UInt64, through end: UInt64
    ) throws {
        let read = try statement("SELECT place, seal, wire FROM change WHERE place > ?1 AND place <= ?2")
        defer { read.reset() }
        read.bind(1, LocalPlace(chain: chain, number: number).packed)
        read.bind(2, LocalPlace(chain: chain, number: end).packed)
        var wires: [[UInt8]] = []
        var bytes = 0
        while try read.step() {
            let reached = LocalPlace(packed: read.unsigned(0)).number
            let wire = read.bytes(2)
            wires.append(wire)
            bytes += wire.count
            let isFull = wires.count >= Replica.changesPerSeal || bytes >= Replica.bytesPerSeal
            guard isFull || reached == end, let seal = Signature(read.bytes(1)) else { continue }
            let previous = try past.entry(at: LocalPlace(chain: chain, number: number))?.hash ?? .none
            outgoing.deltas.append(
                DeltaWriter.bytes(
                    replica: replica, first: number + 1, previous: previous, wires: wires, seal: seal))
            outgoing.changes += wires.count
            outgoing.reach = reached
            return
        }
        throw StorageFailure.corrupt
    }

    /// Arrivals put together chain by chain, in the order in which the chains first appear.
    func arrivedRanges(
        after cursor: UInt64, excluding: ReplicaID?, frontier: [ReplicaID: UInt64], byteLimit: Int,
        reach: inout UInt64, hasMore: inout Bool
    ) throws -> [ChainRange] {
        let read = try statement(
            """
            SELECT arrival.number, chain.id, chain.replica, arrival.first, arrival.last
            FROM arrival JOIN chain ON chain.id = arrival.chain WHERE arrival.number > ?1 ORDER BY arrival.number
            """)
        defer { read.reset() }
        read.bind(1, cursor)
        var ranges: [ChainRange] = []
        var placeByChain: [Int64: Int] = [:]
        var bytes = 0
        while try read.step() {
            guard bytes < byteLimit else {
                hasMore = true
                break
            }
            reach = read.unsigned(0)
            guard let replica = ReplicaID(read.bytes(2)), replica != excluding else { continue }
            let (chain, last) = (read.integer(1), read.unsigned(4))
            let after = max(read.unsigned(3) - 1, frontier[replica] ?? 0)
            guard last > after else { continue }
            bytes += try size(of: chain, after: after, through: last)
            if let place = placeByChain[chain] {
                ranges[place].through = last
            } else {
                placeByChain[chain] = ranges.count
                ranges.append(ChainRange(chain: chain, replica: replica, after: after, through: last))
            }
        }
        return ranges
    }

    private func size(of chain: Int64, after: UInt64, through: UInt64) throws -> Int {
        let sum = try statement("SELECT sum(length(wire)) FROM change WHERE place > ?1 AND place <= ?2")
        defer { sum.reset() }
        sum.bind(1, LocalPlace(chain: chain, number: after).packed)
        sum.bind(2, LocalPlace(chain: chain, number: through).packed)
        return try sum.step() ? Int(sum.integer(0)) : 0
    }
}
