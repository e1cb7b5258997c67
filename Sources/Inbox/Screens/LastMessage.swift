import GRDB
import Storage

import struct Foundation.Data

/// What a card says of a conversation's last message.
struct LastMessage {
    /// Milliseconds since 1970; nil where no message has a time.
    let at: Int64?
    /// One line of it.
    let preview: String

    /// The last one in the order of the thread, which shows a message where it was sent once it was.
    init(of row: Int64, _ extent: Extent, in database: Database) throws {
        let sent = extent.hasRecords ? try Self.sent(of: row, in: database) : nil
        let last = try [Self.written(of: row, in: database), sent].compactMap(\.self).max {
            guard $0.position == $1.position else { return $0.position < $1.position }
            return $0.message.key.lexicographicallyPrecedes($1.message.key)
        }
        let amendments = extent.hasRemarks ? Amendments(of: row, in: database) : nil
        preview = try last.map { try Preview(of: $0.message, amendments).text } ?? ""
        let isTimeless = last?.message.isTimeless ?? true
        at = isTimeless ? try Self.newestTime(in: row, database) : last.map { $0.position >> 16 }
    }

    /// A message, as far as a preview needs it.
    struct Message {
        let key: Data
        let kind: Int64?
        let text: String?
        let isTimeless: Bool
    }

    private static let columns = "m.key, m.kind, substr(m.text, 1, \(4 * Preview.length)), m.timeless IS NOT NULL"

    /// - Parameter sql: selects the columns, and where the message stands.
    private static func last(
        _ sql: String, of row: Int64, in database: Database
    ) throws -> (position: Int64, message: Message)? {
        let found = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [row])
        guard let found, let key = found[0] as Data?, let position = found[4] as Int64? else { return nil }
        return (position, Message(key: key, kind: found[1], text: found[2], isTimeless: found[3] ?? false))
    }

    /// The last one that was not sent, or not by the team.
    private static func written(of row: Int64, in database: Database) throws -> (position: Int64, message: Message)? {
        try last(
            """
            SELECT \(columns), m.position FROM conversation_message m
            WHERE m.root=? AND m.kind NOT IN (1, \(MessageKind.unsaidCodes)) AND NOT EXISTS(
                SELECT 1 FROM conversation_delivery d
                WHERE d.root = m.root AND d.message = m.key AND d.event = 2)
            ORDER BY m.position DESC, m.key DESC LIMIT 1
            """, of: row, in: database)
    }

    private static func sent(of row: Int64, in database: Database) throws -> (position: Int64, message: Message)? {
        try last(
            """
            SELECT \(columns), d.position FROM conversation_delivery d
            JOIN conversation_message m ON m.root = d.root AND m.key = d.message
            WHERE d.root=? AND d.event = 2 AND m.kind NOT IN (1, \(MessageKind.unsaidCodes))
            ORDER BY d.position DESC, d.key DESC LIMIT 1
            """, of: row, in: database)
    }

    /// For a conversation whose last message has no time: that of the last one that has.
    private static func newestTime(in row: Int64, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT position >> 16 FROM conversation_message WHERE root=? AND kind<>1 AND timeless IS NULL
                    ORDER BY position DESC, key DESC LIMIT 1
                    """), arguments: [row])
    }
}
