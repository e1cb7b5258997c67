public import CRDT
public import GRDB

import struct Foundation.Data

/// Which leads to show, and in which order. Leads that are one person are one.
public struct LeadQuery: Hashable, Sendable {
    /// Who may look after a lead.
    public enum Assignee: Hashable, Sendable {
        /// That person.
        case person(ChangeID)
        /// Nobody.
        case none
    }

    /// What comes first.
    public enum Order: String, CaseIterable, Sendable {
        /// By name, without regard to case and accents; the nameless come last.
        case name
        /// The highest score; those without one come last.
        case score
        /// Whoever has the newest message; those without a conversation come last, by name.
        case recent
    }

    /// Only of this status.
    public var status: String?
    /// Only with a score in here.
    public var scores: ClosedRange<Int64>?
    /// Only of this assignee.
    public var assignee: Assignee?
    /// Only with this label.
    public var label: String?
    /// What comes first. Of equals, the lower id does.
    public var order = Order.name
    /// At most so many; 0 is all.
    public var limit = 50

    /// All leads by name, fifty of them.
    public init() {}

    /// The leads.
    public func leads(in database: Database) throws -> [Lead] {
        let reader = LeadReader(database)
        let people = try People(database)
        return try rows(in: database).map { try reader.lead(at: $0, people: people) }
    }

    /// The leads as a list shows them.
    public func lines(in database: Database) throws -> [LeadLine] {
        let reader = LeadReader(database)
        let people = try People(database)
        return try rows(in: database).map { try reader.line(at: $0, people: people) }
    }

    /// The local rows of their profiles.
    private func rows(in database: Database) throws -> [Int64] {
        var rows: [Int64] = []
        var met: Set<Int64> = []
        for statement in statements {
            let found = try Int64.fetchCursor(database, sql: statement.sql, arguments: statement.arguments)
            while limit == 0 || rows.count < limit, let row = try found.next() {
                if met.insert(row).inserted { rows.append(row) }
            }
        }
        return rows
    }

    // MARK: Statements

    /// A statement that an index answers in the order wanted, so that no more is read than is shown or passed over.
    struct Statement {
        let sql: String
        let arguments: StatementArguments
    }

    /// One, or several of which the later ones add those that the earlier ones do not have.
    var statements: [Statement] {
        switch order {
        case .name: [byName]
        case .score: [statement("profile", order: "profile.score DESC, profile.key")]
        case .recent: [byCard, byName]
        }
    }

    private var byName: Statement { statement("profile", order: "profile.sort, profile.key") }

    /// A person may have several cards: the newest is met first.
    private var byCard: Statement {
        statement(
            """
            card CROSS JOIN lead ON lead.key = card.lead LEFT JOIN lead_profile ON lead_profile.lead = lead.id
            CROSS JOIN profile ON profile.id = coalesce(lead_profile.profile, lead.id)
            """, order: "card.last_at DESC, card.key")
    }

    private func statement(_ sources: String, order: String) -> Statement {
        var terms: [String] = []
        var arguments = StatementArguments()
        func add(_ term: String, _ values: StatementArguments) {
            terms.append(term)
            arguments += values
        }
        if let status { add("profile.status = ?", [status]) }
        // The sign keeps SQLite from an index that has another order than the one wanted.
        if let scores {
            let sign = self.order == .score ? "" : "+"
            add("\(sign)profile.score BETWEEN ? AND ?", [scores.lowerBound, scores.upperBound])
        }
        switch assignee {
        case .person(let id): add("profile.assignee = ?", [Data(id.bytes)])
        case .some(.none): add("+profile.assignee IS NULL", [])
        case nil: break
        }
        if let label { add(Self.labelled, [label]) }
        let condition = terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ")
        return Statement(
            sql: "SELECT profile.id FROM \(sources) \(condition) ORDER BY \(order)", arguments: arguments)
    }

    private static let labelled = """
        +profile.id IN (
            SELECT coalesce(x.profile, s.root) FROM lead_set s LEFT JOIN lead_profile x ON x.lead = s.root
            WHERE s.field = \(LeadField.labels) AND s.value = ?)
        """
}
