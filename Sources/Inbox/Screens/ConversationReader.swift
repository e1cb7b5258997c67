public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A conversation as its screen shows it.
public struct ConversationDetail: Sendable {
    /// Names the conversation.
    public let id: RootID
    /// What it is about.
    public let subject: String?
    /// Where it takes place.
    public let channel: String?
    /// Who is to deal with it.
    public let status: ConversationStatus
    /// Why the assistant is paused; nil if it may answer.
    public let pause: AIControl?
    /// The customer.
    public let lead: Lead?
    /// Sorted.
    public let labels: [String]
    /// Who works on it.
    public let assignee: Person?
    /// In the order of the thread.
    public let messages: [MessageDetail]
}

/// A message as its conversation's screen shows it.
public struct MessageDetail: Sendable {
    /// Names the message.
    public let id: ElementID
    /// Who it is from.
    public let sender: Sender
    /// The name of who wrote it, if known.
    public let author: String?
    /// What it is.
    public let kind: MessageKind
    /// Its text.
    public let text: String
    /// Milliseconds since 1970; nil when the source knew none.
    public let at: Int64?
    /// For a message of the team: how far it has come.
    public let state: String?
    /// For a message of the team: those above it that its author had not been shown. For a customer's: those of the
    /// team above it that had not left when it was written.
    public let unseen: [ElementID]
}

/// Reads conversations from the state tables.
public struct ConversationReader {
    private let database: Database

    /// Conversations as of this view.
    public init(_ database: Database) { self.database = database }

    /// The conversation whose id begins so, with its last `limit` messages (0: all), before the message named.
    public func conversation(_ text: String, limit: Int = 0, before: String? = nil) throws -> ConversationDetail {
        let (row, id) = try IDLookup(database: database).root(text, in: "conversation", as: .conversation)
        let past = CausalPast(database)
        let state = try ConversationState(of: row, in: database, past: past)
        let people = try People(database)
        let fields = try Row.fetchOne(
            database, sql: "SELECT subject, channel, lead FROM conversation WHERE id=?", arguments: [row])
        let lead = try leadRow(fields?["lead"]).map { try LeadReader(database).lead(at: $0) }
        return ConversationDetail(
            id: id, subject: fields?["subject"], channel: fields?["channel"], status: state.status,
            pause: state.pause, lead: lead,
            labels: try SetReader(InboxSchema.conversation, "labels", of: row, in: database).members(),
            assignee: people.person(state.assignee),
            messages: try messages(of: row, limit: limit, before: before, people: people, customer: lead?.name))
    }

    private func leadRow(_ key: Data?) throws -> Int64? {
        guard let key else { return nil }
        return try Int64.fetchOne(database, sql: "SELECT id FROM lead WHERE key=?", arguments: [key])
    }

    private func messages(
        of row: Int64, limit: Int, before: String?, people: People, customer: String?
    ) throws -> [MessageDetail] {
        let end = try before.map { try IDLookup(database: database).message($0, in: row) }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT m.*, CAST(m.text AS BLOB) AS body, branch.replica
                FROM conversation_message m JOIN branch ON branch.id = m.by >> 40
                WHERE m.root = ? AND (m.position, m.key) < (?, ?) ORDER BY m.position DESC, m.key DESC LIMIT ?
                """,
            arguments: [row, end?.position ?? Int64.max, end?.key ?? Data(), limit == 0 ? -1 : limit])
        let live = try LiveMessages(of: row, in: database)
        return try rows.reversed().compactMap { try message($0, live: live, people: people, customer: customer) }
    }

    private func message(
        _ row: Row, live: LiveMessages, people: People, customer: String?
    ) throws -> MessageDetail? {
        guard let id = ElementID(bytes: row["key"] as Data) else { return nil }
        let sender = Sender(rawValue: row["sender"] ?? 0) ?? .system
        let kind = MessageKind(rawValue: row["kind"] ?? 0) ?? .unsupported
        let isHistoric = (row["historic"] as Int64?) != nil
        let device = (row["replica"] as Data).prefix(DeviceID.byteCount)
        let writer = sender == .customer ? customer : people.person(ofDevice: device)?.name
        let position: Int64 = row["position"]
        return MessageDetail(
            id: id, sender: sender, author: isHistoric ? row["author"] : writer, kind: kind, text: text(of: row),
            at: (row["timeless"] as Int64?) == nil ? position >> 16 : nil,
            state: state(sender: sender, kind: kind, isHistoric: isHistoric),
            unseen: isHistoric || kind == .note
                ? [] : try live.unseen(by: sender, at: position, basis: Array(row["basis"] as Data)))
    }

    /// Read as bytes: as text, GRDB would end it at the first NUL.
    private func text(of row: Row) -> String {
        (row["body"] as Data?).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func state(sender: Sender, kind: MessageKind, isHistoric: Bool) -> String? {
        guard sender == .agent || sender == .assistant, kind != .note else { return nil }
        return isHistoric ? "sent" : "queued"
    }
}

/// The messages of a conversation that are not imported: the only ones that take part in the rules.
private struct LiveMessages {
    private struct Entry {
        let id: ElementID
        let position: Int64
        let by: Int64
        let sender: Sender
    }

    private let entries: [Entry]
    private let past: CausalPast

    init(of row: Int64, in database: Database) throws {
        past = CausalPast(database)
        entries = try Row.fetchAll(
            database,
            sql: """
                SELECT key, position, by, sender FROM conversation_message
                WHERE root=? AND historic IS NULL AND kind<>1 ORDER BY position, key
                """, arguments: [row]
        ).compactMap { row in
            guard let id = ElementID(bytes: row["key"] as Data) else { return nil }
            return Entry(
                id: id, position: row["position"], by: row["by"],
                sender: Sender(rawValue: row["sender"] ?? -1) ?? .system)
        }
    }

    func unseen(by sender: Sender, at position: Int64, basis: [UInt8]) throws -> [ElementID] {
        try entries.prefix { $0.position < position }.filter { entry in
            // Until an outbox sends, no reply has left.
            if sender == .customer { return entry.sender != .customer }
            return try !past.holds(entry.by, in: basis)
        }.map(\.id)
    }
}
