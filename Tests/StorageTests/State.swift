import CRDT
import ChangeLog
import Foundation
import GRDB
import Storage

/// What the state tables say, or ought to, line by line.
enum State {
    static func name(_ root: RootID, _ value: Value, _ stamp: Stamp) -> String {
        "\(root.text) name \(value) at \(stamp.packed)"
    }
    static func state(_ root: RootID, _ value: Value, _ stamp: Stamp, _ change: ChangeID) -> String {
        "\(root.text) state \(value) at \(stamp.packed) by \(change.text)"
    }
    static func tag(_ root: RootID, _ value: Value, _ dot: ChangeID) -> String {
        "\(root.text) tag \(value) dot \(dot.text)"
    }
    static func entry(_ root: RootID, _ place: Int, _ id: ElementID, _ fields: [Value]) -> String {
        "\(root.text) entry \(place) \(id.text) \(fields)"
    }
    static func mark(_ root: RootID, _ person: ChangeID, _ hash: ChangeHash) -> String {
        "\(root.text) read by \(person.text) to \(hash.text)"
    }

    /// As the tables have it, sorted.
    static func lines(of replica: Replica) throws -> [String] {
        try replica.read { database in
            try (names(database) + states(database) + tags(database) + entries(database) + marks(database)).sorted()
        }
    }

    /// The lines that the tables have beyond those expected, and those they lack.
    static func difference(of replica: Replica, from expected: [String]) throws -> [String] {
        let lines = try lines(of: replica)
        return lines.filter { !expected.contains($0) }.map { "+ " + $0 }
            + expected.filter { !lines.contains($0) }.map { "- " + $0 }
    }

    private static func names(_ database: Database) throws -> [String] {
        try Row.fetchAll(
            database, sql: "SELECT key, name, name_at FROM thing UNION ALL SELECT key, name, name_at FROM rule"
        )
        .map { name(id($0[0]), value($0[1]), stamp($0[2])) }
    }

    private static func states(_ database: Database) throws -> [String] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT thing.key, c.value, c.at, change.id FROM thing_current c JOIN thing ON thing.id = c.root
                JOIN change ON change.place = c.by
                """
        ).map { state(id($0[0]), value($0[1]), stamp($0[2]), id($0[3])) }
    }

    private static func tags(_ database: Database) throws -> [String] {
        try Row.fetchAll(
            database,
            sql: "SELECT thing.key, s.value, s.dot FROM thing_set s JOIN thing ON thing.id = s.root"
        ).map { tag(id($0[0]), value($0[1]), id($0[2])) }
    }

    private static func entries(_ database: Database) throws -> [String] {
        var placeByRoot: [RootID: Int] = [:]
        return try Row.fetchAll(
            database,
            sql: """
                SELECT thing.key, e.key, e.sender, e.text FROM thing_entry e JOIN thing ON thing.id = e.root
                ORDER BY thing.key, e.position, e.key
                """
        ).map { row in
            let root: RootID = id(row[0])
            defer { placeByRoot[root, default: 0] += 1 }
            return entry(root, placeByRoot[root, default: 0], id(row[1]), [value(row[2]), value(row[3])])
        }
    }

    /// Without those that another one implies, being before it in its chain: which they are hangs on the order in which
    /// a chain's branches came.
    private static func marks(_ database: Database) throws -> [String] {
        try Row.fetchAll(
            database,
            sql: """
                WITH RECURSIVE line(mark, root, person, branch, number) AS (
                    SELECT rowid, root, person, branch, number FROM mark
                    UNION ALL
                    SELECT line.mark, line.root, line.person, branch.parent >> 40, branch.parent & 1099511627775
                    FROM line JOIN branch ON branch.id = line.branch WHERE branch.parent IS NOT NULL),
                mark AS (SELECT row_number() OVER () AS rowid, * FROM thing_mark)
                SELECT thing.key, mark.person, change.hash FROM mark JOIN thing ON thing.id = mark.root
                JOIN change ON change.place = mark.branch << 40 | mark.number
                WHERE NOT EXISTS(
                    SELECT 1 FROM line WHERE line.root = mark.root AND line.person = mark.person
                    AND line.branch = mark.branch AND line.mark <> mark.rowid AND line.number >= mark.number)
                """
        ).compactMap { row in ChangeHash(row[2] as Data).map { mark(id(row[0]), id(row[1]), $0) } }
    }

    private static func id<ID: Identifier>(_ data: Data) -> ID { ID(bytes: data) ?? ID(high: 0, low: 0) }

    private static func stamp(_ packed: UInt64) -> Stamp { Stamp(packed: packed) ?? .zero }

    private static func value(_ stored: DatabaseValue) -> Value {
        switch stored.storage {
        case .int64(let number): .integer(number)
        case .string(let text): .text(text)
        case .blob(let data): .bytes(Array(data))
        default: .null
        }
    }
}
