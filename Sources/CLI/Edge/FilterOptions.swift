import ArgumentParser
import ChangeLog
import Inbox

/// Which conversations: what `nexus inbox` shows, and what a view keeps.
struct FilterOptions: ParsableArguments {
    @Option(help: "active, human_needed or closed.") var status: String?
    @Option(help: "Only of this channel.") var channel: String?
    @Option(help: "Only of leads of this status.") var leadStatus: String?
    @Option(help: "A person, me, or none.") var assignee: String?
    @Option(help: "Last message at or after: 2026-11-22 or RFC 3339.") var since: String?
    @Option(help: "Last message before.") var until: String?
    @Option(help: "In the customer's name or e-mail, or a message.") var search: String?
    @Option(help: "Only with this label.") var label: String?
    @Flag(inversion: .prefixedNo, help: "Only with unread messages.") var unread: Bool?
    @Flag(inversion: .prefixedNo, help: "Only snoozed ones, or only those that are not.") var snoozed: Bool?
    @Flag(inversion: .prefixedNo, help: "Only those given to you and to somebody else at once, who has them.")
    var displaced: Bool?
    @Flag(inversion: .prefixedNo, help: "Only those with a note that calls you by @name.") var mentionsMe: Bool?
    @Option(help: "What comes first: time, the newest; or need, those that need a person.") var order: String?

    /// What these options say; a person is kept by id, so that a new name changes nothing.
    func filter(people: People) throws -> InboxFilter {
        var filter = InboxFilter()
        filter.status = try status.map { text in
            try Choice.of(text, named: "status", among: ConversationStatus.allCases.map(\.rawValue)) { $0 }
        }
        (filter.channel, filter.leadStatus) = (channel, leadStatus)
        filter.assignee = try assignee.map { name in
            ["me", "none"].contains(name) ? name : try people.named(name).id.text
        }
        for time in [since, until] { _ = try TimeOption.milliseconds(time) }
        (filter.since, filter.until) = (since, until)
        (filter.search, filter.label) = (search, label)
        (filter.unread, filter.snoozed, filter.displaced) = (unread, snoozed, displaced)
        filter.mentionsMe = mentionsMe
        filter.order = try order.map { text in
            try Choice.of(text, named: "order", among: InboxQuery.Order.allCases.map(\.rawValue)) { $0 }
        }
        return filter
    }
}
