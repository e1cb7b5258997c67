import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// A team with an assistant, and customers whom several of them know something about.
///
/// Each story has a beginning that everyone knows, and then something that several do without knowing of each other.
struct LeadScene {
    let team: Team
    private let directory: TemporaryDirectory

    init() throws {
        directory = TemporaryDirectory()
        team = try Team(in: directory)
        try team.join("assistant", as: .assistant)
        try team.syncAll()
    }

    // MARK: Customers

    func id(_ customer: String) -> RootID { team.ids.lead(channel: "whatsapp", customer: customer) }

    /// Customers write for the first time, and everyone hears of it.
    func meet(_ customers: String...) throws {
        for customer in customers { try team.receive("Hello", from: customer) }
        try team.syncAll()
    }

    func set(_ name: String, _ customer: String, _ patch: LeadPatch) throws {
        try team.write(name) { _ = try $0.setLead(id(customer).text, patch) }
    }

    /// Something that is not in a patch: straight into the lead's root.
    func write(_ name: String, _ customer: String, _ operations: [ChangeLog.Operation]) throws {
        let segment = Segment(kind: InboxSchema.lead.number, root: id(customer), operations: operations)
        try team.govern(name) { _ = try $0.commit(Draft(segments: [segment])) }
    }

    func addIdentity(_ name: String, _ customer: String, _ identity: String) throws {
        let field = InboxSchema.lead.field(named: "identities").number
        try write(name, customer, [Operation(field: field, action: .add(.text(identity)))])
    }

    // MARK: What shows

    /// Of every customer, who is the same person: names of customers, each group sorted.
    func groups(of customers: [String], in replica: Replica) throws -> Set<[String]> {
        try replica.read { database in
            Set(
                try customers.map { customer in
                    let members = try LeadReader(database).lead(id(customer).text).members
                    return customers.filter { members.contains(id($0)) }.sorted()
                })
        }
    }

    func lead(_ customer: String, in replica: Replica) throws -> Lead {
        try replica.read { try LeadReader($0).lead(id(customer).text) }
    }

    // MARK: All orders

    /// Lets several act, each at a device of their own and none knowing of the others; then lets a new copy hear of it in
    /// every order, and asks after each. At the end it asks everyone.
    ///
    /// - Parameter acts: at most four, by different people.
    func concurrently(
        _ acts: [(name: String, act: (String) throws -> Void)], sourceLocation: SourceLocation = #_sourceLocation,
        shows claim: (Replica) throws -> Bool
    ) throws {
        let base = try Wire.everything(of: team.relay.replica)
        for act in acts { try act.act(act.name) }
        let news = try acts.map { try Wire.last(of: team[$0.name]) }
        var digests: Set<[UInt8]> = []
        var tables: Set<[String]> = []
        for (number, order) in Self.orders(of: news.indices).enumerated() {
            let copy = try team.stranger("copy", file: "copy-\(number)-\(team.now)")
            _ = try copy.append(base, now: team.now)
            for index in order { _ = try copy.append([news[index]], now: team.now) }
            try #require(try copy.counts().waiting == 0, sourceLocation: sourceLocation)
            #expect(try claim(copy), "in the order \(order)", sourceLocation: sourceLocation)
            digests.insert(try copy.digest())
            tables.insert(try copy.leadTables())
            try copy.rebuild()
            tables.insert(try copy.leadTables())
        }
        #expect(digests.count == 1 && tables.count == 1, sourceLocation: sourceLocation)
        try team.syncAll()
        for replica in team.replicas { #expect(try claim(replica), sourceLocation: sourceLocation) }
    }

    private static func orders(of indices: some Collection<Int>) -> [[Int]] {
        guard !indices.isEmpty else { return [[]] }
        return indices.flatMap { index in orders(of: indices.filter { $0 != index }).map { [index] + $0 } }
    }
}

extension Replica {
    /// What the projection of leads holds, by ids.
    func leadTables() throws -> [String] {
        guard let comparison = LeadProjection().comparison(in: "main") else { return [] }
        let cards = "SELECT key, lead_status FROM card"
        return try read { database in
            try (comparison.queries.map(\.sql) + [cards]).flatMap { sql in
                try Row.fetchAll(database, sql: sql).map { "\($0)" }.sorted()
            }
        }
    }
}

/// What a card says of its lead.
struct CardLead {
    let lead: RootID
    let status: String?

    static func all(in database: Database) throws -> [CardLead] {
        try Row.fetchAll(database, sql: "SELECT lead, lead_status FROM card").compactMap { row in
            guard let lead = (row[0] as Data?).flatMap({ RootID(bytes: Array($0)) }) else { return nil }
            return CardLead(lead: lead, status: row[1])
        }
    }
}
