import CRDT
import ChangeLog
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// No screen reads what it does not show: SQLite's own plan of each statement says so, not a clock.
struct QueryPlanTests {
    private let team: Team
    private let conversation: RootID

    /// Two customers, one of whom has had an answer.
    init() throws {
        team = try Team(in: TemporaryDirectory())
        conversation = try team.receive("Is the lamp in stock?")
        try team.receive("And the table?", from: "ben")
        try team.syncAll()
        try team.write("jonas") { try $0.reply(to: conversation.text, with: "It is.", seen: nil) }
        try team.write("jonas") { try $0.close(conversation.text, seen: nil) }
    }

    @Test(arguments: Filter.all)
    func `the inbox walks an index in the order it shows, whatever the filter`(filter: Filter) throws {
        let jonas = try team.person("jonas")
        for order in InboxQuery.Order.allCases {
            var query = InboxQuery()
            filter.apply(&query, jonas)
            query.order = order
            let plan = try plan(reading: "card") { _ = try query.cards(in: $0, now: Team.now) }
            #expect(!plan.isEmpty)
            for step in plan where step.isAbout("card") {
                #expect(!step.readsAll, "\(filter.name), by \(order): \(step.text)")
            }
            let sorts = plan.filter(\.sorts)
            // Those that a reply pauses just now are few, and in the order of when it ends.
            let isPaused = query.status == .humanNeeded || query.order == .need && query.status == nil
            #expect(sorts.count <= (isPaused ? 1 : 0), "\(filter.name), by \(order): \(sorts)")
        }
    }

    @Test func `a conversation's screen reads only that conversation`() throws {
        let steps = try plan { database in
            _ = try ConversationReader(database, now: Team.now).conversation(conversation.text, limit: 20)
        }
        #expect(steps.count > 10)
        for table in ["conversation", "conversation_message", "conversation_delivery", "lead", "profile", "card"] {
            for step in steps where step.isAbout(table) { #expect(!step.scans, "\(step.text)") }
        }
    }

    /// Else the claims above would hold for want of plans.
    @Test func `a query without an index would be found out`() throws {
        let steps = try plan {
            _ = try Row.fetchAll($0, sql: "SELECT key FROM card WHERE preview = 'x' ORDER BY preview, key")
        }
        #expect(steps.contains { $0.isAbout("card") && $0.readsAll })
        #expect(steps.contains { $0.sorts })
    }

    /// What the statements that something runs do, step by step.
    ///
    /// - Parameter table: only those that read it; nil is all.
    private func plan(reading table: String? = nil, of work: (Database) throws -> Void) throws -> [PlanStep] {
        try team["jonas"].read { database in
            var statements: Set<String> = []
            database.trace { event in
                if case .statement(let statement) = event { statements.insert(statement.sql) }
            }
            try work(database)
            database.trace(options: [], nil)
            let wanted = statements.sorted().filter { sql in
                sql.hasPrefix("SELECT") && table.map { sql.contains("FROM \($0) ") } ?? true
            }
            return try wanted.flatMap { sql in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { PlanStep(text: $0["detail"] ?? "") }
            }
        }
    }
}

/// One step of a plan, in SQLite's words.
private struct PlanStep: CustomStringConvertible {
    let text: String
    var description: String { text }

    var scans: Bool { text.hasPrefix("SCAN") }
    /// A walk along an index is what a list with a limit does.
    var readsAll: Bool { scans && !text.contains("USING INDEX") && !text.contains("USING COVERING INDEX") }
    var sorts: Bool { text.contains("TEMP B-TREE") }

    func isAbout(_ table: String) -> Bool {
        let words = text.split(separator: " ")
        return words.count > 1 && words[1] == table
    }
}

/// One way to ask for cards.
struct Filter: CustomTestStringConvertible, Sendable {
    let name: String
    let apply: @Sendable (inout InboxQuery, ChangeID) -> Void

    var testDescription: String { name }

    static let all: [Filter] = [
        Filter(name: "nothing") { _, _ in },
        Filter(name: "active") { query, _ in query.status = .active },
        Filter(name: "human needed") { query, _ in query.status = .humanNeeded },
        Filter(name: "closed") { query, _ in query.status = .closed },
        Filter(name: "channel") { query, _ in query.channel = "whatsapp" },
        Filter(name: "lead status") { query, _ in query.leadStatus = "qualified" },
        Filter(name: "mine") { query, person in query.assignee = .person(person) },
        Filter(name: "nobody's") { query, _ in query.assignee = InboxQuery.Assignee.none },
        Filter(name: "unread") { query, _ in query.unreadOnly = true },
        Filter(name: "lost") { query, _ in query.displacedOnly = true },
        Filter(name: "calling me") { query, person in query.mentioning = person },
        Filter(name: "a day") { query, _ in (query.since, query.until) = (Team.now, Team.now + 86_400_000) },
        Filter(name: "closed, mine") { query, person in
            (query.status, query.assignee) = (.closed, .person(person))
        },
        Filter(name: "active, unread, on WhatsApp") { query, _ in
            (query.status, query.unreadOnly, query.channel) = (.active, true, "whatsapp")
        },
        Filter(name: "qualified, since") { query, _ in (query.leadStatus, query.since) = ("qualified", Team.now) },
    ]
}
