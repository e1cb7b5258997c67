public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// An outgoing message as the outbox shows it.
public struct OutboxItem: Sendable {
    /// Names the message.
    public let id: ElementID
    /// Where it is said.
    public let conversation: RootID
    /// The customer's name, if known.
    public let customer: String?
    /// The name of who wrote it, if known.
    public let author: String?
    /// Who wrote it, by id.
    public let person: ChangeID?
    /// A person of the team or the assistant.
    public let sender: Sender
    /// What it is.
    public let kind: MessageKind
    /// Its text.
    public let text: String
    /// What has become of it.
    public let outbox: OutboxState
    /// What was said in the conversation that its author had not been shown, in the order of the thread.
    public let unseen: [ElementID]
    /// Since when it is queued, in milliseconds since 1970: written, or ordered to be sent.
    public let queuedAt: Int64
    /// How it is to be sent.
    public let terms: SendingTerms
    /// Its id with the provider.
    public let providerID: String?
    /// The message that it waits for.
    public let behind: ElementID?
}

/// Reads the outbox: what is still to be sent, or wants a person's eye.
public struct OutboxReader {
    private let database: Database
    private let past: CausalPast
    private let people: People

    /// The outbox as of this view.
    public init(_ database: Database) throws {
        self.database = database
        past = CausalPast(database)
        people = try People(database)
    }

    /// Which messages to list.
    public struct Scope: Hashable, Sendable {
        /// Those that this person wrote; nil is anybody.
        public var person: ChangeID?
        /// Only in this conversation, by the start of its id.
        public var conversation: String?
        /// Also those that are settled, if they were written since: milliseconds since 1970.
        public var settledSince: Int64?
        /// Only in this state.
        public var state: DeliveryState?

        /// Everybody's that are not settled.
        public init(
            person: ChangeID? = nil, conversation: String? = nil, settledSince: Int64? = nil,
            state: DeliveryState? = nil
        ) {
            (self.person, self.conversation) = (person, conversation)
            (self.settledSince, self.state) = (settledSince, state)
        }
    }

    /// In the order in which they were written.
    public func items(_ scope: Scope = Scope()) throws -> [OutboxItem] {
        var rows = Set(
            try Int64.fetchAll(database.cachedStatement(sql: "SELECT DISTINCT conversation FROM outgoing")))
        if let time = scope.settledSince {
            rows.formUnion(
                try Int64.fetchAll(
                    database.cachedStatement(sql: "SELECT conversation FROM card WHERE last_at >= ?"), arguments: [time]
                ))
        }
        if let text = scope.conversation {
            rows = [try IDLookup(database: database).root(text, in: "conversation", as: .conversation).row]
        }
        return try rows.flatMap { try items(in: $0, settledSince: scope.settledSince) }.filter { item in
            (scope.person == nil || item.person == scope.person)
                && (scope.state == nil || item.outbox.state == scope.state)
        }.sorted { ($0.queuedAt, $0.id) < ($1.queuedAt, $1.id) }
    }

    /// One message by the start of its id, settled or not.
    public func item(_ text: String) throws -> OutboxItem {
        let found = try OutgoingLookup(database).message(text)
        let queue = try OutboxQueue(of: found.row, in: database, past: past, people: people)
        guard let entry = try queue.entry(found.key) else { throw InboxFailure.unknown(.message, text) }
        return try item(entry, in: found.row, found.conversation, among: try queue.entries())
    }

    private func items(in row: Int64, settledSince time: Int64?) throws -> [OutboxItem] {
        guard
            let id = try RootID(
                bytes: Data.fetchOne(
                    database.cachedStatement(sql: "SELECT key FROM conversation WHERE id=?"), arguments: [row]))
        else { return [] }
        let queue = try OutboxQueue(of: row, in: database, past: past, people: people)
        let open = try queue.entries()
        let recent = try time.map { try queue.entries(writtenSince: $0) } ?? []
        let known = Set(open.map(\.id))
        return try (open + recent.filter { !known.contains($0.id) }).map { try item($0, in: row, id, among: open) }
    }

    private func item(
        _ entry: OutboxQueue.Entry, in row: Int64, _ conversation: RootID, among open: [OutboxQueue.Entry]
    ) throws -> OutboxItem {
        OutboxItem(
            id: entry.id, conversation: conversation, customer: try customer(of: row), author: entry.author?.name,
            person: entry.author?.id, sender: entry.sender, kind: entry.kind, text: entry.text, outbox: entry.state,
            unseen: entry.state.hasLeft ? [] : entry.news.map(\.id), queuedAt: entry.queuedAt, terms: entry.terms,
            providerID: try providerID(of: entry.id, in: row), behind: Self.obstacle(to: entry, among: open))
    }

    /// What holds a queued message back, as ``DispatchRule`` has it.
    private static func obstacle(to entry: OutboxQueue.Entry, among open: [OutboxQueue.Entry]) -> ElementID? {
        guard entry.state.state == .queued, !entry.state.isSettled else { return nil }
        return open.prefix { $0.id != entry.id }.first { other in
            switch other.state.state {
            case .dispatching, .unknown: true
            case .held, .failed: other.author?.id == entry.author?.id
            default: false
            }
        }?.id
    }

    private func providerID(of message: ElementID, in row: Int64) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT provider FROM conversation_delivery WHERE root=? AND message=? AND provider IS NOT NULL
                    ORDER BY position, key LIMIT 1
                    """), arguments: [row, Data(message.bytes)])
    }

    private func customer(of row: Int64) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT profile.name FROM card LEFT JOIN lead ON lead.key = card.lead
                    LEFT JOIN lead_profile ON lead_profile.lead = lead.id
                    LEFT JOIN profile ON profile.id = coalesce(lead_profile.profile, lead.id) WHERE card.conversation=?
                    """), arguments: [row])
    }
}

/// How many messages are not settled, by what has become of them.
public struct OutboxCounts: Sendable {
    /// Without those of which there is none.
    public let countByState: [DeliveryState: Int]

    /// As of this view.
    public init(_ database: Database) throws {
        let rows = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT state, count(*) FROM outgoing GROUP BY state"))
        countByState = rows.reduce(into: [:]) { counts, row in
            guard let code = (row[0] as Int64?).flatMap(OutboxCode.init(rawValue:)) else { return }
            counts[code.state] = row[1] ?? 0
        }
    }
}
