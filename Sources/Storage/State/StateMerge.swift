import CRDT
import ChangeLog
import GRDB

/// Merges operations into the state tables, as the schema says. The laws it follows are those of the plain values in
/// `CRDT`; a test runs both on the same operations.
///
/// An operation on an unknown root or field, of an unknown code, or of a code that is not its field's, is kept in the
/// log and has no effect here.
final class StateMerge {
    let log: Log
    let schema: Schema
    let projections: [any Projection]
    private var rowsByRoot: [Key: Int64] = [:]
    private var reservedRows: [Key: Int64] = [:]
    var touched = Touched()

    init(_ log: Log, schema: Schema, projections: [any Projection]) {
        (self.log, self.schema, self.projections) = (log, schema, projections)
    }

    private struct Key: Hashable {
        let kind: UInt64
        let root: RootID
    }

    /// One write's circumstances.
    struct Author {
        let place: LocalPlace
        let stamp: Stamp
        let change: ChangeID
        let standing: Standing
        let person: ChangeID
    }

    /// Where an operation acts, and which of its change's it is.
    struct Target {
        let root: Schema.Root
        let row: Int64
        let field: Schema.Field
        let body: Int
        let operation: Int

        func slot(_ use: StatementSlot.Use) -> StatementSlot {
            StatementSlot(use, root: root.number, field: field.number)
        }
    }

    /// A segment has effect as a whole or, if its author may not do what one of its operations says, not at all.
    ///
    /// - Parameter isWanted: which roots to leave as they are, in a rebuild of some.
    func apply(_ change: Change, by author: Author, to isWanted: (Segment) -> Bool = { _ in true }) throws {
        for (body, part) in change.bodies.enumerated() {
            guard case .here(let segment) = part, isWanted(segment), let root = schema.root(segment.kind),
                Verdicts.mayWrite(segment, author.standing, by: { mayWrite(segment, of: root, as: $0) })
            else { continue }
            let row = try row(of: segment.root, in: root)
            touched.root(row, of: root.name)
            for (operation, action) in segment.operations.enumerated() {
                guard let field = root.field(action.field) else { continue }
                let target = Target(root: root, row: row, field: field, body: body, operation: operation)
                try apply(action.action, to: target, by: author)
            }
        }
    }

    /// Has the projections look again at what a bid was for, and at the roots that it is about, as far as they are here.
    func noteRuling(on subject: ElementID?, in change: Change) throws {
        if let subject { touched.ruled.insert(subject) }
        for segment in change.segments {
            guard let root = schema.root(segment.kind), let row = try find(segment.root, in: root) else { continue }
            touched.root(row, of: root.name)
        }
    }

    func mayWrite(_ segment: Segment, of root: Schema.Root, as role: Role) -> Bool {
        root.permits(segment, as: role)
    }

    private func apply(_ action: Operation.Action, to target: Target, by author: Author) throws {
        switch (target.field.kind, action) {
        case (.register(let type), .write(let value)): try write(type.stored(value), to: target, by: author)
        case (.causalRegister(let type), .set(let value, let basis)):
            try set(type.stored(value), basis, to: target, by: author)
        case (.set(let type), .add(let value)) where type.accepts(value): try add(value, to: target, by: author)
        case (.set, .remove(let value, let dots)): try remove(value, dots, from: target, by: author)
        case (.sequence(let columns, _), .append(let element)):
            try append(element, columns: columns, to: target, by: author)
        case (.mark(let sequence), .raise(let basis)):
            try raise(basis, over: sequence, of: target, by: author)
        default: break
        }
    }

    // MARK: Roots

    /// The local row of a root, made on first mention.
    private func row(of id: RootID, in root: Schema.Root) throws -> Int64 {
        let key = Key(kind: root.number, root: id)
        if let held = rowsByRoot[key] { return held }
        let row = try find(id, in: root) ?? insert(id, in: root)
        rowsByRoot[key] = row
        return row
    }

    func find(_ id: RootID, in root: Schema.Root) throws -> Int64? {
        let find = try log.statements(StatementSlot(.findRoot, root: root.number)) {
            "SELECT id FROM \(root.name) WHERE key=?1"
        }
        defer { find.reset() }
        find.bind(1, id.bytes)
        return try find.step() ? find.integer(0) : nil
    }

    private func insert(_ id: RootID, in root: Schema.Root) throws -> Int64 {
        let insert = try log.statements(StatementSlot(.insertRoot, root: root.number)) {
            "INSERT INTO \(root.name)(id, key) VALUES(?1,?2)"
        }
        if let row = reservedRows.removeValue(forKey: Key(kind: root.number, root: id)) { insert.bind(1, row) }
        insert.bind(2, id.bytes)
        try insert.run()
        return log.database.lastInsertedRowID
    }

    /// For whoever takes a root's row away: should the root come again, it gets the same row.
    func reserve(_ row: Int64, for id: RootID, in root: Schema.Root) {
        let key = Key(kind: root.number, root: id)
        rowsByRoot[key] = nil
        reservedRows[key] = row
    }

    /// For whoever takes all tables away.
    func startOver() {
        (rowsByRoot, reservedRows) = ([:], [:])
        touched = Touched()
    }

    // MARK: Register

    /// Of two writes by one change the first stands: both have one stamp and one id.
    private func write(_ value: Value, to target: Target, by author: Author) throws {
        let update = try log.statements(target.slot(.write)) {
            let name = target.field.name
            return """
                UPDATE \(target.root.name) SET \(name)=?1, \(name)_at=?2, \(name)_by=?3 WHERE id=?4 AND (\(name)_at < ?2
                    OR (\(name)_at = ?2 AND (SELECT id FROM change WHERE place = \(name)_by) < ?5))
                """
        }
        update.bind(1, value)
        update.bind(2, author.stamp.packed)
        update.bind(3, author.place.packed)
        update.bind(4, target.row)
        update.bind(5, author.change.bytes)
        try update.run()
    }

    // MARK: Causal register

    private func set(_ value: Value, _ basis: Basis, to target: Target, by author: Author) throws {
        let current = try currentWrites(of: target)
        if current.contains(where: { $0.place == author.place }) { return }
        // By the role that holds for ever: whether a write yields must not change when acts come later.
        let yields = author.standing.right.map(target.field.yielding.contains) ?? false
        for (held, gives) in current where try (gives || !yields) && log.past.hasSeen(held, from: [author.place]) {
            let forget = try log.statements(target.slot(.forget)) {
                "DELETE FROM \(target.root.currentTable) WHERE root=?1 AND field=?2 AND by=?3"
            }
            forget.bind(1, target.row)
            forget.bind(2, target.field.number)
            forget.bind(3, held.packed)
            try forget.run()
        }
        let insert = try log.statements(target.slot(.set)) {
            "INSERT INTO \(target.root.currentTable)(root, field, by, at, value, basis, yields) VALUES(?1,?2,?3,?4,?5,?6,?7)"
        }
        insert.bind(1, target.row)
        insert.bind(2, target.field.number)
        insert.bind(3, author.place.packed)
        insert.bind(4, author.stamp.packed)
        insert.bind(5, value)
        insert.bind(6, CausalPast.packed(try log.heads(of: basis, in: author.place)))
        insert.bind(7, Int64(yields ? 1 : 0))
        try insert.run()
    }

    private func currentWrites(of target: Target) throws -> [(place: LocalPlace, yields: Bool)] {
        let find = try log.statements(target.slot(.currentWrites)) {
            "SELECT by, yields FROM \(target.root.currentTable) WHERE root=?1 AND field=?2"
        }
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, target.field.number)
        var writes: [(place: LocalPlace, yields: Bool)] = []
        while try find.step() { writes.append((LocalPlace(packed: find.unsigned(0)), find.integer(1) != 0)) }
        return writes
    }

    // MARK: Set

    private func add(_ value: Value, to target: Target, by author: Author) throws {
        let insert = try log.statements(target.slot(.add)) {
            """
            INSERT INTO \(target.root.setTable)(root, field, value, dot, by) VALUES(?1,?2,?3,?4,?5)
            ON CONFLICT DO NOTHING
            """
        }
        insert.bind(1, target.row)
        insert.bind(2, target.field.number)
        insert.bind(3, value)
        insert.bind(4, author.change.bytes)
        insert.bind(5, author.place.packed)
        try insert.run()
    }

    /// A dot outside the remover's causal past is passed over, whether its add is here already or comes later: else
    /// the outcome would hang on the order of arrival. The remover's own change is not in its past.
    private func remove(_ value: Value, _ dots: [ChangeID], from target: Target, by author: Author) throws {
        for dot in dots where dot != author.change {
            guard let adder = try adder(of: dot, value, in: target), try log.past.hasSeen(adder, from: [author.place])
            else { continue }
            let delete = try log.statements(target.slot(.remove)) {
                "DELETE FROM \(target.root.setTable) WHERE root=?1 AND field=?2 AND value=?3 AND dot=?4"
            }
            delete.bind(1, target.row)
            delete.bind(2, target.field.number)
            delete.bind(3, value)
            delete.bind(4, dot.bytes)
            try delete.run()
        }
    }

    private func adder(of dot: ChangeID, _ value: Value, in target: Target) throws -> LocalPlace? {
        let find = try log.statements(target.slot(.adder)) {
            "SELECT by FROM \(target.root.setTable) WHERE root=?1 AND field=?2 AND value=?3 AND dot=?4"
        }
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, target.field.number)
        find.bind(3, value)
        find.bind(4, dot.bytes)
        return try find.step() ? LocalPlace(packed: find.unsigned(0)) : nil
    }

    // MARK: High-water mark

    /// For each branch with counted elements, raises the person's mark to the newest element that the basis holds.
    private func raise(_ basis: Basis, over sequence: String, of target: Target, by author: Author) throws {
        let heads = try log.heads(of: basis, in: author.place)
        guard !heads.isEmpty else { return }
        var below = LocalPlace(packed: UInt64(Int64.max))
        while let newest = try newestCounted(of: sequence, in: target, below: below) {
            guard try log.past.holds(newest, from: heads) else {
                below = newest
                continue
            }
            try raise(to: newest, of: target, person: author.person)
            below = newest.branchStart
        }
    }

    private func newestCounted(
        of sequence: String, in target: Target, below: LocalPlace
    ) throws -> LocalPlace? {
        guard case .sequence(_, let marked?) = target.root.field(named: sequence).kind else { return nil }
        let find = try log.statements(target.slot(.newestCounted)) {
            """
            SELECT by FROM \(target.root.sequenceTable(sequence))
            WHERE root=?1 AND by < ?2 AND \(marked) ORDER BY by DESC LIMIT 1
            """
        }
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, below.packed)
        return try find.step() ? LocalPlace(packed: find.unsigned(0)) : nil
    }

    private func raise(to place: LocalPlace, of target: Target, person: ChangeID) throws {
        let raise = try log.statements(target.slot(.raise)) {
            """
            INSERT INTO \(target.root.markTable)(root, field, person, branch, number) VALUES(?1,?2,?3,?4,?5)
            ON CONFLICT DO UPDATE SET number=max(number, excluded.number)
            """
        }
        raise.bind(1, target.row)
        raise.bind(2, target.field.number)
        raise.bind(3, person.bytes)
        raise.bind(4, place.branch)
        raise.bind(5, place.number)
        try raise.run()
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
                guard let place = try place(of: cause), place != change, try past.holds(place, from: [change]) else {
                    return nil
                }
                return place
            }
        }
    }
}
