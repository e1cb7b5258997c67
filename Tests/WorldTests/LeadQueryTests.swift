import CRDT
import ChangeLog
import GRDB
import Storage
import TestSupport
import Testing

@testable import Inbox

/// Which leads are shown, and what it costs to find them.
struct LeadQueryTests {
    @Test func `every query is answered by an index in its order: nothing is sorted, nothing read out of order`() throws
    {
        let scene = try LeadScene()
        try scene.meet("anna")
        let person = try scene.team.person("maya")
        for query in Self.queries(person) {
            for statement in query.statements {
                let plan = try scene.team["maya"].read { database in
                    try Row.fetchAll(
                        database, sql: "EXPLAIN QUERY PLAN \(statement.sql)", arguments: statement.arguments
                    ).compactMap { $0["detail"] as String? }
                }
                let bad = plan.filter {
                    $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") && !$0.contains("USING")
                        || $0.contains("AUTOMATIC")
                }
                #expect(bad.isEmpty, "\(statement.sql): \(plan)")
            }
        }
    }

    @Test func `a lead's screen reads that person alone, and what keeps profiles up to date reads those touched`()
        throws
    {
        let scene = try LeadScene()
        try scene.meet("anna")
        try scene.team["maya"].read { database in
            var statements = [ProfileWriter.tellCards, ProfileWriter.writePlain, ProfileWriter.writeMerged]
            database.trace { event in
                if case .statement(let statement) = event { statements.append(statement.sql) }
            }
            _ = try LeadReader(database).lead(scene.id("anna").text)
            _ = try KeyedLead.among([1], in: database)
            _ = try LeadGrouping(of: [1], in: database)
            database.trace(options: [], nil)
            // Devices are listed whole: a team is small.
            for sql in statements where !sql.contains("FROM member") {
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                let plan = try Row.fetchAll(statement).compactMap { $0["detail"] as String? }
                let scans = plan.filter {
                    $0.hasPrefix("SCAN") && !$0.contains("VIRTUAL TABLE") && $0 != "SCAN CONSTANT ROW"
                }
                #expect(scans.isEmpty, "\(sql): \(plan)")
            }
            #expect(statements.count > 10)
        }
    }

    @Test func `a status, an assignee and a score are looked up, not looked for`() throws {
        let scene = try LeadScene()
        let person = try scene.team.person("maya")
        for order in [LeadQuery.Order.name, .score] {
            var (status, assignee, score) = (LeadQuery(), LeadQuery(), LeadQuery())
            (status.order, assignee.order, score.order) = (order, order, .score)
            (status.status, assignee.assignee, score.scores) = ("lost", .person(person), 61...80)
            for query in [status, assignee, score] {
                let statement = try #require(query.statements.first)
                let plan = try scene.team["maya"].read { database in
                    try Row.fetchAll(
                        database, sql: "EXPLAIN QUERY PLAN \(statement.sql)", arguments: statement.arguments
                    ).compactMap { $0["detail"] as String? }
                }
                #expect(plan.allSatisfy { $0.hasPrefix("SEARCH profile USING") }, "\(plan)")
            }
        }
    }

    /// Every filter alone and all together, in every order.
    private static func queries(_ person: ChangeID) -> [LeadQuery] {
        let filters: [(inout LeadQuery) -> Void] = [
            { _ in }, { $0.status = "lost" }, { $0.scores = 61...80 }, { $0.assignee = .person(person) },
            { $0.assignee = LeadQuery.Assignee.none }, { $0.label = "vip" },
            {
                ($0.status, $0.scores, $0.assignee, $0.label) = ("lost", 61...80, .person(person), "vip")
            },
        ]
        return LeadQuery.Order.allCases.flatMap { order in
            filters.map { filter in
                var query = LeadQuery()
                query.order = order
                filter(&query)
                return query
            }
        }
    }
}
