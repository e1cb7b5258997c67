import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus inbox`
struct InboxList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox", abstract: "List conversations, newest first.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "active, human_needed or closed.") var status: String?
    @Option(help: "Only of this channel.") var channel: String?
    @Option(help: "Only of leads of this status.") var leadStatus: String?
    @Option(help: "A person, me, or none.") var assignee: String?
    @Option(help: "Last message at or after: 2026-11-22 or RFC 3339.") var since: String?
    @Option(help: "Last message before.") var until: String?
    @Option(help: "In the customer's name or e-mail, or a message.") var search: String?
    @Flag(help: "Only with unread messages.") var unread = false
    @Option(help: "How many rows; 0 is all.") var limit = 50

    func run() throws {
        let replica = try options.home.open(.reading)
        let own = try replica.member(replica.id.device)?.person ?? ChangeID(high: 0, low: 0)
        let now = try ScreenClock.now(of: replica)
        let cards = try replica.read { database in
            try query(own: own, people: People(database)).cards(in: database, now: now)
        }
        if options.json {
            Console.print(JSONOutput.array(cards.map(JSONOutput.init(card:))).text())
        } else {
            InboxScreen(width: Console.width).lines(of: cards).forEach(Console.print)
        }
    }

    private func query(own: ChangeID, people: People) throws -> InboxQuery {
        var query = InboxQuery()
        query.status = try status.map { text in
            try Choice.of(text, named: "status", among: ConversationStatus.allCases.map(\.rawValue)) {
                ConversationStatus(rawValue: $0)
            }
        }
        query.channel = channel
        query.leadStatus = leadStatus
        switch assignee {
        case nil: break
        case "me": query.assignee = .person(own)
        case "none": query.assignee = InboxQuery.Assignee.none
        case .some(let name): query.assignee = .person(try people.named(name).id)
        }
        query.since = try TimeOption.milliseconds(since)
        query.until = try TimeOption.milliseconds(until)
        query.search = search
        query.unreadOnly = unread
        query.limit = max(limit, 0)
        return query
    }
}

extension JSONOutput {
    init(card: Card) {
        let lead = card.lead.map { lead in
            JSONOutput.object([
                ("id", .string(lead.id.text)), ("status", .string(lead.status)), ("score", JSONOutput(lead.score)),
            ])
        }
        self = .object([
            ("id", .string(card.id.text)),
            (
                "customer",
                .object([("name", JSONOutput(card.customer.name)), ("avatar", JSONOutput(card.customer.avatar))])
            ),
            ("channel", JSONOutput(card.channel)), ("preview", .string(card.preview)),
            ("lastMessageAt", JSONOutput(card.lastMessageAt.map { Instant.text(milliseconds: $0) })),
            ("status", .string(card.status.rawValue)), ("lead", lead ?? .null), ("unread", JSONOutput(card.unread)),
            ("assignee", JSONOutput(card.assignee)), ("assignmentLost", .bool(card.isDisplaced)),
            ("snoozedUntil", JSONOutput(card.snoozedUntil.map { Instant.text(milliseconds: $0) })),
            ("labels", .array(card.labels.map(JSONOutput.string))),
        ])
    }
}
