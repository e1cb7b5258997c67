import CRDT
import GRDB

import struct Foundation.Data

/// Counts the customer's messages that none of a person's own reads has seen. A late arrival is unread.
struct UnreadCount {
    let database: Database
    let person: ChangeID

    /// The condition under which a message `m` is unread, with the person's id as its one parameter.
    static let isUnread = """
        m.sender = 0 AND m.historic IS NULL AND NOT EXISTS(
            SELECT 1 FROM conversation_mark k WHERE k.root = m.root AND k.field = 13 AND k.person = ?
            AND k.branch = m.by >> 40 AND k.number >= (m.by & 1099511627775))
        """

    func count(in conversation: Int64) throws -> Int {
        try Int.fetchOne(
            database.cachedStatement(
                sql: "SELECT count(*) FROM conversation_message m WHERE \(Self.isUnread) AND m.root = ?"),
            arguments: [Data(person.bytes), conversation]) ?? 0
    }
}
