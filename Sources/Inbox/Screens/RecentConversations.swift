public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// Conversations in which a customer wrote a short while ago.
public enum RecentConversations {
    /// Those with a customer's message since then, the longest quiet first. Walks the newest cards only, and of each
    /// looks at the newest messages.
    ///
    /// - Parameter since: by the provider's time, in milliseconds since 1970.
    public static func since(_ since: Int64, in database: Database) throws -> [RootID] {
        try Data.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT key FROM card WHERE last_at >= ?1 AND EXISTS(
                        SELECT 1 FROM conversation_message m WHERE m.root = card.conversation AND m.position >= ?1 << 16
                        AND m.sender = 0)
                    ORDER BY last_at DESC, key
                    """), arguments: [max(0, min(since, Int64.max >> 16))]
        ).compactMap { RootID(bytes: $0) }.reversed()
    }

    /// Whether a message was imported: it takes no part in any rule.
    public static func isHistoric(_ message: ElementID, of conversation: RootID, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT m.historic IS NOT NULL FROM conversation_message m JOIN conversation c ON c.id = m.root
                    WHERE c.key=? AND m.key=?
                    """), arguments: [Data(conversation.bytes), Data(message.bytes)]) ?? false
    }
}
