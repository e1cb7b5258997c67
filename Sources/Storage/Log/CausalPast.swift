import CRDT
import ChangeLog
public import GRDB
import HeapModule

/// Answers "had x seen y", exactly and for ever.
///
/// Each branch's tip carries the vector of its causal past, so asking a tip costs one comparison. Asked of an older
/// change, causes are walked backwards, newest first, to the next stored vectors: there is one at every change that is
/// 256 steps of the causal order away from the last. So no question costs more than the branches at hand times 256,
/// however long the history.
///
/// Places are integers as they stand in the `by` columns of the state tables, heads as packed in `basis` columns.
public final class CausalPast {
    /// How many steps of the causal order may lie between stored vectors.
    static let vectorDistance: UInt64 = 256
    private let statements: Statements
    private let branches: Branches
    /// Whether any change has copies; nil until asked.
    private var hasCopies: Bool?

    init(_ statements: Statements, branches: Branches) { (self.statements, self.branches) = (statements, branches) }

    /// For projections and screens.
    public convenience init(_ database: Database) {
        let statements = Statements(StatementCache(), database)
        self.init(statements, branches: Branches(statements))
    }

    /// Whether the change at `place` is in the causal past of the packed `heads`, or one of them. If so, all before it
    /// in its branch are.
    public func holds(_ place: Int64, in heads: [UInt8]) throws -> Bool {
        try holds(LocalPlace(packed: UInt64(clamping: place)), from: Self.unpacked(heads))
    }

    /// Whether the author of the change at `other` had applied the one at `place` itself, not a copy of it.
    public func holds(_ place: Int64, by other: Int64) throws -> Bool {
        guard place != other else { return false }
        return try holds(
            LocalPlace(packed: UInt64(clamping: place)), from: [LocalPlace(packed: UInt64(clamping: other))])
    }

    /// What is kept about a change besides its bytes.
    struct Entry {
        let stamp: Stamp
        let hash: ChangeHash
        let id: ChangeID
        let weight: UInt64
    }

    func entry(at place: LocalPlace) throws -> Entry? {
        let find = try statements("SELECT at, hash, id, weight FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), let hash = ChangeHash(find.bytes(1)), let id = ChangeID(bytes: find.bytes(2)),
            let stamp = Stamp(packed: find.unsigned(0))
        else { return nil }
        return Entry(stamp: stamp, hash: hash, id: id, weight: find.unsigned(3))
    }

    // MARK: Questions

    /// Whether any of `heads` has, or is, the change at `target` or a copy of it.
    func hasSeen(_ target: LocalPlace, from heads: [LocalPlace]) throws -> Bool {
        for copy in try copies(of: target) where try holds(copy, from: heads) { return true }
        return false
    }

    /// Whether any of `heads` has, or is, the change at `target` itself: then also all before it in its branch, which a
    /// copy would not tell.
    func holds(_ target: LocalPlace, from heads: [LocalPlace]) throws -> Bool {
        if heads.contains(where: { $0.branch == target.branch && $0.number >= target.number }) { return true }
        var older: [LocalPlace] = []
        for head in heads {
            guard let branch = try branches.branch(head.branch), branch.number == head.number else {
                older.append(head)
                continue
            }
            if branch.past.holds(target) { return true }
        }
        guard !older.isEmpty, let stamp = try entry(at: target)?.stamp else { return false }
        var walk = PastWalk(statements, branches: branches, floor: stamp)
        for head in older { try walk.add(head) }
        return try walk.finds(target)
    }

    /// Everything in the causal past of a change, and the change itself.
    func vector(at place: LocalPlace) throws -> CausalVector {
        if let branch = try branches.branch(place.branch), branch.number == place.number { return branch.past }
        var walk = PastWalk(statements, branches: branches, floor: .zero)
        try walk.add(place)
        return try walk.all()
    }

    // MARK: Copies

    /// The places of all changes with the id of the one at `place`: that one alone, nearly always.
    private func copies(of place: LocalPlace) throws -> [LocalPlace] {
        guard try anyCopies() else { return [place] }
        let find = try statements("SELECT place FROM copy WHERE id = (SELECT id FROM copy WHERE place=?1)")
        defer { find.reset() }
        find.bind(1, place.packed)
        var places: [LocalPlace] = []
        while try find.step() { places.append(LocalPlace(packed: find.unsigned(0))) }
        return places.isEmpty ? [place] : places
    }

    private func anyCopies() throws -> Bool {
        if let hasCopies { return hasCopies }
        let find = try statements("SELECT 1 FROM copy LIMIT 1")
        defer { find.reset() }
        let found = try find.step()
        hasCopies = found
        return found
    }

    /// There is a copy now.
    func noteCopies() { hasCopies = true }

    // MARK: Heads in tables

    /// Eight bytes a head, big-endian: how state tables keep a basis.
    static func packed(_ heads: [LocalPlace]) -> [UInt8] {
        var writer = ByteWriter()
        for head in heads.sorted() { writer.word(head.packed) }
        return writer.bytes
    }

    static func unpacked(_ bytes: [UInt8]) -> [LocalPlace] {
        var reader = ByteReader(bytes)
        var heads: [LocalPlace] = []
        while let word = try? reader.word() { heads.append(LocalPlace(packed: word)) }
        return heads
    }

    /// The place before the first change of the branch that `place` is in.
    public static func branchStart(of place: Int64) -> Int64 {
        Int64(clamping: LocalPlace(packed: UInt64(clamping: place)).branchStart.packed)
    }
}

/// A walk backwards through causes, newest first, that stops wherever a stored vector tells the rest.
///
/// Stamps never fall along causes: what is stamped below the floor cannot have seen what is stamped at it.
private struct PastWalk {
    private struct Node: Comparable {
        let stamp: Stamp
        let place: LocalPlace
        let weight: UInt64

        static func < (left: Self, right: Self) -> Bool { (left.stamp, left.place) < (right.stamp, right.place) }
    }

    private let statements: Statements
    private let branches: Branches
    private let floor: Stamp
    private var toVisit: Heap<Node> = []
    private var noted: Set<LocalPlace> = []
    /// What is known with all that lies behind it.
    private var known = CausalVector()

    init(_ statements: Statements, branches: Branches, floor: Stamp) {
        (self.statements, self.branches, self.floor) = (statements, branches, floor)
    }

    mutating func add(_ place: LocalPlace) throws {
        guard !known.holds(place), noted.insert(place).inserted else { return }
        let find = try statements("SELECT at, weight FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), let stamp = Stamp(packed: find.unsigned(0)), stamp >= floor else { return }
        toVisit.insert(Node(stamp: stamp, place: place, weight: find.unsigned(1)))
    }

    mutating func finds(_ target: LocalPlace) throws -> Bool {
        while let node = toVisit.popMax() {
            if node.place.branch == target.branch, node.place.number >= target.number { return true }
            try visit(node)
            if known.holds(target) { return true }
        }
        return false
    }

    mutating func all() throws -> CausalVector {
        var all = CausalVector()
        while let node = toVisit.popMax() {
            all.raise(to: node.place)
            try visit(node)
        }
        all.merge(known)
        return all
    }

    private mutating func visit(_ node: Node) throws {
        guard !known.holds(node.place) else { return }
        if node.weight == 0, let vector = try storedVector(at: node.place) { return known.merge(vector) }
        for cause in try causes(of: node.place) { try add(cause) }
        if let before = try branches.branch(node.place.branch)?.place(before: node.place.number), before.number > 0 {
            try add(before)
        }
    }

    private func storedVector(at place: LocalPlace) throws -> CausalVector? {
        let find = try statements("SELECT past FROM vector WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step() ? CausalVector(find.bytes(0)) : nil
    }

    private func causes(of place: LocalPlace) throws -> [LocalPlace] {
        let find = try statements("SELECT of FROM cause WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        var causes: [LocalPlace] = []
        while try find.step() { causes.append(LocalPlace(packed: find.unsigned(0))) }
        return causes
    }
}
