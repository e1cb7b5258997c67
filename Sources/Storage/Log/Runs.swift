import ChangeLog

/// The bytes of changes as the log keeps them: in *runs*, consecutive changes of one branch packed into one row.
///
/// A change made here is a run of its own at first. Once 256 sealed ones, or 1 MiB, have come together they are packed
/// into one compressed run and the seals between are dropped: the last one vouches for all.
final class Runs {
    /// How many changes a full run has.
    static let fullCount = 256
    /// How many bytes of changes make a run full, whatever their number.
    static let fullByteCount = 1 << 20
    /// How many bytes are held back before they are written, over all branches.
    private static let pendingLimit = 8 << 20
    /// How many decoded runs are kept at hand.
    private static let decodedLimit = 16

    private let statements: Statements
    private let branches: Branches
    private var pendingByBranch: [Int64: Pending] = [:]
    private var pendingByteCount = 0
    private var decoded: [(last: LocalPlace, run: DecodedRun)] = []

    init(_ statements: Statements, branches: Branches) { (self.statements, self.branches) = (statements, branches) }

    /// Changes on their way into a run.
    private struct Pending {
        let first: LocalPlace
        private(set) var last: LocalPlace
        private(set) var frames = ByteWriter()

        init(first: LocalPlace, last: LocalPlace) { (self.first, self.last) = (first, last) }

        mutating func add(_ wire: [UInt8], at place: LocalPlace) {
            last = place
            frames.sized(wire)
        }

        var isFull: Bool {
            last.number - first.number + 1 >= Runs.fullCount || frames.bytes.count >= Runs.fullByteCount
        }
    }

    // MARK: Writing

    /// Takes in the next change of a branch. It is written with those after it: changes of several branches come in by
    /// turns, as their causes allow.
    func append(_ wire: [UInt8], at place: LocalPlace) throws {
        // Altered where it stands: taken out and put back, the bytes gathered so far would be copied each time.
        pendingByBranch[place.branch, default: Pending(first: place, last: place)].add(wire, at: place)
        pendingByteCount += wire.count
        if pendingByBranch[place.branch]?.isFull == true { try flush(place.branch) }
        if pendingByteCount >= Self.pendingLimit { try flush() }
    }

    /// Writes down what was taken in.
    func flush() throws {
        for branch in pendingByBranch.keys.sorted() { try flush(branch) }
        pendingByteCount = 0
    }

    private func flush(_ branch: Int64) throws {
        guard let run = pendingByBranch.removeValue(forKey: branch) else { return }
        try write(first: run.first, last: run.last, frames: run.frames.bytes, seal: nil)
    }

    private func write(first: LocalPlace, last: LocalPlace, frames: [UInt8], seal: [UInt8]?) throws {
        let insert = try statements("INSERT INTO run(last, first, size, seal, data) VALUES(?1,?2,?3,?4,?5)")
        insert.bind(1, last.packed)
        insert.bind(2, first.packed)
        insert.bind(3, Int64(frames.count))
        if let seal { insert.bind(4, seal) }
        insert.bind(5, Compression.compressed(frames, level: .fast))
        try insert.run()
    }

    /// Keeps a seal. One that vouches for the middle of a run splits it.
    func seal(_ seal: Signature, at place: LocalPlace) throws {
        try flush(place.branch)
        if try store(seal, at: place) { return }
        guard let run = try run(holding: place) else { throw StorageFailure.corrupt }
        try split(run, after: place)
        _ = try store(seal, at: place)
    }

    /// - Returns: whether a run ends there.
    private func store(_ seal: Signature, at place: LocalPlace) throws -> Bool {
        let store = try statements("UPDATE run SET seal=?2 WHERE last=?1")
        store.bind(1, place.packed)
        store.bind(2, seal.bytes)
        return try store.run() > 0
    }

    private func split(_ run: Run, after place: LocalPlace) throws {
        let wires = try DeltaWriter.wires(inFrames: run.frames()[...]).map(Array.init)
        let count = Int(place.number - run.first.number + 1)
        guard count < wires.count else { throw StorageFailure.corrupt }
        try delete(from: run.last, through: run.last)
        try write(first: run.first, last: place, frames: DeltaWriter.frames(wires.prefix(count)), seal: nil)
        let rest = LocalPlace(branch: place.branch, number: place.number + 1)
        try write(first: rest, last: run.last, frames: DeltaWriter.frames(wires.dropFirst(count)), seal: run.seal)
    }

    private func delete(from first: LocalPlace, through last: LocalPlace) throws {
        let delete = try statements("DELETE FROM run WHERE last >= ?1 AND last <= ?2")
        delete.bind(1, first.packed)
        delete.bind(2, last.packed)
        try delete.run()
        decoded = []
    }

    /// Takes out the changes after a place, through the end of their branch. A run that goes over the place is cut.
    func cut(after last: LocalPlace, through end: LocalPlace) throws {
        try flush(end.branch)
        if last.number > 0, let run = try run(holding: last), run.last > last { try split(run, after: last) }
        try delete(from: LocalPlace(branch: last.branch, number: last.number + 1), through: end)
    }

    /// Packs the loose sealed runs at the end of a branch into one, once they are many enough.
    func pack(_ branch: Branch) throws {
        guard branch.loose >= Self.fullCount, branch.sealed >= branch.loose else { return }
        let start = LocalPlace(branch: branch.id, number: branch.sealed - branch.loose + 1)
        let end = LocalPlace(branch: branch.id, number: branch.sealed)
        let runs = try runs(from: start, through: end)
        branch.loose = 0
        guard runs.count > 1, let first = runs.first, let last = runs.last else { return }
        let frames = try runs.reduce(into: []) { $0 += try $1.frames() }
        // Large ones stay as they are: a run has to fit into memory and into a delta.
        guard frames.count <= 2 * Self.fullByteCount else { return }
        try delete(from: start, through: end)
        try write(first: first.first, last: last.last, frames: frames, seal: last.seal)
    }

    // MARK: Reading

    /// A run as it is stored.
    struct Run {
        let first: LocalPlace
        let last: LocalPlace
        let seal: [UInt8]?
        private let data: [UInt8]

        /// From columns first, last, seal, data.
        init(_ row: SQLStatement) {
            (first, last) = (LocalPlace(packed: row.unsigned(0)), LocalPlace(packed: row.unsigned(1)))
            (seal, data) = (row.isNull(2) ? nil : row.bytes(2), row.bytes(3))
        }

        /// Its changes, framed.
        func frames() throws(FormatRejection) -> [UInt8] {
            try Compression.decompressed(data, limit: FormatLimit.delta.rawValue)
        }
    }

    /// The run that a change stands in.
    func run(holding place: LocalPlace) throws -> Run? {
        try flush(place.branch)
        let find = try statements("SELECT first, last, seal, data FROM run WHERE last >= ?1 ORDER BY last LIMIT 1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), find.unsigned(0) <= place.packed else { return nil }
        return Run(find)
    }

    /// The runs of one branch that lie between two places.
    private func runs(from start: LocalPlace, through end: LocalPlace) throws -> [Run] {
        let read = try statements(
            "SELECT first, last, seal, data FROM run WHERE last >= ?1 AND last <= ?2 ORDER BY last")
        defer { read.reset() }
        read.bind(1, start.packed)
        read.bind(2, end.packed)
        var runs: [Run] = []
        while try read.step() { runs.append(Run(read)) }
        return runs
    }

    /// How many bytes the changes of a stretch have, about.
    func size(from start: LocalPlace, through end: LocalPlace) throws -> Int {
        let sum = try statements(
            """
            SELECT sum(size * (min(last, ?2) - max(first, ?1) + 1) / (last - first + 1)) FROM run
            WHERE last >= ?1 AND first <= ?2 AND last <= ?3
            """)
        defer { sum.reset() }
        sum.bind(1, start.packed)
        sum.bind(2, end.packed)
        sum.bind(3, end.branchEnd.packed)
        return try sum.step() ? Int(sum.integer(0)) : 0
    }

    // MARK: Changes

    /// The changes of a run, read.
    struct DecodedRun {
        let first: LocalPlace
        let changes: [Change]
    }

    /// A change held here.
    func change(at place: LocalPlace, hashBefore: (LocalPlace) throws -> ChangeHash) throws -> Change {
        if let held = decoded.first(where: { $0.last.branch == place.branch && $0.run.holds(place) }) {
            return held.run.changes[Int(place.number - held.run.first.number)]
        }
        guard let run = try run(holding: place) else { throw StorageFailure.corrupt }
        let read = try decode(run, hashBefore: hashBefore)
        guard read.holds(place) else { throw StorageFailure.corrupt }
        decoded.insert((run.last, read), at: 0)
        if decoded.count > Self.decodedLimit { decoded.removeLast() }
        return read.changes[Int(place.number - read.first.number)]
    }

    /// Reads a run, each change after the hash of the one before.
    func decode(_ run: Run, hashBefore: (LocalPlace) throws -> ChangeHash) throws -> DecodedRun {
        guard let branch = try branches.branch(run.first.branch) else { throw StorageFailure.corrupt }
        var hash = try hashBefore(run.first)
        var changes: [Change] = []
        for (index, wire) in try DeltaWriter.wires(inFrames: run.frames()[...]).enumerated() {
            let place = Place(replica: branch.replica, number: run.first.number + UInt64(index), previous: hash)
            let change = try Change.reloaded(wire: wire, at: place)
            hash = change.hash
            changes.append(change)
        }
        return DecodedRun(first: run.first, changes: changes)
    }
}

extension Runs.DecodedRun {
    func holds(_ place: LocalPlace) -> Bool {
        place.branch == first.branch && place.number >= first.number
            && place.number < first.number + UInt64(changes.count)
    }
}
