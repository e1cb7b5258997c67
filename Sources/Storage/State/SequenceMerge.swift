import CRDT
import ChangeLog
import GRDB

extension StateMerge {
    /// Takes up an element; of two creations of one id the lower (stamp, change id) stays.
    func append(_ element: Element, columns: [Schema.Column], to target: Target, by author: Author) throws {
        let table = target.root.sequenceTable(target.field.name)
        let creation = Creation(
            id: element.id ?? ElementID(change: author.change, body: target.body, operation: target.operation),
            element: element, columns: columns, table: table)
        // Nearly every element is new: trying to insert it saves a look-up. Only a natural id may be taken.
        if let row = try insert(creation, to: target, by: author, as: nil) { return touched.element(row, of: table) }
        guard let held = try holder(of: creation.id, in: target, table),
            (author.stamp, author.change) < (held.stamp, held.change)
        else { return }
        try removeElement(held.row, from: table, of: target.root)
        _ = try insert(creation, to: target, by: author, as: held.row)
        touched.element(held.row, of: table)
    }

    private struct Creation {
        let id: ElementID
        let element: Element
        let columns: [Schema.Column]
        let table: String
    }

    /// Projections hear of it, unless this transaction has touched the row before: they have not read it yet, then.
    func removeElement(_ row: Int64, from table: String, of root: Schema.Root) throws {
        if touched.elements[table]?.contains(row) == true {
            touched.elements[table]?.remove(row)
        } else {
            for projection in projections { try projection.willReplace(row, of: table, in: log.database) }
        }
        try log.database.cachedStatement(sql: "DELETE FROM \(table) WHERE id=?").execute(arguments: [row])
    }

    private func holder(
        of id: ElementID, in target: Target, _ table: String
    ) throws -> (row: Int64, stamp: Stamp, change: ChangeID)? {
        let find = try log.statements(target.slot(.creation)) {
            "SELECT id, at, by FROM \(table) WHERE root=?1 AND key=?2"
        }
        defer { find.reset() }
        find.bind(1, target.row)
        find.bind(2, id.bytes)
        guard try find.step(), let stamp = Stamp(packed: find.unsigned(1)),
            let entry = try log.past.entry(at: LocalPlace(packed: find.unsigned(2)))
        else { return nil }
        return (find.integer(0), stamp, entry.id)
    }

    /// - Returns: its row; nil if there is an element of that id.
    private func insert(
        _ creation: Creation, to target: Target, by author: Author, as row: Int64?
    ) throws -> Int64? {
        let insert = try log.statements(target.slot(.insertElement)) {
            let names = creation.columns.map(\.name)
            let parameters = (0..<names.count).map { "?\($0 + 8)" }
            return """
                INSERT INTO \(creation.table)(id, root, key, position, at, by, basis, \(names.joined(separator: ", ")))
                VALUES(?1,?2,?3,?4,?5,?6,?7,\(parameters.joined(separator: ","))) ON CONFLICT DO NOTHING
                """
        }
        let element = creation.element
        if let row { insert.bind(1, row) } else { insert.bindNull(1) }
        insert.bind(2, target.row)
        insert.bind(3, creation.id.bytes)
        insert.bind(4, min(element.position ?? author.stamp, author.stamp).packed)
        insert.bind(5, author.stamp.packed)
        insert.bind(6, author.place.packed)
        insert.bind(7, CausalPast.packed(try log.heads(of: element.basis, in: author.place)))
        for (index, column) in creation.columns.enumerated() {
            let value = element.fields.first { $0.number == column.number }?.value ?? .null
            insert.bind(Int32(index + 8), column.type.stored(value))
        }
        return try insert.run() == 0 ? nil : log.database.lastInsertedRowID
    }
}
