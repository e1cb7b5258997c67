public import CRDT
import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// Which cards to show, newest first, those without a time last.
public struct InboxQuery: Hashable, Sendable {
    /// Whom a conversation may be assigned to.
    public enum Assignee: Hashable, Sendable {
        /// That person.
        case person(ChangeID)
        /// Nobody.
        case none
    }

    /// What comes first.
    public enum Order: String, CaseIterable, Sendable {
        /// The newest.
        case time
        /// Those that need a person, then active ones, then closed ones; of each the newest.
        case need
    }

    /// Only of this status.
    public var status: ConversationStatus?
    /// Only of this channel.
    public var channel: String?
    /// Only of leads of this status.
    public var leadStatus: String?
    /// Only of this assignee.
    public var assignee: Assignee?
    /// Only with a last message at or after, in milliseconds since 1970.
    public var since: Int64?
    /// Only with a last message before, in milliseconds since 1970.
    public var until: Int64?
    /// Only where the customer's name or e-mail contains this, or a message has these words.
    public var search: String?
    /// Only with this label.
    public var label: String?
    /// Only with messages that the person of this replica has not read.
    public var unreadOnly = false
    /// Only snoozed ones, or only those that are not; nil is both.
    public var isSnoozed: Bool?
    /// Only those that the person of this replica was assigned to at the same time as somebody else, whose assignment
    /// shows.
    public var displacedOnly = false
    /// Only where a note calls that person by name.
    public var mentioning: ChangeID?
    /// What comes first.
    public var order = Order.time
    /// At most so many; 0 is all.
    public var limit = 50

    /// All cards, fifty of them.
    public init() {}

    /// The cards, for the person of this replica.
    ///
    /// - Parameter now: milliseconds since 1970: pauses and snoozes end by themselves.
    public func cards(in database: Database, now: Int64) throws -> [Card] {
        let reader = try CardReader(database, now: now)
        var rows: [Row] = []
        for section in InboxSections(self, now: now).all {
            let left = limit == 0 ? 0 : limit - rows.count
            guard limit == 0 || left > 0 else { break }
            rows += try section.rows(in: database, limit: left)
        }
        return try rows.compactMap(reader.card)
    }

    /// How many cards there are, in all and by what the inbox is filtered by.
    public func counts(in database: Database, now: Int64) throws -> InboxCounts {
        try InboxCounts(of: self, in: database, now: now)
    }
}
