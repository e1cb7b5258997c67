import CSQLite
import ChangeLog
import GRDB

/// A prepared statement, bound through its pointer.
///
/// GRDB's own binding goes through existential values; on the merge path, where a statement runs for every operation,
/// that cost more than SQLite did. Everything outside the merge path uses GRDB.
final class SQLStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    /// Text and blobs are copied by SQLite, since ours may move.
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw StorageFailure.unexpected(code: SQLITE_MISUSE) }
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw StorageFailure(code: sqlite3_extended_errcode(connection))
        }
        (self.handle, self.connection) = (handle, connection)
    }

    deinit { sqlite3_finalize(handle) }

    /// Parameters count from 1.
    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: UInt64) { sqlite3_bind_int64(handle, index, Int64(clamping: value)) }

    func bind(_ index: Int32, _ value: [UInt8]) {
        // An empty array's pointer may be null, which SQLite would take for NULL.
        if value.isEmpty {
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob64(handle, index, value, UInt64(value.count), Self.transient)
        }
    }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                var empty: CChar = 0
                _ = sqlite3_bind_text64(
                    handle, index, text.baseAddress ?? withUnsafePointer(to: &empty) { $0 }, UInt64(text.count),
                    Self.transient, UInt8(SQLITE_UTF8))
            }
        }
    }

    func bind(_ index: Int32, _ value: Value) {
        switch value {
        case .null: bindNull(index)
        case .integer(let number): bind(index, number)
        case .text(let text): bind(index, text)
        case .bytes(let bytes): bind(index, bytes)
        }
    }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// Runs to the end and makes the statement ready for its next use.
    ///
    /// - Returns: how many rows were changed.
    @discardableResult
    func run() throws -> Int {
        defer { reset() }
        while try step() {}
        return Int(sqlite3_changes(connection))
    }

    /// - Returns: whether there is a row to read. Call ``reset()`` when done.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw StorageFailure(code: sqlite3_extended_errcode(connection))
        }
    }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    var columnCount: Int32 { sqlite3_column_count(handle) }

    /// Columns count from 0.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func unsigned(_ column: Int32) -> UInt64 { UInt64(clamping: integer(column)) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func bytes(_ column: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, column))
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func value(_ column: Int32) -> Value {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(integer(column))
        case SQLITE_TEXT: return .text(String(decoding: bytes(column), as: UTF8.self))
        case SQLITE_BLOB: return .bytes(bytes(column))
        default: return .null
        }
    }
}
