public import CRDT
import ChangeLog
import Foundation

/// Which conversations to show, as somebody says it: what is meant by `me` shows when it is used.
///
/// A view holds it as JSON with sorted keys. Keys that this version does not know are passed over, so that later ones
/// can add some.
public struct InboxFilter: Hashable, Sendable, Codable {
    /// `active`, `human_needed` or `closed`.
    public var status: String?
    /// Only of this channel.
    public var channel: String?
    /// Only of leads of this status.
    public var leadStatus: String?
    /// `me`, `none`, or a person's id.
    public var assignee: String?
    /// Last message at or after: RFC 3339, or a day in UTC.
    public var since: String?
    /// Last message before.
    public var until: String?
    /// In the customer's name or e-mail, or a message.
    public var search: String?
    /// Only with this label.
    public var label: String?
    /// Only with messages that the person who asks has not read.
    public var unread: Bool?
    /// Only snoozed ones, or only those that are not.
    public var snoozed: Bool?
    /// Only those that the person who asks was assigned to at the same time as somebody else, whose assignment shows.
    public var displaced: Bool?
    /// Only where a note calls the person who asks by name.
    public var mentionsMe: Bool?
    /// What comes first: `time` or `need`.
    public var order: String?

    /// All conversations.
    public init() {}

    /// - Returns: nil for what is no filter.
    init?(json: String) {
        guard let filter = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = filter
    }

    /// With sorted keys, without those that say nothing.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// This filter where it says something, and `other` where it does not.
    public func over(_ other: InboxFilter) -> InboxFilter {
        var filter = other
        filter.status = status ?? other.status
        filter.channel = channel ?? other.channel
        filter.leadStatus = leadStatus ?? other.leadStatus
        filter.assignee = assignee ?? other.assignee
        filter.since = since ?? other.since
        filter.until = until ?? other.until
        filter.search = search ?? other.search
        filter.label = label ?? other.label
        filter.unread = unread ?? other.unread
        filter.snoozed = snoozed ?? other.snoozed
        filter.displaced = displaced ?? other.displaced
        filter.mentionsMe = mentionsMe ?? other.mentionsMe
        filter.order = order ?? other.order
        return filter
    }

    /// What it comes to for somebody.
    ///
    /// - Parameter me: who asks.
    /// - Throws: `.badFilter` for a status or a time there is not; `.unknown` or `.ambiguous` for a person.
    public func query(for me: ChangeID, people: People) throws -> InboxQuery {
        var query = InboxQuery()
        query.status = try status.map { try Self.known(ConversationStatus(rawValue: $0), "status", $0) }
        query.channel = channel
        query.leadStatus = leadStatus
        query.assignee = try assignee.map { try Self.assignee($0, me: me, people: people) }
        query.since = try Self.time(since, "since")
        query.until = try Self.time(until, "until")
        (query.search, query.label) = (search, label)
        (query.unreadOnly, query.displacedOnly) = (unread ?? false, displaced ?? false)
        (query.isSnoozed, query.mentioning) = (snoozed, mentionsMe ?? false ? me : nil)
        if let order { query.order = try Self.known(InboxQuery.Order(rawValue: order), "order", order) }
        return query
    }

    private static func assignee(_ text: String, me: ChangeID, people: People) throws -> InboxQuery.Assignee {
        switch text {
        case "me": .person(me)
        case "none": .none
        default: .person(try people.person(id: text)?.id ?? people.named(text).id)
        }
    }

    private static func time(_ text: String?, _ field: String) throws -> Int64? {
        try text.map { try known(Instant.parse($0, allowsDateOnly: true), field, $0) }
    }

    private static func known<Value>(_ value: Value?, _ field: String, _ text: String) throws -> Value {
        guard let value else { throw LibraryFailure.badFilter(field: field, value: text) }
        return value
    }
}

extension People {
    /// The person with that whole id, even if all of their devices were cut off: what they were given is theirs.
    fileprivate func person(id text: String) -> Person? {
        guard text.utf8.count == 26, let bytes = Base32.bytes(text) else { return nil }
        return ChangeID(bytes: bytes).flatMap(person)
    }
}
