import CRDT
import ChangeLog
import Inbox
import Storage

/// The inbox worked out from the conversations' screens, one by one: what any filter of it should find.
struct NaiveInbox {
    /// One conversation, with what is asked of it.
    struct Entry {
        let detail: ConversationDetail
        let unread: Int
        let isDisplaced: Bool

        /// The last message that somebody said.
        private var last: MessageDetail? { detail.messages.last { $0.kind.isSaid && $0.kind != .note } }
        var lastAt: Int64? { last?.at }
        var preview: String { last.map { $0.isRevoked ? "[revocation]" : $0.text } ?? "" }
        var leadStatus: String? { detail.lead?.status }
    }

    private let entries: [Entry]

    /// As one person sees it on their replica.
    init(of replica: Replica, for person: ChangeID, now: Int64) throws {
        entries = try replica.cards(now: now).map { card in
            let detail = try replica.detail(card.id, now: now)
            return Entry(
                detail: detail, unread: try replica.unread(card.id, for: person),
                isDisplaced: detail.displaced.contains { $0.id == person })
        }
    }

    /// What a query finds, in its order.
    func find(_ query: InboxQuery) -> [Entry] {
        let found = entries.filter { Self.fulfils($0, query) }
        let ranks: [ConversationStatus: Int] =
            query.order == .need ? [.humanNeeded: 0, .active: 1, .closed: 2] : [:]
        let sorted = found.sorted { left, right in
            let (first, second) = (ranks[left.detail.status] ?? 0, ranks[right.detail.status] ?? 0)
            guard first == second else { return first < second }
            let times = (left.lastAt ?? .min, right.lastAt ?? .min)
            guard times.0 == times.1 else { return times.0 > times.1 }
            return left.detail.id < right.detail.id
        }
        return query.limit == 0 ? sorted : Array(sorted.prefix(query.limit))
    }

    private static func fulfils(_ entry: Entry, _ query: InboxQuery) -> Bool {
        let detail = entry.detail
        let fitsAssignee: Bool =
            switch query.assignee {
            case nil: true
            case .some(.none): detail.assignee == nil
            case .person(let id): detail.assignee?.id == id
            }
        let at = entry.lastAt ?? .min
        return fitsAssignee && (query.status ?? detail.status) == detail.status
            && (query.channel == nil || query.channel == detail.channel)
            && (query.leadStatus == nil || query.leadStatus == entry.leadStatus)
            && at >= (query.since ?? .min) && at < (query.until ?? .max)
            && query.label.map(detail.labels.contains) ?? true && (!query.unreadOnly || entry.unread > 0)
            && (query.mentioning.map { person in
                detail.messages.contains { $0.mentions.contains { $0.id == person } }
            } ?? true)
            && (!query.displacedOnly || entry.isDisplaced)
            && (query.isSnoozed ?? (detail.snoozedUntil != nil)) == (detail.snoozedUntil != nil)
            && (query.search.map { finds($0, in: detail) } ?? true)
    }

    /// In the customer's name or e-mail or, as the beginning of a word, in a message.
    private static func finds(_ text: String, in detail: ConversationDetail) -> Bool {
        if detail.lead?.name?.contains(text) ?? false || detail.lead?.email?.contains(text) ?? false { return true }
        return detail.messages.contains { message in
            message.text.split(separator: " ").contains { $0.hasPrefix(text) }
        }
    }
}

extension NaiveInbox {
    /// How many a query finds, as ``InboxCounts`` tells it.
    struct Counts: Equatable {
        var total = 0
        var statuses: [ConversationStatus: Int] = [:]
        var channels: [String?: Int] = [:]
        var leadStatuses: [String: Int] = [:]
        var assignees: [ChangeID?: Int] = [:]
        var unread = 0
    }

    func counts(_ query: InboxQuery) -> Counts {
        var unlimited = query
        unlimited.limit = 0
        let found = { (change: (inout InboxQuery) -> Void) in
            var other = unlimited
            change(&other)
            return find(other)
        }
        var counts = Counts()
        counts.total = find(unlimited).count
        for status in ConversationStatus.allCases { counts.statuses[status] = found { $0.status = status }.count }
        for entry in found({ $0.channel = nil }) { counts.channels[entry.detail.channel, default: 0] += 1 }
        for entry in found({ $0.leadStatus = nil }) {
            counts.leadStatuses[entry.leadStatus ?? LeadStatus.new.rawValue, default: 0] += 1
        }
        for entry in found({ $0.assignee = nil }) { counts.assignees[entry.detail.assignee?.id, default: 0] += 1 }
        counts.unread = found { $0.unreadOnly = true }.count
        return counts
    }
}

extension NaiveInbox.Counts {
    init(_ counts: InboxCounts) {
        self.init(
            total: counts.total, statuses: counts.statuses, channels: counts.channels,
            leadStatuses: counts.leadStatuses, assignees: counts.assignees, unread: counts.unread)
    }
}
