import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus show`
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a conversation with its messages, and note on this device that it was shown.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "How many messages, the last ones; 0 is all.") var limit = 0
    @Option(help: "Only messages before this one.") var before: String?
    @Option(help: "As this device would have shown it then: 2026-11-22 or 2026-11-22T15:30:00Z.") var at: String?

    func run() throws {
        if let at = try TimeOption.milliseconds(at) { return try showPast(at: at) }
        let replica = try options.home.open()
        let detail = try replica.read { database in
            try ConversationReader(database).conversation(conversation, limit: max(limit, 0), before: before)
        }
        let seen = try replica.markDisplayed(detail.id)
        if options.json {
            Console.print(JSONOutput(detail: detail, seen: seen).text())
        } else {
            ConversationScreen(width: Console.width).lines(of: detail).forEach(Console.print)
        }
    }
}

extension JSONOutput {
    init(detail: ConversationDetail, seen: String?) {
        self = .object([
            ("id", .string(detail.id.text)), ("subject", JSONOutput(detail.subject)),
            ("channel", JSONOutput(detail.channel)), ("status", .string(detail.status.rawValue)),
            (
                "ai",
                .object([
                    ("state", .string(detail.pause == nil ? "on" : "paused")),
                    ("reason", JSONOutput(detail.pause?.rawValue)), ("until", .null),
                ])
            ),
            ("lead", detail.lead.map(JSONOutput.init(lead:)) ?? .null),
            ("labels", .array(detail.labels.map(JSONOutput.string))), ("assignee", JSONOutput(detail.assignee)),
            ("seen", JSONOutput(seen)), ("messages", .array(detail.messages.map(JSONOutput.init(message:)))),
        ])
    }

    private init(message: MessageDetail) {
        self = .object([
            ("id", .string(message.id.text)), ("from", .string(message.sender.name)),
            ("author", JSONOutput(message.author)), ("kind", .string(message.kind.name)),
            ("text", .string(message.text)),
            ("at", JSONOutput(message.at.map { Instant.text(milliseconds: $0) })),
            ("state", JSONOutput(message.state)),
            ("unseen", .array(message.unseen.map { .string($0.text) })),
        ])
    }

    init(lead: Lead) {
        self = .object([
            ("id", .string(lead.id.text)), ("name", JSONOutput(lead.name)), ("email", JSONOutput(lead.email)),
            ("phone", JSONOutput(lead.phone)), ("status", .string(lead.status)), ("score", JSONOutput(lead.score)),
            ("labels", .array(lead.labels.map(JSONOutput.string))),
            ("conversations", .array(lead.conversations.map { .string($0.text) })),
        ])
    }
}
