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
    /// Of each delta, whether this device wrote it.
    public private(set) var areOwn: [Bool] = []
    /// Whose changes they are.
    public private(set) var authors: Set<ReplicaID> = []

    /// Nothing, up to there.
    public init(reach: UInt64) { self.reach = reach }

    mutating func add(_ run: Outgoing, by author: ReplicaID, isOwn: Bool) {
        deltas += run.deltas
        areOwn += run.deltas.map { _ in isOwn }
        authors.insert(author)
        changes += run.changes
    }
}

/// The last own change that may have left this device.
struct PublishedMark {
    let replica: ReplicaID
    let number: UInt64
    let hash: ChangeHash

    init(_ branch: Branch) { (replica, number, hash) = (branch.replica, branch.number, branch.hash) }

    /// - Returns: nil for what is not ``bytes``.
    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let replica = try? reader.replica(), let number = try? reader.word(),
            let hash: ChangeHash = try? reader.fixed(), reader.remaining == 0
        else { return nil }
        (self.replica, self.number, self.hash) = (replica, number, hash)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.raw(replica.bytes)
        writer.word(number)
        writer.raw(hash.bytes)
        return writer.bytes
    }
}

extension Replica {
    /// Whether this device has written anything that is not sealed yet.
    public func hasUnpublished() throws(StorageFailure) -> Bool {
        try readLog { try $0.ownBranches().contains { $0.number > $0.sealed } }
    }

    /// Seals this device's own changes, those of earlier epochs where they stand, so that they may leave. The published
    /// mark is committed with the seals, before anybody is handed a byte: what may have left is never written anew.
    ///
    /// - Throws: `.keyLocked` if there are any and the key is locked.
    public func publish() throws(StorageFailure) {
        guard try hasUnpublished() else { return }
        guard let key = key.signing else { throw .keyLocked }
        try write { door in
            for branch in try door.log.ownBranches() where branch.number > branch.sealed {
                for (number, hash) in try self.sealPoints(of: branch, in: door.log) {
                    try door.log.seal(Seal.sign(hash, in: self.workspace, with: key), at: number, of: branch)
                }
                try LocalValues.set(.published, .bytes(PublishedMark(branch).bytes), in: door.log.database)
            }
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

    /// What this device wrote and sealed, by the order in which it arrived here: after local arrival `arrival`.
    public func outgoing(
        after arrival: UInt64, byteLimit: Int, isStrict: Bool = false
    ) throws(StorageFailure) -> Outgoing {
        try arrivals(after: arrival, excluding: nil, only: key.device, byteLimit: byteLimit, isStrict: isStrict)
    }

    /// What arrived here after `cursor`, in an order in which causes come first, without what `frontier` covers.
    ///
    /// - Parameters:
    ///   - excluding: a chain that the asker writes itself.
    ///   - device: whose changes alone are wanted; nil for everyone's.
    ///   - frontier: tips of what the asker has; with each, all that lies in its past.
    ///   - byteLimit: about how many bytes, as changes are stored: it ends with the arrival that passes them.
    ///   - isStrict: whether it ends before that arrival instead, and may be empty.
    public func arrivals(
        after cursor: UInt64, excluding: ReplicaID?, only device: DeviceID? = nil, frontier: [Cause] = [],
        byteLimit: Int, isStrict: Bool = false
    ) throws(StorageFailure) -> Outgoing {
        try readLog { log in
            let held = try self.held(by: frontier, in: log)
            let page = try log.arrived(after: cursor, held: held, byteLimit: byteLimit, isStrict: isStrict) { replica in
                replica != excluding && (device == nil || replica.device == device)
            }
            var outgoing = Outgoing(reach: page.reach)
            outgoing.hasMore = page.hasMore
            for stretch in page.stretches {
                var reached = stretch.after
                while reached < stretch.through {
                    var run = Outgoing(reach: reached)
                    try log.appendDelta(
                        to: &run, branch: stretch.branch, after: reached, through: stretch.through)
                    guard run.reach > reached else { throw StorageFailure.corrupt }
                    let author = stretch.branch.replica
                    outgoing.add(run, by: author, isOwn: author.device == self.key.device)
                    reached = run.reach
                }
            }
            return outgoing
        }
    }

    /// How much there is of what arrived here after `cursor`, without what `frontier` covers.
    public func arrivalExtent(
        after cursor: UInt64, only device: DeviceID? = nil, frontier: [Cause] = []
    ) throws(StorageFailure) -> Extent {
        try readLog { log in
            let held = try self.held(by: frontier, in: log)
            return try log.arrived(after: cursor, held: held, byteLimit: .max) { replica in
                device == nil || replica.device == device
            }.extent
        }
    }

    /// How much there is of this device's own that the relay is not known to have, sealed or not.
    public func unsentExtent() throws(StorageFailure) -> Extent {
        let acknowledged = UInt64(clamping: try localValue(.acknowledged).integer ?? 0)
        return try arrivalExtent(after: acknowledged, only: key.device) + unsealedExtent()
    }

    /// How much there is of own changes that are not sealed yet, and so have not arrived anywhere.
    public func unsealedExtent() throws(StorageFailure) -> Extent {
        try readLog { log in
            try log.ownBranches().filter { $0.number > $0.sealed }.reduce(Extent()) { extent, branch in
                let bytes = try log.runs.size(
                    from: LocalPlace(branch: branch.id, number: branch.sealed + 1), through: branch.tip)
                return extent + Extent(changes: branch.number - branch.sealed, bytes: UInt64(clamping: bytes))
            }
        }
    }

    /// So many changes.
    public struct Extent: Hashable, Sendable {
        /// How many.
        public var changes: UInt64 = 0
        /// Their bytes as they are stored.
        public var bytes: UInt64 = 0

        /// So much.
        public init(changes: UInt64 = 0, bytes: UInt64 = 0) { (self.changes, self.bytes) = (changes, bytes) }

        /// Both together.
        public static func + (first: Extent, second: Extent) -> Extent {
            Extent(changes: first.changes + second.changes, bytes: first.bytes + second.bytes)
        }
    }
}

/// What arrived after some number, as far as a page goes.
struct ArrivalPage {
    var stretches: [Stretch] = []
    /// The last number in it.
    var reach: UInt64
    var hasMore = false
    var extent = Replica.Extent()
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
        after cursor: UInt64, held: CausalVector, byteLimit: Int, isStrict: Bool = false,
        isWanted: (ReplicaID) -> Bool = { _ in true }
    ) throws -> ArrivalPage {
        let read = try statements("SELECT number, branch, first, last FROM arrival WHERE number > ?1 ORDER BY number")
        defer { read.reset() }
        read.bind(1, cursor)
        var page = ArrivalPage(reach: cursor)
        var indexByBranch: [Int64: Int] = [:]
        while try read.step() {
            let byteCount = Int(clamping: page.extent.bytes)
            guard byteCount < byteLimit else {
                page.hasMore = true
                break
            }
            let number = read.unsigned(0)
            guard let branch = try branches.branch(read.integer(1)), isWanted(branch.replica) else {
                page.reach = number
                continue
            }
            let (first, last) = (read.unsigned(2), read.unsigned(3))
            // Only a damaged file has a change numbered 0.
            guard first > 0 else { throw StorageFailure.corrupt }
            let after = max(first - 1, held.number(of: branch.id))
            guard last > after else {
                page.reach = number
                continue
            }
            let size = try runs.size(
                from: LocalPlace(branch: branch.id, number: after + 1),
                through: LocalPlace(branch: branch.id, number: last))
            guard !isStrict || size <= byteLimit - byteCount else {
                page.hasMore = true
                break
            }
            page.reach = number
            page.extent.changes += last - after
            page.extent.bytes += UInt64(clamping: size)
            if let index = indexByBranch[branch.id] {
                page.stretches[index].through = last
            } else {
                indexByBranch[branch.id] = page.stretches.count
                page.stretches.append(Stretch(branch: branch, after: after, through: last))
            }
        }
        return page
    }
}
