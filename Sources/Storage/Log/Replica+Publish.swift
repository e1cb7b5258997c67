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
    /// Seals this replica's own changes, so that they may leave. The published mark is committed with the seals,
    /// before anybody is handed a byte: what may have left is never written anew.
    ///
    /// - Throws: `.keyLocked` if there are any and the key is locked.
    public func publish() throws(StorageFailure) {
        let pending = try readLog { log in
            guard let own = try log.ownBranch(of: self.id) else { return false }
            return own.number > own.sealed
        }
        guard pending else { return }
        guard let key = key.signing else { throw .keyLocked }
        try write { door in
            guard let own = try door.log.ownBranch(of: self.id) else { return }
            for (number, hash) in try self.sealPoints(of: own, in: door.log) {
                try door.log.seal(Seal.sign(hash, in: self.workspace, with: key), at: number, of: own)
            }
            var mark = ByteWriter()
            mark.word(own.number)
            mark.raw(own.hash.bytes)
            try LocalValues.set(.published, .bytes(mark.bytes), in: door.log.database)
        }
    }

    private func sealPoints(of branch: Branch, in log: Log) throws -> [(number: UInt64, hash: ChangeHash)] {
        let read = try log.statements(
            """
            SELECT change.place, change.hash, coalesce(run.size, 0) FROM change LEFT JOIN run ON run.last = change.place
            WHERE change.place > ?1 AND change.place <= ?2 ORDER BY change.place
            """)
        defer { read.reset() }
        read.bind(1, LocalPlace(branch: branch.id, number: branch.sealed).packed)
        read.bind(2, branch.tip.packed)
        var points: [(UInt64, ChangeHash)] = []
        var changes = 0
        var bytes = 0
        while try read.step() {
            let number = LocalPlace(packed: read.unsigned(0)).number
            changes += 1
            bytes += Int(read.integer(2))
            guard number == branch.number || changes >= Runs.fullCount || bytes >= Runs.fullByteCount else { continue }
            points.append((number, ChangeHash(read.bytes(1)) ?? .none))
            (changes, bytes) = (0, 0)
        }
        return points
    }

    /// This replica's own sealed changes after `number`, about `byteLimit` bytes of them.
    public func outgoing(after number: UInt64, byteLimit: Int) throws(StorageFailure) -> Outgoing {
        try readLog { log in
            var outgoing = Outgoing(reach: number)
            guard let own = try log.ownBranch(of: self.id) else { return outgoing }
            while outgoing.reach < own.sealed, outgoing.byteCount < byteLimit {
                try log.appendDelta(to: &outgoing, branch: own, after: outgoing.reach, through: own.sealed)
            }
            outgoing.hasMore = outgoing.reach < own.sealed
            return outgoing
        }
    }

    /// What arrived here after `cursor`, in an order in which causes come first, without what `frontier` covers.
    ///
    /// - Parameters:
    ///   - excluding: a chain that the asker writes itself.
    ///   - frontier: tips of what the asker has; with each, all that lies in its past.
    public func arrivals(
        after cursor: UInt64, excluding: ReplicaID?, frontier: [Cause] = [], byteLimit: Int
    ) throws(StorageFailure) -> Outgoing {
        try readLog { log in
            var outgoing = Outgoing(reach: cursor)
            let held = try self.held(by: frontier, in: log)
            let stretches = try log.arrived(
                after: cursor, excluding: excluding, held: held, byteLimit: byteLimit, reach: &outgoing.reach,
                hasMore: &outgoing.hasMore)
            for stretch in stretches {
                var reached = stretch.after
                while reached < stretch.through {
                    var run = Outgoing(reach: reached)
                    try log.appendDelta(
                        to: &run, branch: stretch.branch, after: reached, through: stretch.through)
                    guard run.reach > reached else { throw StorageFailure.corrupt }
                    outgoing.deltas += run.deltas
                    outgoing.changes += run.changes
                    reached = run.reach
                }
            }
            return outgoing
        }
    }

    /// Sealed changes of others' chains that the holder of `frontier` lacks, in the order in which they arrived here:
    /// what a relay that was restored or replaced gets back.
    public func lacking(
        in frontier: [Cause], after arrival: UInt64, byteLimit: Int
    ) throws(StorageFailure) -> Outgoing {
        try arrivals(after: arrival, excluding: id, frontier: frontier, byteLimit: byteLimit)
    }
}

/// A stretch of one branch.
struct Stretch {
    let branch: Branch
    let after: UInt64
    var through: UInt64
}

extension Log {
    /// Adds one delta: from `number` on, to a seal that lies 256 changes or 1 MiB on, or else to the first at or after
    /// `end`, which is sealed.
    func appendDelta(
        to outgoing: inout Outgoing, branch: Branch, after number: UInt64, through end: UInt64
    ) throws {
        let start = LocalPlace(branch: branch.id, number: number + 1)
        let read = try statements(
            "SELECT first, last, seal, data FROM run WHERE last >= ?1 AND last <= ?2 ORDER BY last")
        defer { read.reset() }
        read.bind(1, start.packed)
        read.bind(2, LocalPlace(branch: branch.id, number: branch.sealed).packed)
        var frames: [UInt8] = []
        while try read.step() {
            let run = Runs.Run(read)
            guard run.first.branch == branch.id else { throw StorageFailure.corrupt }
            let reached = run.last.number
            let held = try run.frames()
            frames += run.first < start ? try Self.tail(of: held, dropping: start.number - run.first.number) : held[...]
            let isFull = reached - number >= UInt64(Runs.fullCount) || frames.count >= Runs.fullByteCount
            guard isFull || reached >= end, let seal = run.seal.flatMap({ Signature($0) }) else { continue }
            let count = Int(reached - number)
            outgoing.deltas.append(
                DeltaWriter.bytes(
                    replica: branch.replica, first: number + 1, previous: try hash(before: start), count: count,
                    frames: frames, seal: seal))
            outgoing.changes += count
            outgoing.reach = reached
            return
        }
        throw StorageFailure.corrupt
    }

    private static func tail(of frames: [UInt8], dropping count: UInt64) throws -> ArraySlice<UInt8> {
        let wires = try DeltaWriter.wires(inFrames: frames[...]).dropFirst(Int(count)).map(Array.init)
        return DeltaWriter.frames(wires)[...]
    }

    /// Arrivals put together branch by branch, in the order in which the branches first appear.
    func arrived(
        after cursor: UInt64, excluding: ReplicaID?, held: CausalVector, byteLimit: Int, reach: inout UInt64,
        hasMore: inout Bool
    ) throws -> [Stretch] {
        let read = try statements("SELECT number, branch, first, last FROM arrival WHERE number > ?1 ORDER BY number")
        defer { read.reset() }
        read.bind(1, cursor)
        var stretches: [Stretch] = []
        var indexByBranch: [Int64: Int] = [:]
        var bytes = 0
        while try read.step() {
            guard bytes < byteLimit else {
                hasMore = true
                break
            }
            reach = read.unsigned(0)
            guard let branch = try branches.branch(read.integer(1)), branch.replica != excluding else { continue }
            let (first, last) = (read.unsigned(2), read.unsigned(3))
            // Only a damaged file has a change numbered 0.
            guard first > 0 else { throw StorageFailure.corrupt }
            let after = max(first - 1, held.number(of: branch.id))
            guard last > after else { continue }
            bytes += try runs.size(
                from: LocalPlace(branch: branch.id, number: after + 1),
                through: LocalPlace(branch: branch.id, number: last))
            if let index = indexByBranch[branch.id] {
                stretches[index].through = last
            } else {
                indexByBranch[branch.id] = stretches.count
                stretches.append(Stretch(branch: branch, after: after, through: last))
            }
        }
        return stretches
    }
}
