import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus show`
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a conversation with its messages, and note on this device that it was shown.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "How many messages, the last ones; 0 is all.") var limit = 0
    @Option(help: "Only messages before this one.") var before: String?
    @Option(help: "As this device would have shown it then: 2026-11-22 or 2026-11-22T15:30:00Z.") var at: String?

    func run() throws {
        if let at = try TimeOption.milliseconds(at) { return try showPast(at: at) }
        let replica = try options.home.open()
        let now = try ScreenClock.now(of: replica)
        let detail = try replica.read { database in
            try ConversationReader(database, now: now).conversation(conversation, limit: max(limit, 0), before: before)
        }
        let seen = try replica.markDisplayed(detail.id)
        if options.json {
            Console.print(JSONOutput(detail: detail, seen: seen).text())
        } else {
            ConversationScreen(width: Console.width, now: now).lines(of: detail).forEach(Console.print)
        }
    }
}
