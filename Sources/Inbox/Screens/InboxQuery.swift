public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A conversation as a line of the inbox.
public struct Card: Hashable, Sendable {
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
    public let status: String
    /// The customer's lead, if there is one.
    public let lead: (id: RootID, status: String, score: Int64?)?
    /// Customer messages this person has not read.
    public let unread: Int
    /// Who works on it.
    public let assignee: Person?
    /// Sorted.
    public let labels: [String]

    /// Two cards of one conversation and one time are the same card.
    public static func == (left: Card, right: Card) -> Bool {
        left.id == right.id && left.lastMessageAt == right.lastMessageAt && left.preview == right.preview
    }

    /// By id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// Which cards to show, newest first, those without a time last.
public struct InboxQuery: Sendable {
    /// Whom a conversation may be assigned to.
    public enum Assignee: Hashable, Sendable {
        /// That person.
        case person(ChangeID)
        /// Nobody.
        case none
    }

    /// Only of this status.
    public var status: ConversationStatus?
    /// Only of this channel.
    public var channel: String?
    /// Only of leads of this status.
    public var leadStatus: String?
    /// Only of this assignee.
    public var assignee: Assignee?
    /// Only with a last message at or after, in milliseconds since 1970.
    public var since: Int64?
    /// Only with a last message before, in milliseconds since 1970.
    public var until: Int64?
    /// Only where the customer's name or e-mail contains this, or a message has these words.
    public var search: String?
    /// Only with messages this person has not read.
    public var unreadOnly = false
    /// At most so many; 0 is all.
    public var limit = 50

    /// All cards, fifty of them.
    public init() {}

    /// - Parameter person: whose unread messages are counted.
    public func cards(in database: Database, for person: ChangeID) throws -> [Card] {
        let people = try People(database)
        let leads = LeadReader(database)
        let unread = UnreadCount(database: database, person: person)
        var conditions = Conditions()
        try add(to: &conditions, person: person)
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT card.*, lead.id AS lead_row, lead.name, lead.avatar
                FROM card LEFT JOIN lead ON lead.key = card.lead
                \(conditions.sql) ORDER BY card.last_at DESC, card.key LIMIT ?
                """, arguments: conditions.arguments + [limit == 0 ? -1 : limit])
        return try rows.compactMap { row in
            guard let id = RootID(bytes: row["key"] as Data?) else { return nil }
            return Card(
                id: id, customer: (row["name"], row["avatar"]), channel: row["channel"], preview: row["preview"],
                lastMessageAt: row["last_at"], status: row["status"], lead: try lead(of: row, leads),
                unread: try unread.count(in: row["conversation"]), assignee: people.person(row["assignee"] as Data?),
                labels: try SetReader(InboxSchema.conversation, "labels", of: row["conversation"], in: database)
                    .members())
        }
    }

    private func lead(of row: Row, _ leads: LeadReader) throws -> (id: RootID, status: String, score: Int64?)? {
        guard let lead = row["lead_row"] as Int64?, let id = RootID(bytes: row["lead"] as Data?) else { return nil }
        return (id, try leads.status(of: lead), try leads.score(of: lead))
    }

    private struct Conditions {
        var terms: [String] = []
        var arguments = StatementArguments()

        var sql: String { terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ") }

        mutating func add(_ term: String, _ arguments: StatementArguments = []) {
            terms.append(term)
            self.arguments += arguments
        }
    }

    private func add(to conditions: inout Conditions, person: ChangeID) throws {
        if let status { conditions.add("card.status = ?", [status.rawValue]) }
        if let channel { conditions.add("card.channel = ?", [channel]) }
        if let since { conditions.add("card.last_at >= ?", [since]) }
        if let until { conditions.add("card.last_at < ?", [until]) }
        switch assignee {
        case .person(let id): conditions.add("card.assignee = ?", [Data(id.bytes)])
        case .some(.none): conditions.add("card.assignee IS NULL")
        case nil: break
        }
        if let leadStatus {
            conditions.add(
                """
                coalesce((SELECT value FROM lead_current w JOIN change ON change.place = w.by
                    WHERE w.root = lead.id AND w.field = \(InboxSchema.lead.number(of: "status"))
                    ORDER BY w.at DESC, change.id DESC LIMIT 1), 'new') = ?
                """, [leadStatus])
        }
        if unreadOnly {
            conditions.add(
                "EXISTS(SELECT 1 FROM conversation_message m WHERE m.root = card.conversation AND "
                    + UnreadCount.isUnread + ")", [Data(person.bytes)])
        }
        if let search {
            let pattern = "%" + SearchTerms.likeEscaped(search) + "%"
            conditions.add(
                """
                (lead.name LIKE ? ESCAPE '\\' OR lead.email LIKE ? ESCAPE '\\' OR card.conversation IN (
                    SELECT root FROM conversation_message WHERE id IN (SELECT rowid FROM words WHERE words MATCH ?)))
                """, [pattern, pattern, SearchTerms.match(search)])
        }
    }
}
