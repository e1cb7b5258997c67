import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus outbox`
struct OutboxGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Replies on their way: what has become of each, and what wants your eye.",
        subcommands: [
            List.self, Show.self, Send.self, Edit.self, Drop.self, Review.self, Audit.self,
        ], defaultSubcommand: List.self)

    /// `nexus outbox list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List replies, the oldest first.",
            discussion: """
                All that are not settled, and those of the last day: queued, held (with the reason, and what its author \
                had not been shown), dispatching, sent, delivered, read, failed, unknown, cancelled.
                """)
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Only yours.") var mine = false
        @Flag(help: "Only those that are not settled.") var open = false
        @Option(help: "Only in this conversation, by the start of its id.") var conversation: String?
        @Option(help: "Only in this state, such as held.") var state: String?

        func run() throws {
            let replica = try options.home.open(.reading)
            let state = try state.map { text in
                try Choice.of(text, named: "state", among: DeliveryState.allCases.map(\.rawValue)) {
                    DeliveryState(rawValue: $0)
                }
            }
            let now = try ScreenClock.now(of: replica)
            let own = mine ? try replica.member(replica.id.device)?.person : nil
            let items = try replica.read { database in
                try OutboxReader(database).items(
                    .init(
                        person: own, conversation: conversation, settledSince: open ? nil : now - 24 * 3_600_000,
                        state: state))
            }
            if options.json { return Console.print(JSONOutput.array(items.map { JSONOutput(outbox: $0) }).text()) }
            OutboxScreen(width: Console.width).list(items).forEach(Console.print)
        }
    }

    /// `nexus outbox show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a reply beside what its author had not seen.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the message's id.") var message: String

        func run() throws {
            let replica = try options.home.open()
            let (item, detail) = try Outbox.item(message, in: replica)
            let seen = try replica.markDisplayed(item.conversation)
            if options.json { return Console.print(JSONOutput(outbox: item, in: detail, seen: seen).text()) }
            try Outbox.lines(item, in: detail, for: replica).forEach(Console.print)
        }
    }

    /// `nexus outbox send`
    struct Send: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send",
            abstract: "Send a held reply as it is. What is said after you looked at it holds it again.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the message's id.") var message: String
        @Option(help: "The screen you looked at: a token from nexus outbox show --json or nexus show --json.")
        var seen: String?

        func run() throws {
            try Writing(options: options).change("Queued again.") { try $0.release(message, seen: seen) }
        }
    }

    /// `nexus outbox edit`
    struct Edit: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "edit", abstract: "Put another text in a reply's place; the old one is cancelled.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the message's id.") var message: String
        @Argument(help: "What to say instead, or - for standard input.") var text: String
        @Option(help: "The screen you looked at: a token from nexus outbox show --json or nexus show --json.")
        var seen: String?

        func run() throws {
            let body = try StandardInput.text(or: text)
            try Writing(options: options).reply("Queued in its place.") { try $0.edit(message, to: body, seen: seen) }
        }
    }

    /// `nexus outbox drop`
    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drop",
            abstract: "Do not send a reply; of one that failed or may have been sent, take note.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the message's id.") var message: String

        func run() throws { try Writing(options: options).change("Cancelled.") { try $0.drop(message) } }
    }

    /// `nexus outbox audit`
    struct Audit: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "audit",
            abstract: "Account for every reply: one state each, by whose decision, on what evidence.",
            discussion: "Reads what the log says, message by message. Ends with status 1 if anything does not add up.")
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Tell of each reply.") var each = false

        func run() throws {
            let replica = try options.home.open(.reading)
            let audit = try replica.read { try OutboxAudit($0) }
            if options.json {
                Console.print(JSONOutput(audit: audit, each: each).text())
            } else {
                OutboxScreen(width: Console.width).audit(audit, each: each).forEach(Console.print)
            }
            if !audit.problems.isEmpty { throw ExitCode(1) }
        }
    }
}

/// What the outbox commands share.
enum Outbox {
    /// A message, and its conversation's thread.
    static func item(_ text: String, in replica: Replica) throws -> (OutboxItem, ConversationDetail) {
        let now = try ScreenClock.now(of: replica)
        return try replica.read { database in
            let item = try OutboxReader(database).item(text)
            return (item, try ConversationReader(database, now: now).conversation(item.conversation.text, limit: 0))
        }
    }

    /// A message beside what its author had not seen. Somebody else is shown the whole thread, for they have seen none of it.
    static func lines(_ item: OutboxItem, in detail: ConversationDetail, for replica: Replica) throws -> [String] {
        let isOwn = try replica.member(replica.id.device)?.person == item.person
        let thread =
            isOwn
            ? []
            : ConversationScreen(width: Console.width, now: try ScreenClock.now(of: replica)).lines(of: detail) + [""]
        return thread + OutboxScreen(width: Console.width).item(item, among: detail)
    }
}
