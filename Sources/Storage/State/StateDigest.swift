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
        try readLog { log in
            var walk = StateWalk(log: log)
            for root in self.configuration.schema.roots { try walk.add(root) }
            try walk.addMembers()
            for tip in try log.tips() {
                walk.add(tip.replica.bytes)
                walk.add(tip.number)
                walk.add(tip.hash.bytes)
            }
            return walk.finish()
        }
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
        let read = try log.statement("SELECT id, key\(columns) FROM \(root.name) ORDER BY key")
        defer { read.reset() }
        while try read.step() {
            add(read.bytes(1))
            for index in registers.indices {
                block.value(read.value(Int32(2 + 2 * index)))
                block.integer(read.unsigned(Int32(3 + 2 * index)))
            }
            try add(childrenOf: read.integer(0), root)
        }
    }

    private mutating func add(childrenOf row: Int64, _ root: Schema.Root) throws {
        try addRows(
            "SELECT c.field, c.at, change.id, c.value FROM \(root.currentTable) c JOIN change ON change.place = c.by "
                + "WHERE c.root=?1 ORDER BY c.field, c.at, change.id", row)
        try addRows("SELECT field, value, dot FROM \(root.setTable) WHERE root=?1 ORDER BY field, value, dot", row)
        try addRows(
            "SELECT m.field, m.person, chain.replica, m.number FROM \(root.markTable) m JOIN chain "
                + "ON chain.id = m.chain WHERE m.root=?1 ORDER BY m.field, m.person, chain.replica", row)
        for field in root.fields {
            guard case .sequence(let columns, _) = field.kind else { continue }
            let names = columns.map { ", \($0.name)" }.joined()
            try addRows(
                "SELECT key, position, at\(names) FROM \(root.sequenceTable(field.name)) WHERE root=?1 "
                    + "ORDER BY position, key", row)
        }
    }

    mutating func addMembers() throws {
        try addRows("SELECT device, person, role, name, admitted_at FROM member WHERE ?1 = 0 ORDER BY device", 0)
    }

    private mutating func addRows(_ sql: String, _ parameter: Int64) throws {
        let read = try log.statement(sql)
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
