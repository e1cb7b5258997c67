import CRDT
import ChangeLog
import GRDB
public import Storage

import struct Foundation.Data

extension ConversationReader {
    /// A conversation as this replica would have shown it at a time gone by; members and their names are today's.
    ///
    /// - Parameter time: milliseconds since 1970, by this device's clock.
    /// - Returns: nil for one that is here now and was not yet then.
    public static func conversation(
        _ text: String, in replica: Replica, at time: UInt64, limit: Int = 0, before: String? = nil
    ) throws -> ConversationDetail? {
        let id = try replica.read { try IDLookup(database: $0).root(text, in: "conversation", as: .conversation).id }
        let past = try replica.past(at: time)
        try past.derive(id)
        guard let links = try past.read({ try links(of: id, in: $0) }) else { return nil }
        if let account = links.account { try past.derive(account) }
        if let lead = links.lead {
            // Those that are one person with the lead today may have been so then; its screen part names all of their
            // conversations.
            for member in try replica.read({ try members(with: lead, in: $0) }) {
                try past.derive(member)
                for other in try replica.read({ try conversations(of: member, in: $0) }) { try past.derive(other) }
            }
        }
        return try past.read {
            try ConversationReader($0, now: Int64(clamping: time)).conversation(id.text, limit: limit, before: before)
        }
    }

    /// Whom a conversation is with and where, as far as it says.
    private struct Links {
        let lead: RootID?
        let account: RootID?
    }

    /// - Returns: nil where there is no such conversation.
    private static func links(of id: RootID, in database: Database) throws -> Links? {
        let row = try Row.fetchOne(
            database, sql: "SELECT lead, account FROM conversation WHERE key=?", arguments: [Data(id.bytes)])
        return row.map {
            Links(lead: RootID(bytes: $0["lead"] as Data?), account: RootID(bytes: $0["account"] as Data?))
        }
    }

    private static func members(with lead: RootID, in database: Database) throws -> [RootID] {
        let row = try Int64.fetchOne(database, sql: "SELECT id FROM lead WHERE key=?", arguments: [Data(lead.bytes)])
        return try row.map { try LeadGroup(of: $0, in: database).ids } ?? [lead]
    }

    private static func conversations(of lead: RootID, in database: Database) throws -> [RootID] {
        try Data.fetchAll(database, sql: "SELECT key FROM card WHERE lead=?", arguments: [Data(lead.bytes)])
            .compactMap { RootID(bytes: $0) }
    }
}
