import CSQLite
import ChangeLog
import GRDB

extension Replica {
    /// BLAKE2b-256 over the merged shared state and the frontier: equal on any two replicas that hold the same changes
    /// and have none waiting.
    ///
    /// It is computed from the state tables, not from the log, so that a fault in merging shows. Local row numbers
    /// stand nowhere in it.
    public func digest() throws(StorageFailure) -> [UInt8] {
        try readLog { try Self.digest(of: $0, schema: self.configuration.schema) }
    }

    /// The digest of whatever state the log's connection sees.
    static func digest(of log: Log, schema: Schema) throws -> [UInt8] {
        var walk = StateWalk(log: log)
        for root in schema.roots { try walk.add(root) }
        try walk.addMembers()
        let tips = try log.branches.all().map { ($0.replica, $0.number, $0.hash) }
        for (replica, number, hash) in tips.sorted(by: { ($0.0, $0.1, $0.2) < ($1.0, $1.1, $1.2) }) {
            walk.add(replica.bytes)
            walk.add(number)
            walk.add(hash.bytes)
        }
        return walk.finish()
    }
}

/// Feeds the state to a hash, in an order that every replica shares: roots by id, fields as declared, values sorted.
///
/// The state is hashed block by block, and the blocks' hashes are hashed again, so memory stays flat however long the
/// history is.
private struct StateWalk {
    private static let blockByteCount = 1 << 16
    private let log: Log
    private var block = ByteWriter()
    private var sum = ByteWriter()

    init(log: Log) { self.log = log }

    mutating func add(_ bytes: [UInt8]) {
        block.sized(bytes)
        if block.bytes.count >= Self.blockByteCount { close() }
    }

    mutating func add(_ number: UInt64) { block.integer(number) }

    mutating func finish() -> [UInt8] {
        close()
        return Digest.of(sum.bytes, domain: "nexus state")
    }

    private mutating func close() {
        sum = {
            var next = ByteWriter()
            next.raw(Digest.of(sum.bytes + block.bytes, domain: "nexus state block"))
            return next
        }()
        block = ByteWriter()
    }

    mutating func add(_ root: Schema.Root) throws {
        add(Array(root.name.utf8))
        let registers = root.fields.filter { if case .register = $0.kind { true } else { false } }
        let columns = registers.map { ", \($0.name), \($0.name)_at" }.joined()
        let children = try children(of: root)
        let marks = try marks(of: root)
        let read = try SQLStatement(log.database, "SELECT id, key\(columns) FROM \(root.name) ORDER BY key")
        while try read.step() {
            add(read.bytes(1))
            for index in registers.indices {
                block.value(read.value(Int32(2 + 2 * index)))
                block.integer(read.unsigned(Int32(3 + 2 * index)))
            }
            for child in children { try addRows(child, read.integer(0)) }
            try addMarks(marks, of: read.integer(0))
        }
    }

    private func children(of root: Schema.Root) throws -> [SQLStatement] {
        let sequences = root.fields.compactMap { field -> String? in
            guard case .sequence(let columns, _) = field.kind else { return nil }
            let names = columns.map { ", \($0.name)" }.joined()
            return """
                SELECT key, position, at\(names) FROM \(root.sequenceTable(field.name)) WHERE root=?1
                ORDER BY position, key
                """
        }
        let current = """
            SELECT c.field, c.at, change.id, c.value, c.yields FROM \(root.currentTable) c JOIN change ON change.place = c.by
            WHERE c.root=?1 ORDER BY c.field, c.at, change.id
            """
        let set = "SELECT field, value, dot FROM \(root.setTable) WHERE root=?1 ORDER BY field, value, dot"
        return try ([current, set] + sequences).map { try SQLStatement(log.database, $0) }
    }

    private func marks(of root: Schema.Root) throws -> SQLStatement {
        try SQLStatement(
            log.database,
            """
            SELECT m.field, m.person, m.branch, m.number, change.hash FROM \(root.markTable) m
            JOIN change ON change.place = m.branch << 40 | m.number WHERE m.root=?1
            ORDER BY m.field, m.person, change.hash
            """)
    }

    /// Each mark by the change it stands at: branches have local numbers only. Which of a fork's branches is the other's
    /// parent hangs on which came first, so a mark that another one implies is left out.
    private mutating func addMarks(_ read: SQLStatement, of row: Int64) throws {
        defer { read.reset() }
        read.bind(1, row)
        var marks: [Mark] = []
        while try read.step() {
            marks.append(
                Mark(
                    owner: [read.value(0), read.value(1)],
                    place: LocalPlace(branch: read.integer(2), number: read.unsigned(3)), hash: read.bytes(4)))
        }
        for mark in marks where try !isImplied(mark, by: marks) {
            for value in mark.owner + [.bytes(mark.hash)] { block.value(value) }
        }
    }

    private struct Mark {
        let owner: [Value]
        let place: LocalPlace
        let hash: [UInt8]
    }

    private func isImplied(_ mark: Mark, by others: [Mark]) throws -> Bool {
        try others.contains { other in
            guard other.owner == mark.owner, other.place.branch != mark.place.branch else { return false }
            return try log.branches.branch(other.place.branch)?.descends(from: mark.place, in: log.branches) ?? false
        }
    }

    mutating func addMembers() throws {
        let members = try SQLStatement(
            log.database, "SELECT \(Member.columns) FROM member WHERE ?1 = 0 ORDER BY device")
        try addRows(members, 0)
    }

    private mutating func addRows(_ read: SQLStatement, _ parameter: Int64) throws {
        defer { read.reset() }
        read.bind(1, parameter)
        var rows: UInt64 = 0
        while try read.step() {
            for column in 0..<read.columnCount { block.value(read.value(column)) }
            rows += 1
            if block.bytes.count >= Self.blockByteCount { close() }
        }
        add(rows)
    }
}
