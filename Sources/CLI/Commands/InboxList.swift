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
    @OptionGroup var filters: FilterOptions
    @Option(help: "A view: what it says holds where no option says otherwise.") var view: String?
    @Option(help: "How many rows; 0 is all.") var limit = 50
    @Flag(help: "Count instead: all, and by what the inbox can be filtered by.") var counts = false

    func run() throws {
        let replica = try options.home.open(.reading)
        let own = try replica.member(replica.id.device)?.person ?? ChangeID(high: 0, low: 0)
        let now = try ScreenClock.now(of: replica)
        let (people, saved) = try replica.read { database in
            (try People(database), try view.map { try SavedViewReader(database, for: own).named($0) })
        }
        var query = try filter(over: saved, people: people).query(for: own, people: people)
        query.limit = max(limit, 0)
        if counts {
            let page = CountsPage(counts: try replica.read { try query.counts(in: $0, now: now) }, people: people)
            return options.json
                ? Console.print(page.json.text()) : page.lines(width: Console.width).forEach(Console.print)
        }
        let cards = try replica.read { try query.cards(in: $0, now: now) }
        if options.json {
            Console.print(JSONOutput.array(cards.map(JSONOutput.init(card:))).text())
        } else {
            InboxScreen(width: Console.width).lines(of: cards).forEach(Console.print)
            if let words = OutboxWords.attention(try replica.read { try OutboxCounts($0) }) { Console.note(words) }
        }
    }

    /// What the options say, and the view where they say nothing.
    private func filter(over view: SavedView?, people: People) throws -> InboxFilter {
        let filter = try filters.filter(people: people)
        return try view.map { filter.over(try $0.readableFilter) } ?? filter
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
