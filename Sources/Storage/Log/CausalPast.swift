import CRDT
import ChangeLog
public import GRDB

/// Answers "had x seen y", exactly and for ever, from the causes in the log.
///
/// Places are integers as they stand in the `by` columns of the state tables, heads as packed in `basis` columns.
public final class CausalPast {
    let database: Database
    private let statements: StatementCache

    init(_ database: Database, statements: StatementCache) {
        (self.database, self.statements) = (database, statements)
    }

    /// For projections and screens.
    public convenience init(_ database: Database) { self.init(database, statements: StatementCache()) }

    /// Whether the change at `place` is in the causal past of the packed `heads`, or one of them.
    public func holds(_ place: Int64, in heads: [UInt8]) throws -> Bool {
        try hasSeen(LocalPlace(packed: UInt64(clamping: place)), from: Self.unpacked(heads))
    }

    func statement(_ sql: String) throws -> SQLStatement { try statements.statement(sql, in: database) }

    /// Stamp, hash and id of a change held here.
    func entry(at place: LocalPlace) throws -> (stamp: Stamp, hash: ChangeHash, id: ChangeID)? {
        let find = try statement("SELECT at, hash, id FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), let hash = ChangeHash(find.bytes(1)), let id = ChangeID(bytes: find.bytes(2)),
            let stamp = Stamp(packed: find.unsigned(0))
        else { return nil }
        return (stamp, hash, id)
    }

    /// Walks causes backwards, newest first. Stamps never fall along causes, so nothing stamped below the target can
    /// have seen it: the walk ends where the target's time begins, however long the history.
    func hasSeen(_ target: LocalPlace, from heads: [LocalPlace]) throws -> Bool {
        if heads.contains(where: { $0.chain == target.chain && $0.number >= target.number }) { return true }
        guard !heads.isEmpty, let targetStamp = try entry(at: target)?.stamp else { return false }
        var toVisit = heads
        var exploredByChain: [Int64: UInt64] = [:]
        while let head = toVisit.popLast() {
            let explored = exploredByChain[head.chain] ?? 0
            guard head.number > explored else { continue }
            exploredByChain[head.chain] = head.number
            let from = LocalPlace(chain: head.chain, number: explored)
            for cause in try causes(after: from, through: head, notBelow: targetStamp) {
                if cause.chain == target.chain, cause.number >= target.number { return true }
                toVisit.append(cause)
            }
        }
        return false
    }

    /// The direct causes of a stretch of one chain, oldest first, without those of changes stamped below `floor`.
    private func causes(
        after start: LocalPlace, through end: LocalPlace, notBelow floor: Stamp
    ) throws -> [LocalPlace] {
        let find = try statement(
            """
            SELECT cause.of, change.at FROM cause JOIN change ON change.place = cause.place
            WHERE cause.place > ?1 AND cause.place <= ?2 ORDER BY cause.place DESC
            """)
        defer { find.reset() }
        find.bind(1, start.packed)
        find.bind(2, end.packed)
        var causes: [LocalPlace] = []
        while try find.step(), find.unsigned(1) >= floor.packed {
            causes.append(LocalPlace(packed: find.unsigned(0)))
        }
        return causes.reversed()
    }

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
}

extension Log {
    /// The heads of a basis as places here; what lies outside the change's own causal past counts for nothing, for
    /// everyone, also when it arrives later.
    func heads(of basis: Basis, in change: LocalPlace) throws -> [LocalPlace] {
        switch basis {
        case .nothing: return []
        case .everything: return [change]
        case .heads(let causes):
            return try causes.compactMap { cause in
                guard let chain = try knownChain(of: cause.replica) else { return nil }
                let place = LocalPlace(chain: chain.id, number: cause.number)
                guard let entry = try past.entry(at: place), entry.hash.prefix.elementsEqual(cause.prefix),
                    try past.hasSeen(place, from: [change])
                else { return nil }
                return place
            }
        }
    }
}

extension CausalPast {
    /// The place before the first change of the chain that `place` is in.
    public static func chainStart(of place: Int64) -> Int64 {
        Int64(clamping: LocalPlace(packed: UInt64(clamping: place)).chainStart.packed)
    }
}
