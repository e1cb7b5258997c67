import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// A query of the inbox as statements, each of which an index answers in the order wanted.
///
/// What shows as needing a person is stored as that, or is active and paused for a while: so there are parts, merged
/// by time into a section; and what needs a person comes before what does not, so there are sections.
struct InboxSections {
    let all: [InboxSection]

    init(_ query: InboxQuery, now: Int64) {
        let shared = Conditions(query, now: now)
        let statuses = query.status.map { [$0] } ?? (query.order == .need ? [.humanNeeded, .active, .closed] : [])
        guard !statuses.isEmpty else {
            all = [InboxSection(parts: [shared])]
            return
        }
        all = statuses.map { status in
            InboxSection(parts: Self.parts(of: status, in: shared, now: now))
        }
    }

    private static func parts(of status: ConversationStatus, in shared: Conditions, now: Int64) -> [Conditions] {
        switch status {
        case .closed: return [shared.adding("card.status = 'closed'")]
        case .active:
            let isUnpaused = "(card.paused_until IS NULL OR card.paused_until <= ?)"
            return [shared.adding("card.status = 'active' AND \(isUnpaused)", [now])]
        case .humanNeeded:
            // By itself SQLite would walk all cards in the order wanted, for the few that are paused just now.
            let paused = shared.adding("card.status = 'active' AND card.paused_until > ?", [now], by: "card_paused")
            return [shared.adding("card.status = 'human_needed'"), paused]
        }
    }
}

/// Cards in one order, from one or more statements.
struct InboxSection {
    let parts: [Conditions]

    /// - Parameter limit: 0 is all.
    func rows(in database: Database, limit: Int) throws -> [Row] {
        let rows = try parts.flatMap { part in
            try Row.fetchAll(
                database,
                sql: "\(part.select(CardReader.columns)) ORDER BY card.last_at DESC, card.key LIMIT ?",
                arguments: part.arguments + [limit == 0 ? -1 : limit])
        }
        guard parts.count > 1 else { return rows }
        let merged = rows.sorted { Self.precedes($0, $1) }
        return limit == 0 ? merged : Array(merged.prefix(limit))
    }

    private static func precedes(_ left: Row, _ right: Row) -> Bool {
        let times = (left["last_at"] as Int64? ?? Int64.min, right["last_at"] as Int64? ?? Int64.min)
        guard times.0 == times.1 else { return times.0 > times.1 }
        return (left["key"] as Data? ?? Data()).lexicographicallyPrecedes(right["key"] as Data? ?? Data())
    }
}

/// What cards must fulfil.
struct Conditions {
    private var terms: [String] = []
    private(set) var arguments = StatementArguments()
    /// The index that finds them; nil leaves it to SQLite.
    private var index: String?

    init(_ query: InboxQuery, now: Int64) {
        if let channel = query.channel { add("card.channel = ?", [channel]) }
        if let leadStatus = query.leadStatus { add("card.lead_status = ?", [leadStatus]) }
        if let since = query.since { add("card.last_at >= ?", [since]) }
        if let until = query.until { add("card.last_at < ?", [until]) }
        switch query.assignee {
        case .person(let id): add("card.assignee = ?", [Data(id.bytes)])
        case .some(.none): add("card.assignee IS NULL")
        case nil: break
        }
        if query.unreadOnly { add("card.unread > 0") }
        if query.displacedOnly { add("card.displaced > 0") }
        switch query.isSnoozed {
        case true: add("card.snoozed_until > ?", [now])
        case false: add("(card.snoozed_until IS NULL OR card.snoozed_until <= ?)", [now])
        case nil: break
        }
        if let person = query.mentioning { add(mentioning: person) }
        if let label = query.label { add(label: label) }
        if let search = query.search { add(search: search) }
    }

    /// A statement that selects these from the cards that fulfil it all.
    func select(_ columns: String) -> String {
        let condition = terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ")
        return "SELECT \(columns) FROM card \(index.map { "INDEXED BY \($0)" } ?? "") \(CardReader.joins) \(condition)"
    }

    func adding(_ term: String, _ arguments: StatementArguments = [], by index: String? = nil) -> Conditions {
        var conditions = self
        conditions.index = index
        conditions.add(term, arguments)
        return conditions
    }

    private mutating func add(_ term: String, _ arguments: StatementArguments = []) {
        terms.append(term)
        self.arguments += arguments
    }

    private mutating func add(label: String) {
        add(
            """
            EXISTS(SELECT 1 FROM conversation_set s WHERE s.root = card.conversation
                AND s.field = \(InboxSchema.conversation.number(of: "labels")) AND s.value = ?)
            """, [label])
    }

    /// Few messages call anybody, and an index holds those alone. The plus keeps SQLite from beginning with them, so that
    /// cards come in the order wanted.
    private mutating func add(mentioning person: ChangeID) {
        add(
            """
            +card.conversation IN (SELECT m.root FROM conversation_message m WHERE m.mentions IS NOT NULL
                AND m.kind = \(MessageKind.note.rawValue) AND instr(m.mentions, ?) > 0 AND NOT \(Amendments.isTakenBack))
            """, [Data(person.bytes)])
    }

    private mutating func add(search: String) {
        let pattern = "%" + SearchTerms.likeEscaped(SearchTerms.start(of: search)) + "%"
        let terms = SearchTerms(search)
        let condition = terms.condition(match: "m.id IN (SELECT rowid FROM words WHERE words MATCH ?)")
        add(
            """
            (profile.name LIKE ? ESCAPE '\\' OR profile.email LIKE ? ESCAPE '\\' OR card.conversation IN (
                SELECT m.root FROM conversation_message m WHERE (\(condition)) AND NOT \(Amendments.isTakenBack)))
            """, [pattern, pattern] + terms.arguments)
    }
}
