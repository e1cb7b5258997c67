import GRDB
import Storage

import struct Foundation.Data

/// The current writes of a conversation, read from the state tables and put through the rules.
struct ConversationState {
    let status: ConversationStatus
    let pause: AIControl?
    /// The person assigned, as the bytes of their id; nil for nobody.
    let assignee: Data?
    /// All current writes on the status: more than one after a conflict.
    let statusWrites: [StatusRule.Write]

    init(of row: Int64, in database: Database, past: CausalPast) throws {
        let root = InboxSchema.conversation
        let writes = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT w.field, w.value, w.basis FROM conversation_current w JOIN change ON change.place = w.by
                    WHERE w.root=? ORDER BY w.at, change.id
                    """), arguments: [row])
        let status = Int64(root.number(of: "status"))
        let ai = Int64(root.number(of: "ai"))
        let assignee = Int64(root.number(of: "assignee"))

        statusWrites = try writes.filter { $0["field"] == status }.compactMap { write in
            guard let status = (write["value"] as String?).flatMap(ConversationStatus.init) else { return nil }
            let hasSeenAll =
                try status != .closed
                || Self.hasSeenAllCustomers(of: row, heads: Array(write["basis"] as Data), in: database, past: past)
            return StatusRule.Write(status, hasSeenAll: hasSeenAll)
        }
        self.status = StatusRule.shown(statusWrites)
        pause = AIRule.pause(
            among: writes.filter { $0["field"] == ai }.compactMap { ($0["value"] as String?).flatMap(AIControl.init) })
        self.assignee = writes.last { $0["field"] == assignee }.flatMap { $0["value"] as Data? }
    }

    static func hasSeenAllCustomers(
        of row: Int64, heads: [UInt8], in database: Database, past: CausalPast
    ) throws -> Bool {
        // One branch's messages are seen in order, so the newest of each branch speaks for the rest.
        var below = Int64.max
        while let newest = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT by FROM conversation_message WHERE root=? AND by < ? AND sender = 0 AND historic IS NULL
                    ORDER BY by DESC LIMIT 1
                    """), arguments: [row, below])
        {
            guard try past.holds(newest, in: heads) else { return false }
            below = CausalPast.branchStart(of: newest)
        }
        return true
    }
}
