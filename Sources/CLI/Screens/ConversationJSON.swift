import ChangeLog
import Inbox

/// Conversations as JSON.
extension JSONOutput {
    init(detail: ConversationDetail, seen: String?) {
        self = .object(
            [
                ("id", .string(detail.id.text)), ("subject", JSONOutput(detail.subject)),
                ("channel", JSONOutput(detail.channel)), ("account", Self.account(detail)),
                ("status", .string(detail.status.rawValue)), ("closing", JSONOutput(detail.obstacle?.rawValue)),
                ("ai", Self.control(detail.pause)), ("window", Self.window(detail)),
                ("lead", detail.lead.map { JSONOutput(lead: $0) } ?? .null),
                ("labels", .array(detail.labels.map(JSONOutput.string))), ("assignee", JSONOutput(detail.assignee)),
                ("assignedBy", JSONOutput(detail.assignedBy?.rawValue)),
                ("assignmentLostBy", .array(detail.displaced.map { JSONOutput($0) })),
                ("snoozedUntil", Self.time(detail.snoozedUntil)),
                ("summary", detail.summary.map(JSONOutput.init(summary:)) ?? .null),
                ("links", .array(detail.links.map { .string($0.text) })), ("locale", JSONOutput(detail.locale)),
                ("source", JSONOutput(detail.source)), ("seen", JSONOutput(seen)),
            ] + [("messages", .array(detail.messages.map(JSONOutput.init(message:))))])
    }

    private static func account(_ detail: ConversationDetail) -> JSONOutput {
        detail.account.map { .object([("id", .string($0.id.text)), ("name", JSONOutput($0.name))]) } ?? .null
    }

    private static func control(_ pause: Pause?) -> JSONOutput {
        .object([
            ("state", .string(pause == nil ? "on" : "paused")), ("reason", JSONOutput(pause?.reason.rawValue)),
            ("until", time(pause?.until)),
        ])
    }

    private static func window(_ detail: ConversationDetail) -> JSONOutput {
        let (state, until, since): (String, Int64?, Int64?) =
            switch detail.window {
            case .unlimited: ("unlimited", nil, nil)
            case .open(let until): ("open", until, nil)
            case .closed(let since): ("closed", nil, since)
            case .assistantOnly: ("assistant-only", nil, nil)
            }
        return .object([
            ("state", .string(state)), ("until", time(until)), ("since", time(since)),
            ("offers", .array(detail.offers.map { .string($0.rawValue) })),
        ])
    }

    private static func time(_ milliseconds: Int64?) -> JSONOutput {
        JSONOutput(milliseconds.map { Instant.text(milliseconds: $0) })
    }

    private init(summary: ConversationSummary) {
        let list = { (lines: [String]) in JSONOutput.array(lines.map(JSONOutput.string)) }
        self = .object([
            ("topics", list(summary.topics)), ("pains", list(summary.pains)), ("products", list(summary.products)),
            ("nextSteps", list(summary.nextSteps)), ("openQuestions", list(summary.openQuestions)),
            ("source", JSONOutput(summary.source?.rawValue)), ("reaches", JSONOutput(summary.reaches?.text)),
            ("missing", JSONOutput(summary.missing)),
        ])
    }

    private init(message: MessageDetail) {
        self = .object([
            ("id", .string(message.id.text)), ("from", .string(message.sender.name)),
            ("author", JSONOutput(message.author)), ("kind", .string(message.kind.name)),
            ("text", .string(message.text)), ("at", Self.time(message.at)),
            ("state", JSONOutput(message.state?.rawValue)), ("code", JSONOutput(message.outbox?.code)),
            ("reason", JSONOutput(message.outbox?.reason?.rawValue)),
            ("unseen", .array(message.unseen.map { .string($0.text) })), ("late", .bool(message.isLate)),
            ("edited", .bool(message.isEdited)), ("revoked", .bool(message.isRevoked)),
            ("about", JSONOutput(message.about?.text)),
            (
                "reactions",
                .array(
                    message.reactions.map { .object([("from", .string($0.sender.name)), ("text", .string($0.text))]) })
            ),
            ("transcript", JSONOutput(message.transcript)), ("file", message.file.map(Self.file) ?? .null),
            ("details", JSONOutput(message.details)), ("template", JSONOutput(message.template?.text)),
            ("mentions", .array(message.mentions.map { JSONOutput($0) })),
        ])
    }

    private static func file(_ file: MessageDetail.File) -> JSONOutput {
        .object([
            ("hash", JSONOutput(file.blob.map { Base32.text($0) })), ("mime", JSONOutput(file.mime)),
            ("size", JSONOutput(file.size)), ("name", JSONOutput(file.name)),
        ])
    }
}
