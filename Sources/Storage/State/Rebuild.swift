import CRDT
import ChangeLog
import GRDB

/// Derives state anew from the log: of some roots, or of all there is.
///
/// The log and everything local stay as they are. Changes are applied in the order of their stamps, which never fall
/// along causes, so it is a causal order; any causal order leads to the same state.
struct Rebuild {
    private let door: Door
    private var log: Log { door.log }

    init(_ door: Door) { self.door = door }

    // MARK: Some roots

    /// Rebuilds every root that one of the changes mentions, and what they bid for and ruled.
    func roots(touchedBy places: [LocalPlace]) throws {
        let changes = try places.map(log.change(at:))
        for (place, change) in zip(places, changes) where !change.acts.isEmpty {
            try door.bids.drop(at: place)
            let effect = try log.effect(at: place)
            if effect != .void { try door.takeBids(of: change, at: place) }
            guard effect == .counts, let author = try door.author(of: change, at: place) else { continue }
            try door.takeRulings(of: change, by: author)
        }
        try roots(of: changes)
    }

    /// Rebuilds every root that one of the changes mentions, be they in the log or not.
    func roots(of changes: [Change]) throws {
        for (kind, ids) in Self.mentioned(by: changes) {
            guard let root = door.state.schema.root(kind) else { continue }
            for id in ids { try rebuild(id, of: root) }
        }
    }

    private static func mentioned(by changes: [Change]) -> [UInt64: Set<RootID>] {
        var roots: [UInt64: Set<RootID>] = [:]
        for segment in changes.flatMap(\.segments) { roots[segment.kind, default: []].insert(segment.root) }
        return roots
    }

    private func rebuild(_ id: RootID, of root: Schema.Root) throws {
        if let row = try door.state.find(id, in: root) {
            try erase(row, of: root)
            door.state.reserve(row, for: id, in: root)
        }
        for place in try log.places(mentioning: id) where try log.effect(at: place) == .counts {
            try replay(place) { $0.root == id && $0.kind == root.number }
        }
    }

    /// Applies the state part of a change to the roots that are wanted.
    private func replay(_ place: LocalPlace, to isWanted: (Segment) -> Bool) throws {
        let change = try log.change(at: place)
        guard let author = try door.author(of: change, at: place) else { return }
        try door.state.apply(change, by: author, to: isWanted)
    }

    private func erase(_ row: Int64, of root: Schema.Root) throws {
        let database = log.database
        for field in root.fields {
            guard case .sequence = field.kind else { continue }
            let table = root.sequenceTable(field.name)
            let elements = try Int64.fetchAll(database, sql: "SELECT id FROM \(table) WHERE root=?", arguments: [row])
            for element in elements { try door.state.removeElement(element, from: table, of: root) }
        }
        for table in [root.currentTable, root.setTable, root.markTable] {
            try database.execute(sql: "DELETE FROM \(table) WHERE root=?", arguments: [row])
        }
        try database.execute(sql: "DELETE FROM \(root.name) WHERE id=?", arguments: [row])
        door.state.touched.root(row, of: root.name)
    }

    // MARK: Everything

    /// Drops membership, state and projections and derives them anew. The tables may be of an older schema.
    func everything() throws {
        try Self.dropDerived(in: log.database)
        try door.configuration.makeDerivedTables(in: log.database)
        door.state.startOver()
        try door.members.takeAll()
        var reconsideration = Reconsideration(door, incoming: nil)
        try reconsideration.judgeAll()
        try replayAll()
    }

    /// The changes that are not void, in a causal order, each with whether it counts.
    static let replayed: StaticString = "SELECT place, effect = 1 FROM change WHERE effect > 0 ORDER BY at, place"

    /// Applies every change that counts, in a causal order; of the others, what they bid for is noted.
    func replayAll() throws {
        let read = try log.statements(Self.replayed)
        defer { read.reset() }
        while try read.step() { try door.replay(LocalPlace(packed: read.unsigned(0)), counts: read.integer(1) == 1) }
    }

    /// Everything that is not the log's or local: named by what it is not, since an older schema's tables have names
    /// that this one may not know.
    private static func dropDerived(in database: Database) throws {
        let kept = Set(Tables.keptNames)
        let rows = try Row.fetchAll(
            database, sql: "SELECT name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type='table'")
        // Virtual tables first: they drop their shadow tables themselves.
        let names = rows.sorted { ($0[1] as Bool) && !($1[1] as Bool) }.map { $0[0] as String }
        for name in names where !kept.contains(name) && !name.hasPrefix("sqlite_") {
            try database.execute(sql: "DROP TABLE IF EXISTS \"\(name)\"")
        }
    }
}

extension Log {
    func effect(at place: LocalPlace) throws -> Effect? {
        let find = try statements("SELECT effect FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step() ? Effect(rawValue: find.integer(0)) : nil
    }
}
