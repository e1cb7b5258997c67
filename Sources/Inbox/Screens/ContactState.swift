import CRDT
import ChangeLog
import GRDB
import PhoneNumbers
import Storage

import struct Foundation.Data

/// Whether a person may write to a conversation's customer now, and what else there is.
struct ContactState {
    /// The channel account, if it is known.
    let account: (id: RootID, name: String?)?
    /// What its channel allows; nil where no account serves the conversation, as in an imported one.
    let policy: ChannelPolicy?
    /// Whether the channel account was taken away.
    let isRemoved: Bool
    let window: MessagingWindow
    let offers: [WindowOffer]

    init(of row: Int64, lead: Lead?, now: Int64, in database: Database) throws {
        let channel = try Row.fetchOne(
            database,
            sql: """
                SELECT channel.key, channel.kind, channel.name, channel.window, channel.timer, channel.media,
                    channel.patience, coalesce(channel.removed, 0) <> 0 AS is_removed
                FROM conversation JOIN channel ON channel.key = conversation.account WHERE conversation.id=?
                """, arguments: [row])
        account = RootID(bytes: channel?["key"]).map { ($0, channel?["name"]) }
        let kind = (channel?["kind"] as String?).flatMap(ChannelKind.init)
        policy = kind.map {
            ChannelPolicy(
                kind: $0, window: channel?["window"], timer: channel?["timer"], media: channel?["media"],
                patience: channel?["patience"])
        }
        isRemoved = channel?["is_removed"] ?? false
        window = MessagingWindow(
            length: policy?.windowMinutes, lastInbound: try Self.lastInbound(in: row, database),
            isForPeople: policy?.isForPeople ?? true, now: now)
        offers = WindowOffer.all(
            for: window, on: kind,
            canFollowUp: try lead?.phone.flatMap { PhoneNumber($0) } != nil && !FollowUp.accounts(in: database).isEmpty)
    }

    /// When the customer last wrote something that opens the window, by the provider's clock. What only says something
    /// of an earlier message does not.
    private static func lastInbound(in row: Int64, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT position >> 16 FROM conversation_message
                    WHERE root=? AND sender = 0 AND historic IS NULL AND kind NOT IN (\(MessageKind.unsaidCodes))
                    ORDER BY position DESC, key DESC LIMIT 1
                    """), arguments: [row])
    }
}

/// Going on with a customer in a WhatsApp conversation.
enum FollowUp {
    /// The workspace's WhatsApp accounts, those with an official window first, then by id.
    static func accounts(in database: Database) throws -> [(id: RootID, kind: ChannelKind, name: String?)] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT key, kind, name FROM channel WHERE kind IN ('whatsapp', 'whatsapp-direct') AND removed IS NULL
                ORDER BY kind, key
                """
        ).compactMap { row in
            guard let id = RootID(bytes: row["key"] as Data?),
                let kind = (row["kind"] as String?).flatMap(ChannelKind.init)
            else { return nil }
            return (id, kind, row["name"])
        }
    }
}
