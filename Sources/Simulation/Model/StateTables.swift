package import CRDT
package import ChangeLog
import Foundation
package import GRDB
package import Storage

/// Reads the merged state out of a replica's tables, as they are named by the schema: the one place outside `Storage`
/// that knows those names.
package struct StateTables {
    private let schema: Schema

    /// The tables of a schema.
    package init(_ schema: Schema) { self.schema = schema }

    /// The kind of root with that number.
    func kind(_ number: UInt64) -> Schema.Root? { schema.roots.first { $0.number == number } }

    /// All that the tables say, or all that they say of one root.
    package func facts(in database: Database, of root: RootID? = nil) throws -> Set<Fact> {
        var facts: Set<Fact> = []
        for kind in schema.roots {
            let reader = Reader(database: database, kind: kind, root: root)
            facts.formUnion(try reader.roots())
            for field in kind.fields { facts.formUnion(try reader.facts(of: field)) }
        }
        return facts
    }

    /// The adds that hold `value` in a set: what an honest remove names.
    package func dots(of value: Value, in name: FieldName, _ database: Database) throws -> [ChangeID] {
        try facts(in: database, of: name.root).compactMap { fact in
            if case .member(name, value, let dot) = fact { dot } else { nil }
        }.sorted()
    }
}

extension Replica {
    /// All that the tables of this replica say.
    package func facts(_ schema: Schema) throws -> Set<Fact> { try read { try StateTables(schema).facts(in: $0) } }
}

/// Reads the tables of one kind of root.
private struct Reader {
    let database: Database
    let kind: Schema.Root
    let root: RootID?

    func roots() throws -> [Fact] {
        try rows("SELECT r.key FROM \(kind.name) r WHERE true").map { .root(kind: kind.name, id($0[0])) }
    }

    func facts(of field: Schema.Field) throws -> [Fact] {
        switch field.kind {
        case .register: try registers(field)
        case .causalRegister: try currents(field)
        case .set: try members(field)
        case .sequence(let columns, _): try elements(field, columns)
        case .mark: try marks(field)
        }
    }

    private func registers(_ field: Schema.Field) throws -> [Fact] {
        let column = "r.\(field.name)"
        return try rows("SELECT r.key, \(column), \(column)_at FROM \(kind.name) r WHERE \(column)_at > 0").map {
            .register(name($0, field), value($0[1]), stamp($0[2]))
        }
    }

    private func currents(_ field: Schema.Field) throws -> [Fact] {
        try rows(
            """
            SELECT r.key, c.value, c.at, change.id FROM \(kind.name)_current c
            JOIN \(kind.name) r ON r.id = c.root JOIN change ON change.place = c.by WHERE c.field = \(field.number)
            """
        ).map { .current(name($0, field), value($0[1]), stamp($0[2]), id($0[3])) }
    }

    private func members(_ field: Schema.Field) throws -> [Fact] {
        try rows(
            """
            SELECT r.key, s.value, s.dot FROM \(kind.name)_set s JOIN \(kind.name) r ON r.id = s.root
            WHERE s.field = \(field.number)
            """
        ).map { .member(name($0, field), value($0[1]), dot: id($0[2])) }
    }

    private func elements(_ field: Schema.Field, _ columns: [Schema.Column]) throws -> [Fact] {
        let names = columns.map { ", e.\($0.name)" }.joined()
        var countByRoot: [FieldName: Int] = [:]
        return try rows(
            """
            SELECT r.key, e.key, e.position\(names) FROM \(kind.name)_\(field.name) e
            JOIN \(kind.name) r ON r.id = e.root WHERE true
            """, order: "ORDER BY r.key, e.position, e.key"
        ).map { row in
            let name = name(row, field)
            defer { countByRoot[name, default: 0] += 1 }
            return .element(
                name, index: countByRoot[name, default: 0], id(row[1]), position: stamp(row[2]),
                columns.indices.map { value(row[3 + $0]) })
        }
    }

    /// Without those that another one implies, being before it in its chain: which they are hangs on the order in which
    /// a chain's branches came.
    private func marks(_ field: Schema.Field) throws -> [Fact] {
        try rows(
            """
            WITH RECURSIVE mark AS (
                SELECT row_number() OVER () AS id, root, person, branch, number FROM \(kind.name)_mark
                WHERE field = \(field.number)),
            line(mark, root, person, branch, number) AS (
                SELECT id, root, person, branch, number FROM mark
                UNION ALL
                SELECT line.mark, line.root, line.person, branch.parent >> 40, branch.parent & 1099511627775
                FROM line JOIN branch ON branch.id = line.branch WHERE branch.parent IS NOT NULL)
            SELECT r.key, mark.person, change.hash FROM mark JOIN \(kind.name) r ON r.id = mark.root
            JOIN change ON change.place = mark.branch << 40 | mark.number
            WHERE NOT EXISTS(
                SELECT 1 FROM line WHERE line.root = mark.root AND line.person = mark.person
                AND line.branch = mark.branch AND line.mark <> mark.id AND line.number >= mark.number)
            """
        ).compactMap { row in
            ChangeHash(row[2] as Data).map { .mark(name(row, field), person: id(row[1]), $0) }
        }
    }

    /// - Parameter sql: ends in a condition.
    private func rows(_ sql: String, order: String = "") throws -> [Row] {
        try Row.fetchAll(
            database.cachedStatement(sql: "\(sql) AND (?1 IS NULL OR r.key = ?1) \(order)"),
            arguments: [root.map { Data($0.bytes) }])
    }

    private func name(_ row: Row, _ field: Schema.Field) -> FieldName { FieldName(kind.name, id(row[0]), field.name) }

    private func id<ID: Identifier>(_ data: Data) -> ID { ID(bytes: data) ?? ID(high: 0, low: 0) }

    private func stamp(_ packed: UInt64) -> Stamp { Stamp(packed: packed) ?? .zero }

    private func value(_ stored: DatabaseValue) -> Value {
        switch stored.storage {
        case .int64(let number): .integer(number)
        case .string(let text): .text(text)
        case .blob(let data): .bytes(Array(data))
        default: .null
        }
    }
}
