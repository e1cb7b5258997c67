import CRDT
import ChangeLog
import Inbox

/// The outbox as JSON.
extension JSONOutput {
    init(outbox item: OutboxItem) { self = .object(Self.members(item)) }

    /// A message with its conversation's thread.
    ///
    /// - Parameter seen: names the screen that this is drawn for.
    init(outbox item: OutboxItem, in detail: ConversationDetail, seen: String) {
        self = .object(
            Self.members(item) + [("seen", .string(seen)), ("thread", JSONOutput(detail: detail, seen: seen))])
    }

    private static func members(_ item: OutboxItem) -> [(String, JSONOutput)] {
        [
            ("id", .string(item.id.text)), ("conversation", .string(item.conversation.text)),
            ("customer", JSONOutput(item.customer)), ("author", JSONOutput(item.author)),
            ("from", .string(item.sender.name)), ("kind", .string(item.kind.name)), ("text", .string(item.text)),
            ("state", .string(item.outbox.state.rawValue)), ("reason", JSONOutput(item.outbox.reason?.rawValue)),
            ("code", JSONOutput(item.outbox.code)), ("settled", .bool(item.outbox.isSettled)),
            ("cancelTooLate", .bool(item.outbox.isCancelTooLate)),
            ("unseen", .array(item.unseen.map { .string($0.text) })), ("queuedAt", Self.moment(item.queuedAt)),
            ("notBefore", Self.moment(item.terms.notBefore)), ("expires", Self.moment(item.terms.notAfter)),
            ("sendAnyway", .bool(item.terms.sendsAnyway)), ("ifNoReply", .bool(item.terms.dropsIfMoved)),
            ("behind", JSONOutput(item.behind?.text)), ("providerId", JSONOutput(item.providerID)),
        ]
    }

    init(audit: OutboxAudit, each: Bool) {
        var members: [(String, JSONOutput)] = [
            ("messages", JSONOutput(audit.lines.count)),
            (
                "byState",
                .object(
                    DeliveryState.allCases.compactMap { state in
                        audit.countByState[state].map { (state.rawValue, JSONOutput($0)) }
                    })
            ),
            (
                "problems",
                .array(
                    audit.problems.map {
                        .object([("message", .string($0.message.text)), ("problem", .string($0.kind.rawValue))])
                    })
            ),
        ]
        if each { members.append(("each", .array(audit.lines.map(JSONOutput.init(line:))))) }
        self = .object(members)
    }

    private init(line: OutboxAudit.Line) {
        self = .object([
            ("id", .string(line.message.text)), ("conversation", .string(line.conversation.text)),
            ("state", .string(line.outbox.state.rawValue)), ("reason", JSONOutput(line.outbox.reason?.rawValue)),
            ("code", JSONOutput(line.outbox.code)), ("decidedBy", .string(line.decidedBy)),
            ("evidence", .array(line.evidence.map { .string($0.text) })),
        ])
    }

    private static func moment(_ time: Int64?) -> JSONOutput { JSONOutput(time.map { Instant.text(milliseconds: $0) }) }
}
