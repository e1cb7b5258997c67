import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Writes one conversation's card from its state.
///
/// Merging does this for every conversation that a transaction touches, so what few conversations have is asked for only
/// where there is any of it.
struct CardWriter {
    private let database: Database
    private let past: CausalPast
    private let reader: Reader

    init(_ database: Database, past: CausalPast, reader: Reader) {
        (self.database, self.past, self.reader) = (database, past, reader)
    }

    func refresh(_ row: Int64) throws {
        let extent = try Extent(of: row, for: reader.person, in: database)
        let state = try ConversationState(of: row, in: database, past: past, hasRecords: extent.hasRecords)
        let last = try LastMessage(of: row, extent, in: database)
        let pause = state.replyPause
        let status = StatusRule.shown(state.statusWrites, isPausedByReply: pause != nil && pause?.until == nil)
        try write(
            row, last,
            [
                status.rawValue, state.assignee.value.bytes.map { Data($0) }, status == .active ? pause?.until : nil,
                state.snoozedUntil, extent.unread, state.displaced.contains(reader.person),
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
        guard database.changesCount == 0 else { return }
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

/// What there is of a conversation, besides its messages.
struct Extent {
    /// How many of the customer's messages a person has not read.
    let unread: Int
    /// Whether the gateway has noted what became of any message.
    let hasRecords: Bool
    /// Whether any message says something of an earlier one.
    let hasRemarks: Bool

    /// - Parameter person: the bytes of their id.
    init(of row: Int64, for person: Data, in database: Database) throws {
        let found = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT (\(UnreadCount.sql)), EXISTS(SELECT 1 FROM conversation_delivery WHERE root=?2),
                        EXISTS(SELECT 1 FROM conversation_message WHERE root=?2 AND about IS NOT NULL)
                    """), arguments: [person, row])
        (unread, hasRecords, hasRemarks) = (found?[0] ?? 0, found?[1] ?? false, found?[2] ?? false)
    }
}
