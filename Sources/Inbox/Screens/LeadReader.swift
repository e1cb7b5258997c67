import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A lead as screens show it.
public struct Lead: Hashable, Sendable {
    /// Names the lead.
    public let id: RootID
    /// The person's name.
    public let name: String?
    /// E-mail address.
    public let email: String?
    /// Phone number.
    public let phone: String?
    /// Where a picture of them is.
    public let avatar: String?
    /// How far the lead has come.
    public let status: String
    /// 0 to 100; nil when nobody has scored the lead.
    public let score: Int64?
    /// Sorted.
    public let labels: [String]
    /// The lead's conversations, newest first.
    public let conversations: [RootID]
}

/// Reads leads from the state tables.
public struct LeadReader {
    private let database: Database

    /// Leads as of this view.
    public init(_ database: Database) { self.database = database }

    /// The lead whose id begins so.
    public func lead(_ text: String) throws -> Lead {
        try lead(at: IDLookup(database: database).root(text, in: "lead", as: .lead).row)
    }

    /// Leads by name, at most `limit`; 0 is all.
    public func all(status: String? = nil, limit: Int) throws -> [Lead] {
        let rows = try Int64.fetchAll(
            database, sql: "SELECT id FROM lead ORDER BY name IS NULL, name COLLATE NOCASE, key")
        var leads: [Lead] = []
        for row in rows where limit == 0 || leads.count < limit {
            let lead = try lead(at: row)
            if status == nil || lead.status == status { leads.append(lead) }
        }
        return leads
    }

    func lead(at row: Int64) throws -> Lead {
        guard
            let lead = try Row.fetchOne(
                database.cachedStatement(sql: "SELECT key, name, email, phone, avatar FROM lead WHERE id=?"),
                arguments: [row]), let id = RootID(bytes: lead["key"] as Data)
        else { throw InboxFailure.unknown(.lead, "") }
        let conversations = try Data.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT key FROM card WHERE lead=? ORDER BY last_at DESC, key
                    """), arguments: [lead["key"] as Data])
        return Lead(
            id: id, name: lead["name"], email: lead["email"], phone: lead["phone"], avatar: lead["avatar"],
            status: try status(of: row), score: try score(of: row),
            labels: try SetReader(InboxSchema.lead, "labels", of: row, in: database).members(),
            conversations: conversations.compactMap { RootID(bytes: $0) })
    }

    /// Of concurrent writes the one with the higher stamp shows.
    func status(of row: Int64) throws -> String {
        let status: String? = try latest("status", of: row).flatMap { $0["value"] }
        return status ?? LeadStatus.new.rawValue
    }

    func score(of row: Int64) throws -> Int64? { try latest("score", of: row).flatMap { $0["value"] } }

    private func latest(_ field: String, of row: Int64) throws -> Row? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT value FROM lead_current JOIN change ON change.place = lead_current.by
                    WHERE root=? AND field=? ORDER BY lead_current.at DESC, change.id DESC LIMIT 1
                    """), arguments: [row, Int64(InboxSchema.lead.number(of: field))])
    }
}

extension RootID {
    /// Sixteen bytes as SQLite hands them out.
    init?(bytes: Data?) {
        guard let bytes else { return nil }
        self.init(bytes: Array(bytes))
    }
}
