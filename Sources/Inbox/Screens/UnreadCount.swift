public import CRDT
public import ChangeLog
public import GRDB

import struct Foundation.Data

/// Counts the customer's messages that none of a person's own reads has seen. A late arrival is unread.
public struct UnreadCount {
    private let database: Database
    private let person: Data

    /// Counts for anybody of the team; what the cards say is counted for the person of this replica.
    public init(_ database: Database, person: ChangeID) {
        self.init(database, person: Data(person.bytes))
    }

    /// - Parameter person: the bytes of an id; none counts every message.
    init(_ database: Database, person: Data) { (self.database, self.person) = (database, person) }

    /// In one conversation; 0 where there is none.
    public func count(in conversation: RootID) throws -> Int {
        let row = try Int64.fetchOne(
            database, sql: "SELECT id FROM conversation WHERE key=?", arguments: [Data(conversation.bytes)])
        return try row.map { try count(in: $0) } ?? 0
    }

    func count(in conversation: Int64) throws -> Int {
        try Int.fetchOne(
            database.cachedStatement(
                sql: Self.sql), arguments: [person, conversation]) ?? 0
    }

    /// For the person ?1, in the conversation ?2.
    static let sql = """
        SELECT count(*) FROM conversation_message m
        WHERE m.root = ?2 AND m.sender = 0 AND m.historic IS NULL AND NOT EXISTS(
            SELECT 1 FROM conversation_mark k WHERE k.root = m.root AND k.person = ?1
            AND k.field = \(InboxSchema.conversation.number(of: "reads"))
            AND k.branch = m.by >> 40 AND k.number >= (m.by & 1099511627775))
        """
}
