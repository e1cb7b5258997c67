import CRDT
import ChangeLog
import GRDB

/// Merges operations into the state tables, as the schema says. The laws it follows are those of the plain values in
/// `CRDT`; a test runs both on the same operations.
///
/// An operation on an unknown root or field, of an unknown code, or of a code that is not its field's, is kept in the
/// log and has no effect here.
final class StateMerge {
    private let log: Log
    private let schema: Schema
    private let projections: [any Projection]
    private var rowsByRoot: [RootID: Int64] = [:]
    private(set) var touched = Touched()

    init(_ log: Log, schema: Schema, projections: [any Projection]) {
        (self.log, self.schema, self.projections) = (log, schema, projections)
    }

    /// One write's circumstances.
    struct Author {
        let place: LocalPlace
        let stamp: Stamp
        let change: ChangeID
        let role: Role
        let person: ChangeID
    }

    /// A segment has effect as a whole or, if its author may not write one of its fields, not at all.
    func apply(_ change: Change, by author: Author) throws {
        var operationsBefore = 0
        for segment in change.segments {
            defer { operationsBefore += segment.operations.count }
            guard let root = schema.roots.first(where: { $0.number == segment.kind }),
                mayWrite(segment, of: root, as: author.role)
            else { continue }
            let row = try row(of: segment.root, in: root)
            touched.root(row, of: root.name)
            for (index, operation) in segment.operations.enumerated() {
                guard let field = root.fields.first(where: { $0.number == operation.field }) else { continue }
                let target = Target(root: root, row: row, field: field)
                try apply(operation.action, to: target, by: author, place: operationsBefore + index)
            }
        }
    }

    private func mayWrite(_ segment: Segment, of root: Schema.Root, as role: Role) -> Bool {
        segment.operations.allSatisfy { operation in
            root.fields.first { $0.number == operation.field }?.writers.contains(role) ?? true
        }
    }

    private struct Target {
        let root: Schema.Root
        let row: Int64
        let field: Schema.Field
    }

    private func apply(
        _ action: Operation.Action, to target: Target, by author: Author, place: Int
    ) throws {
        switch (target.field.kind, action) {
        case (.register(let type), .write(let value)): try write(type.stored(value), to: target, by: author)
        case (.causalRegister(let type), .set(let value, let basis)):
            try set(type.stored(value), basis, to: target, by: author)
        case (.set(let type), .add(let value)) where type.accepts(value): try add(value, to: target, by: author)
        case (.set, .remove(let value, let dots)): try remove(value, dots, from: target, by: author)
        case (.sequence(let columns, _), .append(let element)):
            let id = element.id ?? ElementID(change: author.change, place: place)
            try append(element, id: id, columns: columns, to: target, by: author)
        case (.mark(let sequence), .raise(let basis)):
            try raise(basis, over: sequence, of: target, by: author)
        default: break
        }
    }

    /// The local row of a root, made on first mention.
    private func row(of id: RootID, in root: Schema.Root) throws -> Int64 {
        if let held = rowsByRoot[id] { return held }
        let row = try find(id, in: root) ?? insert(id, in: root)
        rowsByRoot[id] = row
        return row
    }

    private func find(_ id: RootID, in root: Schema.Root) throws -> Int64? {
        let find = try log.statement("SELECT id FROM \(root.name) WHERE key=?1")
        defer { find.reset() }
        find.bind(1, id.bytes)
        return try find.step() ? find.integer(0) : nil
    }

    private func insert(_ id: RootID, in root: Schema.Root) throws -> Int64 {
        let insert = try log.statement("INSERT INTO \(root.name)(key) VALUES(?1)")
        insert.bind(1, id.bytes)
        try insert.run()
        return log.database.lastInsertedRowID
    }

    // MARK: Register

    private func write(_ value: Value, to target: Target, by author: Author) throws {
        let name = target.field.name
        let update = try log.statement(
            """
            UPDATE \(target.root.name) SET \(name)=?1, \(name)_at=?2, \(name)_by=?3 WHERE id=?4 AND (\(name)_at < ?2
                OR (\(name)_at = ?2 AND (SELECT id FROM change WHERE place = \(name)_by) < ?5))
            """)
        update.bind(1, value)
        update.bind(2, author.stamp.packed)
        update.bind(3, author.place.packed)
        update.bind(4, target.row)
        update.bind(5, author.change.bytes)
        try update.run()
    }

    // MARK: Causal register

    private func set(_ value: Value, _ basis: Basis, to target: Target, by author: Author) throws {
        for held in try currentWrites(of: target) where try log.past.hasSeen(held, from: [author.place]) {
            let forget = try log.statement(
                "DELETE FROM \(target.root.currentTable) WHERE root=?1 AND field=?2 AND by=?3")
            forget.bind(1, target.row)
            forget.bind(2, target.field.number)
            forget.bind(3, held.packed)
            try forget.run()
        }
        let insert = try log.statement(
            "INSERT INTO \(target.root.currentTable)(root, field, by, at, value, basis) VALUES(?1,?2,?3,?4,?5,?6)")
        insert.bind(1, target.row)
        insert.bind(2, target.field.number)
        insert.bind(3, author.place.packed)
        insert.bind(4, author.stamp.packed)
        insert.bind(5, value)
        insert.bind(6, CausalPast.packed(try log.heads(of: basis, in: author.place)))
        try insert.run()
    }

    private func currentWrites(of target: Target) throws -> [LocalPlace] {
        let find = try log.statement("SELECT by FROM \(target.root.currentTable) WHERE root=?1 AND field=?2")
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, target.field.number)
        var places: [LocalPlace] = []
        while try find.step() { places.append(LocalPlace(packed: find.unsigned(0))) }
        return places
    }

    // MARK: Set

    private func add(_ value: Value, to target: Target, by author: Author) throws {
        let insert = try log.statement(
            "INSERT INTO \(target.root.setTable)(root, field, value, dot, by) VALUES(?1,?2,?3,?4,?5) "
                + "ON CONFLICT DO NOTHING")
        insert.bind(1, target.row)
        insert.bind(2, target.field.number)
        insert.bind(3, value)
        insert.bind(4, author.change.bytes)
        insert.bind(5, author.place.packed)
        try insert.run()
    }

    /// A dot outside the remover's causal past is passed over, whether its add is here already or comes later: else
    /// the outcome would hang on the order of arrival.
    private func remove(_ value: Value, _ dots: [ChangeID], from target: Target, by author: Author) throws {
        for dot in dots {
            guard let adder = try adder(of: dot, value, in: target), try log.past.hasSeen(adder, from: [author.place])
            else { continue }
            let delete = try log.statement(
                "DELETE FROM \(target.root.setTable) WHERE root=?1 AND field=?2 AND value=?3 AND dot=?4")
            delete.bind(1, target.row)
            delete.bind(2, target.field.number)
            delete.bind(3, value)
            delete.bind(4, dot.bytes)
            try delete.run()
        }
    }

    private func adder(of dot: ChangeID, _ value: Value, in target: Target) throws -> LocalPlace? {
        let find = try log.statement(
            "SELECT by FROM \(target.root.setTable) WHERE root=?1 AND field=?2 AND value=?3 AND dot=?4")
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, target.field.number)
        find.bind(3, value)
        find.bind(4, dot.bytes)
        return try find.step() ? LocalPlace(packed: find.unsigned(0)) : nil
    }

    // MARK: Sequence

    private func append(
        _ element: Element, id: ElementID, columns: [Schema.Column], to target: Target, by author: Author
    ) throws {
        let table = target.root.sequenceTable(target.field.name)
        // Nearly every element is new: trying to insert it saves a look-up. Also an id that derives from a change may
        // be taken, since anybody can name it as a natural one.
        if let row = try insert(element, id: id, columns: columns, in: table, of: target, by: author, as: nil) {
            return touched.element(row, of: table)
        }
        guard let held = try creation(of: id, in: table, root: target.row),
            (author.stamp, author.change) < (held.stamp, held.change)
        else { return }
        try remove(held.row, from: table)
        _ = try insert(element, id: id, columns: columns, in: table, of: target, by: author, as: held.row)
        touched.element(held.row, of: table)
    }

    /// Projections hear of it, unless this transaction has touched the row before: they have not read it yet, then.
    private func remove(_ row: Int64, from table: String) throws {
        if touched.elements[table]?.contains(row) != true {
            for projection in projections { try projection.willReplace(row, of: table, in: log.database) }
        }
        let delete = try log.statement("DELETE FROM \(table) WHERE id=?1")
        delete.bind(1, row)
        try delete.run()
    }

    private func creation(
        of id: ElementID, in table: String, root: Int64
    ) throws -> (row: Int64, stamp: Stamp, change: ChangeID)? {
        let find = try log.statement("SELECT id, at, by FROM \(table) WHERE root=?1 AND key=?2")
        defer { find.reset() }
        find.bind(1, root)
        find.bind(2, id.bytes)
        guard try find.step(), let stamp = Stamp(packed: find.unsigned(1)),
            let entry = try log.past.entry(at: LocalPlace(packed: find.unsigned(2)))
        else { return nil }
        return (find.integer(0), stamp, entry.id)
    }

    /// - Returns: its row; nil if there is an element of that id.
    private func insert(
        _ element: Element, id: ElementID, columns: [Schema.Column], in table: String, of target: Target,
        by author: Author, as row: Int64?
    ) throws -> Int64? {
        let names = columns.map(\.name)
        let parameters = (0..<names.count).map { "?\($0 + 8)" }
        let insert = try log.statement(
            """
            INSERT INTO \(table)(id, root, key, position, at, by, basis, \(names.joined(separator: ", ")))
            VALUES(?1,?2,?3,?4,?5,?6,?7,\(parameters.joined(separator: ","))) ON CONFLICT DO NOTHING
            """)
        if let row { insert.bind(1, row) } else { insert.bindNull(1) }
        insert.bind(2, target.row)
        insert.bind(3, id.bytes)
        insert.bind(4, min(element.position ?? author.stamp, author.stamp).packed)
        insert.bind(5, author.stamp.packed)
        insert.bind(6, author.place.packed)
        insert.bind(7, CausalPast.packed(try log.heads(of: element.basis, in: author.place)))
        for (index, column) in columns.enumerated() {
            let value = element.fields.first { $0.number == column.number }?.value ?? .null
            insert.bind(Int32(index + 8), column.type.stored(value))
        }
        return try insert.run() == 0 ? nil : log.database.lastInsertedRowID
    }

    // MARK: High-water mark

    /// For each chain with counted elements, raises the person's mark to the newest element that the basis holds.
    private func raise(_ basis: Basis, over sequence: String, of target: Target, by author: Author) throws {
        let heads = try log.heads(of: basis, in: author.place)
        guard !heads.isEmpty else { return }
        var below = LocalPlace(packed: UInt64(Int64.max))
        while let newest = try newestCounted(of: sequence, in: target, below: below) {
            guard try log.past.hasSeen(newest, from: heads) else {
                below = newest
                continue
            }
            try raise(to: newest, of: target, person: author.person)
            below = newest.chainStart
        }
    }

    private func newestCounted(
        of sequence: String, in target: Target, below: LocalPlace
    ) throws -> LocalPlace? {
        guard case .sequence(_, let marked) = target.root.field(named: sequence).kind else { return nil }
        let find = try log.statement(
            """
            SELECT by FROM \(target.root.sequenceTable(sequence))
            WHERE root=?1 AND by < ?2 AND \(marked) ORDER BY by DESC LIMIT 1
            """)
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, below.packed)
        return try find.step() ? LocalPlace(packed: find.unsigned(0)) : nil
    }

    private func raise(to place: LocalPlace, of target: Target, person: ChangeID) throws {
        let raise = try log.statement(
            """
            INSERT INTO \(target.root.markTable)(root, field, person, chain, number) VALUES(?1,?2,?3,?4,?5)
            ON CONFLICT DO UPDATE SET number=max(number, excluded.number)
            """)
        raise.bind(1, target.row)
        raise.bind(2, target.field.number)
        raise.bind(3, person.bytes)
        raise.bind(4, place.chain)
        raise.bind(5, place.number)
        try raise.run()
    }
}
