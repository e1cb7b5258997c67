import ChangeLog
import GRDB

/// Derives membership, state and projections anew beside the stored ones, and compares: the digest, which all replicas
/// share, and every table, row by row but for local row numbers.
struct StateCheck {
    /// How many changes are applied before what was read on the way is let go.
    private static let sliceLength = 2_000

    private let replica: Replica
    private let shadow: Shadow
    private let database: Database

    init(_ replica: Replica, shadow: Shadow, database: Database) {
        (self.replica, self.shadow, self.database) = (replica, shadow, database)
    }

    func run(_ report: inout Verification) throws {
        guard try LocalValues.value(.schema, in: database).bytes == replica.configuration.schema.fingerprint else {
            return report.note(.otherSchema)
        }
        let digest = try Replica.digest(of: shadow.log(database), schema: replica.configuration.schema)
        report.digest = digest
        let stored = try tables(in: "main")
        try shadow.makeTables(in: database)
        try checkMembership(&report)
        try replay()
        let derived = try tables(in: "temp")
        for (stored, derived) in zip(stored, derived) where stored.sum != derived.sum {
            report.note(.table(stored.name))
        }
        if try Replica.digest(of: shadow.log(database), schema: replica.configuration.schema) != digest {
            report.note(.digest)
        }
    }

    /// What acts were noted as, which changes count by them, and the tables that say so.
    private func checkMembership(_ report: inout Verification) throws {
        let door = shadow.door(database)
        let (noted, derived) = (try door.members.roll.read(), try door.members.deedsAnew())
        if noted != derived { report.note(.act) }
        try door.members.deriveAll()
        for place in try Reconsideration(door, incoming: nil).disagreements() {
            report.note(.verdict, at: try BranchRows(door.log).spot(place))
        }
    }

    /// In slices, so that memory stays flat: a door remembers the roots it has met.
    private func replay() throws {
        let read = try SQLStatement(database, Rebuild.replayed.description)
        var door = shadow.door(database)
        var count = 0
        while try read.step() {
            try door.replay(LocalPlace(packed: read.unsigned(0)), counts: read.integer(1) == 1)
            count += 1
            guard count % Self.sliceLength == 0 else { continue }
            try door.finish()
            door = shadow.door(database)
        }
        try door.finish()
    }

    // MARK: Tables

    private struct Table {
        let name: String
        let sum: RowSum
    }

    private func tables(in name: String) throws -> [Table] {
        let schema = replica.configuration.schema
        var queries = Self.membershipQueries(in: name) + schema.roots.flatMap { $0.queries(in: name) }
        for projection in replica.configuration.projections {
            guard let comparison = projection.comparison(in: name) else { continue }
            try database.execute(sql: comparison.preparation)
            queries += comparison.queries
        }
        return try queries.map { Table(name: $0.table, sum: try RowSum(of: $0.sql, in: database)) }
    }

    private static func membershipQueries(in name: String) -> [(table: String, sql: String)] {
        [
            (
                "member",
                """
                SELECT device, person, role, name, named_at, admitted_at, grant_place, device_name, revoked
                FROM \(name).member
                """
            ),
            (
                "invitation",
                "SELECT place, key, role, expires, uses, person, counts, withdrawn FROM \(name).invitation"
            ),
            (
                "appointment",
                "SELECT device, start, grant_place, role, person, rank, counts FROM \(name).appointment"
            ),
            ("cut", "SELECT device, place, tips, role FROM \(name).cut"),
            ("adoption", "SELECT id, place FROM \(name).adoption"),
            ("bid", "SELECT place, subject, content, attempt, scope, incarnation, counter FROM \(name).bid"),
            ("ruling", "SELECT place, item, bid, refusal FROM \(name).ruling"),
        ]
    }
}

extension Schema.Root {
    /// Every row of every table of this kind of root, by the root's id in place of its row number.
    fileprivate func queries(in database: String) -> [(table: String, sql: String)] {
        var columns = ["key"]
        var sequences: [(String, String)] = []
        for field in fields {
            switch field.kind {
            case .register: columns += [field.name, "\(field.name)_at", "\(field.name)_by"]
            case .causalRegister, .set, .mark: break
            case .sequence(let elements, _):
                let names = ["key", "position", "at", "by", "basis"] + elements.map(\.name)
                sequences.append(child(sequenceTable(field.name), names, in: database))
            }
        }
        return [(name, "SELECT \(columns.joined(separator: ", ")) FROM \(database).\(name)")]
            + [
                child(currentTable, ["field", "by", "at", "value", "basis"], in: database),
                child(setTable, ["field", "value", "dot", "by"], in: database),
                child(markTable, ["field", "person", "branch", "number"], in: database),
            ] + sequences
    }

    private func child(_ table: String, _ columns: [String], in database: String) -> (table: String, sql: String) {
        let names = columns.map { ", c.\($0)" }.joined()
        return (
            table,
            "SELECT r.key\(names) FROM \(database).\(table) c LEFT JOIN \(database).\(name) r ON r.id = c.root"
        )
    }
}

/// What a query's rows add up to, in whatever order they come.
///
/// Two results with other rows have other sums, but for a chance of 2^-128 or so. That is against damage, not against
/// somebody who makes rows to fit: the log is signed, and what derives from it is compared with the log.
private struct RowSum: Hashable {
    private var rows: UInt64 = 0
    private var words: [UInt64] = [0, 0, 0, 0]

    init(of sql: String, in database: Database) throws {
        let read = try SQLStatement(database, sql)
        while try read.step() { add(read) }
    }

    private mutating func add(_ row: SQLStatement) {
        var bytes = ByteWriter()
        for column in 0..<row.columnCount {
            // Texts by their bytes: damaged ones may not be UTF-8, and mending them would hide it.
            if case .text = row.value(column) {
                bytes.byte(4)
                bytes.sized(row.bytes(column))
            } else {
                bytes.value(row.value(column))
            }
        }
        var reader = ByteReader(Digest.of(bytes.bytes, domain: "nexus row"))
        for index in words.indices { words[index] &+= (try? reader.word()) ?? 0 }
        rows += 1
    }
}
