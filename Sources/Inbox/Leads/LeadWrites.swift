import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// All current writes of the fields that people and the assistant share, over all leads that are one person.
struct LeadWrites {
    private var writesByField: [Int64: [SharedField.Write]] = [:]

    init(of rows: RowList, in database: Database) throws {
        let found = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT w.field, w.value, w.at, w.yields, change.id FROM json_each(?) t
                    CROSS JOIN lead_current w ON w.root = t.value CROSS JOIN change ON change.place = w.by
                    """), arguments: [rows])
        while let row = try found.next() {
            guard let field = row[0] as Int64?, let at = row[2] as Int64?,
                let stamp = Stamp(packed: UInt64(clamping: at)),
                let change = (row[4] as Data?).flatMap({ ChangeID(bytes: $0) })
            else { continue }
            let write = SharedField.Write(
                Value(row[1] as DatabaseValue), stamp: stamp, change: change, yields: (row[3] as Int64?) == 1)
            writesByField[field, default: []].append(write)
        }
    }

    /// What shows of a field.
    func shown(_ field: Int64) -> SharedField {
        let writes = writesByField[field] ?? []
        return field == LeadField.status ? LeadStatusRule.shown(writes) : SharedField(writes)
    }

    /// What an author's own kind says of a field: where the role yields, what shows were there no person's word.
    func shown(_ field: Int64, amongYielding: Bool) -> SharedField {
        guard amongYielding else { return shown(field) }
        return SharedField((writesByField[field] ?? []).filter(\.yields))
    }

    var statusText: String { LeadStatusRule.status(shown(LeadField.status)) }

    /// The person who looks after them, by id. A person may have said that it is nobody: an id without bytes.
    var assignee: Data? {
        guard let id = shown(LeadField.assignee).value.bytes, !id.isEmpty else { return nil }
        return Data(id)
    }
}
