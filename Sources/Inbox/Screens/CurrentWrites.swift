import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// A current write of one of a root's causal registers.
struct CurrentWrite: Hashable {
    let write: SharedField.Write
    /// Its change's place here.
    let by: Int64
    /// What its author had seen, packed.
    let basis: [UInt8]

    var text: String? { if case .text(let text) = write.value { text } else { nil } }
    var integer: Int64? { if case .integer(let number) = write.value { number } else { nil } }
}

/// All current writes of one root's causal registers, each field's in the order of (stamp, change id).
struct CurrentWrites {
    private let kind: Schema.Root
    private var writesByField: [Int64: [CurrentWrite]] = [:]

    init(of row: Int64, kind: Schema.Root, in database: Database) throws {
        self.kind = kind
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT w.field, w.value, w.basis, w.at, w.by, w.yields, change.id
                    FROM \(kind.name)_current w JOIN change ON change.place = w.by
                    WHERE w.root=? ORDER BY w.at, change.id
                    """), arguments: [row])
        while let row = try rows.next() {
            guard let field = row[0] as Int64?, let at = row[3] as Int64?, let by = row[4] as Int64?,
                let stamp = Stamp(packed: UInt64(clamping: at)), let id = row[6] as Data?,
                let change = ChangeID(bytes: id)
            else { continue }
            let write = SharedField.Write(
                Value(row[1] as DatabaseValue), stamp: stamp, change: change, yields: (row[5] as Int64?) == 1)
            writesByField[field, default: []].append(
                CurrentWrite(write: write, by: by, basis: (row[2] as Data?).map(Array.init) ?? []))
        }
    }

    func on(_ field: String) -> [CurrentWrite] { writesByField[Int64(kind.number(of: field))] ?? [] }
}

extension Value {
    /// As SQLite hands it out.
    init(_ stored: DatabaseValue) {
        switch stored.storage {
        case .int64(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .bytes(Array(data))
        default: self = .null
        }
    }
}
