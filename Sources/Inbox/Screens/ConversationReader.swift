import CRDT
import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// Reads conversations from the state tables.
public struct ConversationReader {
    private let database: Database
    private let now: Int64

    /// Conversations as of this view.
    ///
    /// - Parameter now: milliseconds since 1970: windows, pauses and snoozes end by themselves.
    public init(_ database: Database, now: Int64) { (self.database, self.now) = (database, now) }

    /// The conversation whose id begins so, with its last `limit` messages (0: all), before the message named.
    public func conversation(_ text: String, limit: Int = 0, before: String? = nil) throws -> ConversationDetail {
        let (row, id) = try IDLookup(database: database).root(text, in: "conversation", as: .conversation)
        let past = CausalPast(database)
        let state = try ConversationState(of: row, in: database, past: past)
        let people = try People(database)
        let fields = try Row.fetchOne(
            database, sql: "SELECT subject, channel, lead, account, locale, source FROM conversation WHERE id=?",
            arguments: [row])
        let lead = try leadRow(fields?["lead"]).map { try LeadReader(database).lead(at: $0) }
        let contact = try ContactState(of: row, lead: lead, now: now, in: database)
        let thread = ThreadReader(of: row, customer: lead?.name, people: people, past: past, in: database)
        let pause = state.pause.flatMap { $0.holds(at: now) ? $0 : nil }
        let status = state.status(at: now)
        return ConversationDetail(
            id: id, subject: fields?["subject"], channel: fields?["channel"], account: contact.account, status: status,
            obstacle: status == .closed ? nil : state.statusWrites.compactMap(\.obstacle).first, pause: pause,
            window: contact.window, offers: contact.offers, lead: lead,
            labels: try SetReader(InboxSchema.conversation, "labels", of: row, in: database).members(),
            assignee: person(state.assignee.value, people), assignedBy: state.assignee.source,
            displaced: state.displaced.compactMap { people.person($0) }.sorted { $0.name < $1.name },
            snoozedUntil: state.snoozedUntil.flatMap { $0 > now ? $0 : nil },
            summary: try SummaryReader(database, past: past).summary(of: row), links: try links(of: row),
            locale: fields?["locale"], source: fields?["source"],
            messages: try thread.messages(limit: limit, before: before))
    }

    private func leadRow(_ key: Data?) throws -> Int64? {
        guard let key else { return nil }
        return try Int64.fetchOne(database, sql: "SELECT id FROM lead WHERE key=?", arguments: [key])
    }

    private func person(_ value: Value, _ people: People) -> Person? {
        people.person(value.bytes.map { Data($0) })
    }

    /// Those that are here.
    private func links(of row: Int64) throws -> [RootID] {
        try Data.fetchAll(
            database,
            sql: """
                SELECT DISTINCT c.key FROM conversation_set s JOIN conversation c ON c.key = s.value
                WHERE s.root=? AND s.field=? AND c.id <> s.root ORDER BY c.key
                """, arguments: [row, Int64(InboxSchema.conversation.number(of: "links"))]
        ).compactMap { RootID(bytes: $0) }
    }
}

/// Reads a conversation's summary, and how far it reaches.
struct SummaryReader {
    private let database: Database
    private let past: CausalPast

    init(_ database: Database, past: CausalPast) { (self.database, self.past) = (database, past) }

    func summary(of row: Int64) throws -> ConversationSummary? {
        let writes = try CurrentWrites(of: row, kind: InboxSchema.conversation, in: database).on("summary")
        let field = SharedField(writes.map(\.write))
        guard case .text(let text) = field.value,
            let shown = writes.first(where: { $0.write.change == field.shown?.change })
        else { return nil }
        // Newest first, and no further than it reaches.
        let messages = try Row.fetchCursor(
            database,
            sql: """
                SELECT key, by FROM conversation_message WHERE root=? AND kind NOT IN (1, \(MessageKind.unsaidCodes))
                ORDER BY position DESC, key DESC
                """, arguments: [row])
        var missing = 0
        while let message = try messages.next() {
            guard let key = message[0] as Data?, let by = message[1] as Int64? else { continue }
            if try past.holds(by, in: shown.basis) {
                return ConversationSummary(
                    text: text, source: field.source, reaches: ElementID(bytes: key), missing: missing)
            }
            missing += 1
        }
        return ConversationSummary(text: text, source: field.source, reaches: nil, missing: missing)
    }
}
