public import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// How many conversations a query finds, in all and by what the inbox can be filtered by.
///
/// Each kind of count leaves that filter itself out, as the numbers beside the filters of a screen do: with the closed
/// ones shown, it tells how many are active.
public struct InboxCounts: Hashable, Sendable {
    /// All that the query finds.
    public let total: Int
    /// By status.
    public let statuses: [ConversationStatus: Int]
    /// By channel; nil where an import knew none.
    public let channels: [String?: Int]
    /// By the lead's status.
    public let leadStatuses: [String: Int]
    /// By assignee; nil for nobody.
    public let assignees: [ChangeID?: Int]
    /// With messages that the person of this replica has not read.
    public let unread: Int

    init(of query: InboxQuery, in database: Database, now: Int64) throws {
        var without = query
        total = try Self.count(query, in: database, now: now)
        without.status = nil
        var statuses: [ConversationStatus: Int] = [:]
        for status in ConversationStatus.allCases {
            without.status = status
            statuses[status] = try Self.count(without, in: database, now: now)
        }
        self.statuses = statuses

        without = query
        without.channel = nil
        channels = try Self.groups(without, by: "card.channel", in: database, now: now) { $0 as String? }
        without = query
        without.leadStatus = nil
        let leads = try Self.groups(without, by: "card.lead_status", in: database, now: now) { $0 as String? }
        leadStatuses = Dictionary(
            leads.map { ($0.key ?? LeadStatus.new.rawValue, $0.value) }, uniquingKeysWith: +)
        without = query
        without.assignee = nil
        assignees = try Self.groups(without, by: "card.assignee", in: database, now: now) { (id: Data?) in
            id.flatMap { ChangeID(bytes: $0) }
        }
        without = query
        without.unreadOnly = true
        unread = try Self.count(without, in: database, now: now)
    }

    private static func count(_ query: InboxQuery, in database: Database, now: Int64) throws -> Int {
        try InboxSections(query, now: now).all.flatMap(\.parts).reduce(0) { sum, part in
            sum + (try Int.fetchOne(database, sql: part.select("count(*)"), arguments: part.arguments) ?? 0)
        }
    }

    private static func groups<Stored: DatabaseValueConvertible, Key: Hashable>(
        _ query: InboxQuery, by column: String, in database: Database, now: Int64, key: (Stored?) -> Key
    ) throws -> [Key: Int] {
        var counts: [Key: Int] = [:]
        for part in InboxSections(query, now: now).all.flatMap(\.parts) {
            let rows = try Row.fetchAll(
                database, sql: part.select("\(column), count(*)") + " GROUP BY 1", arguments: part.arguments)
            for row in rows { counts[key(row[0]), default: 0] += row[1] ?? 0 }
        }
        return counts
    }
}
