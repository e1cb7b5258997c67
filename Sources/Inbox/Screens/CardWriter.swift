import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Writes one conversation's card from its state.
struct CardWriter {
    private let database: Database
    private let past: CausalPast
    private let reader: Reader

    init(_ database: Database, past: CausalPast, reader: Reader) {
        (self.database, self.past, self.reader) = (database, past, reader)
    }

    func refresh(_ row: Int64) throws {
        let state = try ConversationState(of: row, in: database, past: past)
        let last = try LastMessage(of: row, in: database)
        let pause = state.replyPause
        let status = StatusRule.shown(state.statusWrites, isPausedByReply: pause != nil && pause?.until == nil)
        try write(
            row, last,
            [
                status.rawValue, state.assignee.value.bytes.map { Data($0) }, status == .active ? pause?.until : nil,
                state.snoozedUntil,
                try UnreadCount(database, person: reader.person).count(in: row),
                state.displaced.contains(reader.person),
            ])
    }

    /// Most changes to a conversation leave its card as it is; then nothing is written.
    private func write(_ row: Int64, _ last: LastMessage, _ state: [(any DatabaseValueConvertible)?]) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO card(conversation, key, last_at, preview, channel, lead, lead_status, status, assignee,
                    paused_until, snoozed_until, unread, displaced)
                SELECT id, key, ?2, ?3, channel, lead, \(Self.leadStatus), ?4, ?5, ?6, ?7, ?8, ?9
                FROM conversation WHERE id=?1
                ON CONFLICT(conversation) DO UPDATE SET last_at=excluded.last_at, preview=excluded.preview,
                    channel=excluded.channel, lead=excluded.lead, lead_status=excluded.lead_status,
                    status=excluded.status, assignee=excluded.assignee, paused_until=excluded.paused_until,
                    snoozed_until=excluded.snoozed_until, unread=excluded.unread, displaced=excluded.displaced
                WHERE (last_at, preview, channel, lead, lead_status, status, assignee, paused_until, snoozed_until,
                    unread, displaced) IS NOT (excluded.last_at, excluded.preview, excluded.channel, excluded.lead,
                    excluded.lead_status, excluded.status, excluded.assignee, excluded.paused_until,
                    excluded.snoozed_until, excluded.unread, excluded.displaced)
                """
        ).execute(arguments: [row, last.at, last.preview] + StatementArguments(state))
        // A rebuild may find that nothing made this conversation after all.
        try database.cachedStatement(
            sql: "DELETE FROM card WHERE conversation=?1 AND NOT EXISTS(SELECT 1 FROM conversation WHERE id=?1)"
        ).execute(arguments: [row])
    }

    /// What shows of the conversation's lead.
    private static let leadStatus = """
        (SELECT profile.status FROM lead l LEFT JOIN lead_profile x ON x.lead = l.id
            CROSS JOIN profile ON profile.id = coalesce(x.profile, l.id) WHERE l.key = conversation.lead)
        """
}

/// What a card says of a conversation's last message.
struct LastMessage {
    /// Milliseconds since 1970; nil where no message has a time.
    let at: Int64?
    /// One line of it.
    let preview: String

    /// The last one in the order of the thread, which shows a message where it was sent once it was.
    init(of row: Int64, in database: Database) throws {
        let last = try [Self.written(of: row, in: database), Self.sent(of: row, in: database)].compactMap(\.self).max {
            guard $0.position == $1.position else { return $0.position < $1.position }
            return $0.message.key.lexicographicallyPrecedes($1.message.key)
        }
        preview = try last.map { try Preview(of: $0.message, in: row, database).text } ?? ""
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

    private static let columns =
        "m.key, m.kind, substr(m.text, 1, \(4 * Preview.length)) AS body, m.timeless IS NOT NULL AS timeless"

    private static func message(_ row: Row) -> Message? {
        guard let key = row["key"] as Data? else { return nil }
        return Message(key: key, kind: row["kind"], text: row["body"], isTimeless: (row["timeless"] as Bool?) ?? false)
    }

    /// The last one that was not sent, or not by the team.
    private static func written(of row: Int64, in database: Database) throws -> (position: Int64, message: Message)? {
        let last = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT \(columns), m.position FROM conversation_message m
                    WHERE m.root=? AND m.kind NOT IN (1, \(MessageKind.unsaidCodes)) AND NOT EXISTS(
                        SELECT 1 FROM conversation_delivery d
                        WHERE d.root = m.root AND d.message = m.key AND d.event = 2)
                    ORDER BY m.position DESC, m.key DESC LIMIT 1
                    """), arguments: [row])
        guard let last, let position = last["position"] as Int64? else { return nil }
        return message(last).map { (position, $0) }
    }

    private static func sent(of row: Int64, in database: Database) throws -> (position: Int64, message: Message)? {
        let last = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT \(columns), d.position FROM conversation_delivery d
                    JOIN conversation_message m ON m.root = d.root AND m.key = d.message
                    WHERE d.root=? AND d.event = 2 AND m.kind NOT IN (1, \(MessageKind.unsaidCodes))
                    ORDER BY d.position DESC, d.key DESC LIMIT 1
                    """), arguments: [row])
        guard let last, let position = last["position"] as Int64? else { return nil }
        return message(last).map { (position, $0) }
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
