import CRDT
public import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// A conversation as a line of the inbox.
public struct Card: Sendable {
    /// Names the conversation.
    public let id: RootID
    /// The customer's name and picture.
    public let customer: (name: String?, avatar: String?)
    /// Where it takes place.
    public let channel: String?
    /// One line of the last message.
    public let preview: String
    /// Milliseconds since 1970; nil when no message has a time.
    public let lastMessageAt: Int64?
    /// Who is to deal with it.
    public let status: ConversationStatus
    /// The customer's lead, if there is one: the one that all leads of the same person are shown as.
    public let lead: (id: RootID, status: String, score: Int64?)?
    /// Customer messages that the person of this replica has not read.
    public let unread: Int
    /// Who works on it.
    public let assignee: Person?
    /// Whether the person of this replica was assigned at the same time as somebody else, whose assignment shows.
    public let isDisplaced: Bool
    /// Out of sight until then, in milliseconds since 1970; nil when it is in sight.
    public let snoozedUntil: Int64?
    /// Sorted.
    public let labels: [String]
}

/// Reads cards from the rows of a query.
struct CardReader {
    private let database: Database
    private let people: People
    private let now: Int64

    init(_ database: Database, now: Int64) throws {
        (self.database, self.now) = (database, now)
        people = try People(database)
    }

    /// What a query selects for this.
    static let columns = """
        card.conversation, card.key, card.last_at, card.preview, card.channel, card.status, card.assignee, card.unread,
        card.displaced, card.paused_until, card.snoozed_until,
        profile.key AS profile_key, profile.name, profile.avatar, profile.status AS profile_status, profile.score
        """
    /// What a query joins to `card`. A lead alone is its own profile.
    static let joins = """
        LEFT JOIN lead ON lead.key = card.lead LEFT JOIN lead_profile ON lead_profile.lead = lead.id
        LEFT JOIN profile ON profile.id = coalesce(lead_profile.profile, lead.id)
        """

    func card(_ row: Row) throws -> Card? {
        guard let id = RootID(bytes: row["key"] as Data?), let conversation = row["conversation"] as Int64? else {
            return nil
        }
        return Card(
            id: id, customer: (row["name"], row["avatar"]), channel: row["channel"], preview: row["preview"] ?? "",
            lastMessageAt: row["last_at"], status: status(row), lead: lead(row), unread: row["unread"] ?? 0,
            assignee: people.person(row["assignee"] as Data?), isDisplaced: (row["displaced"] as Bool?) ?? false,
            snoozedUntil: (row["snoozed_until"] as Int64?).flatMap { $0 > now ? $0 : nil },
            labels: try SetReader(InboxSchema.conversation, "labels", of: conversation, in: database).members())
    }

    private func status(_ row: Row) -> ConversationStatus {
        let stored = (row["status"] as String?).flatMap(ConversationStatus.init) ?? .active
        let isPaused = (row["paused_until"] as Int64?).map { $0 > now } ?? false
        return stored == .active && isPaused ? .humanNeeded : stored
    }

    private func lead(_ row: Row) -> (id: RootID, status: String, score: Int64?)? {
        guard let id = RootID(bytes: row["profile_key"] as Data?) else { return nil }
        return (id, row["profile_status"] ?? LeadStatus.new.rawValue, row["score"])
    }
}
