import ChangeLog
import Foundation
import GRDB
import Simulation
import Storage

/// A schema with fields for different roles: one for everybody, and three that only some may write.
enum Ledger {
    static let schema = Schema(
        version: 1,
        roots: [
            .init(
                1, "thing",
                fields: [
                    .init(3, "tags", .set(.text), writers: .any(Set(Role.allCases))),
                    .init(4, "notes", .set(.text), writers: .any([.owner, .admin, .agent])),
                    .init(5, "orders", .set(.text), writers: .any([.owner, .admin])),
                    .init(6, "signals", .set(.text), writers: .any([.owner, .gateway])),
                ])
        ])
    static let configuration = Replica.Configuration(schema: schema, projections: [])

    static func segment(_ text: String, field: UInt64 = 3, on root: UInt64 = 1) -> Segment {
        Segment(kind: 1, root: Things.root(root), operations: [Operation(field: field, action: .add(.text(text)))])
    }
}

extension Replica {
    /// The verdict on each change, as it is stored.
    func verdicts() throws -> [ChangeHash: Reckoning.Verdict] {
        try read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT hash, effect FROM change")
            return Dictionary(
                uniqueKeysWithValues: rows.map { row in
                    (ChangeHash(unchecked: Array(row[0] as Data)), Reckoning.Verdict(rawValue: row[1]) ?? .void)
                })
        }
    }

    /// The texts that are shown of all sets.
    func texts() throws -> Set<String> {
        try read { Set(try String.fetchAll($0, sql: "SELECT value FROM thing_set")) }
    }

    /// Everything that is derived about who belongs, in the words of the tables.
    func membership() throws -> [String] {
        try read { database in
            try ["appointment", "cut", "adoption", "member", "invitation", "change", "act"].flatMap { table in
                let order = table == "act" ? "place, item" : table == "change" ? "place" : "1, 2"
                let columns = table == "change" ? "place, effect" : "*"
                return try Row.fetchAll(database, sql: "SELECT \(columns) FROM \(table) ORDER BY \(order)")
                    .map { "\(table) \($0)" }.sorted()
            }
        }
    }
}
