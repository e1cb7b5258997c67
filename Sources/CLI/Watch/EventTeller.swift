import CRDT
import ChangeLog
import Glibc
import Inbox

/// Prints an event or runs a command for it. Either has happened when ``tell(_:)`` returns.
struct EventTeller: Sendable {
    /// Nil for all.
    let kinds: Set<Event.Kind>?
    /// For `/bin/sh`; nil prints.
    let command: String?
    let isJSON: Bool

    func tell(_ notice: Watcher.Notice) {
        guard kinds?.contains(notice.event.kind) ?? true else { return }
        guard let command else {
            return Console.print(isJSON ? EventText.json(notice).text() : EventText.line(notice))
        }
        let status = ShellCommand(command).run(
            variables: EventText.variables(notice), input: EventText.json(notice).text() + "\n")
        // It is told, for all we can do: asked again and again for one event it would hold back all others.
        if status != 0 { Console.note("The command ended with \(status) for \(notice.event.id).") }
    }
}

/// An event in words, for programs and for the shell.
enum EventText {
    static func json(_ notice: Watcher.Notice) -> JSONOutput {
        let event = notice.event
        return .object([
            ("event", .string(event.kind.rawValue)), ("id", .string(event.id)),
            ("at", .string(Instant.text(milliseconds: event.at))),
            ("conversation", JSONOutput(event.conversation?.text)), ("lead", JSONOutput(event.lead?.text)),
            ("customer", JSONOutput(event.customer)), ("message", JSONOutput(event.message?.text)),
            ("text", JSONOutput(event.text)), ("by", JSONOutput(event.by)), ("reason", JSONOutput(event.reason)),
            ("until", JSONOutput(event.until.map { Instant.text(milliseconds: $0) })),
            ("score", JSONOutput(event.score)), ("again", .bool(notice.isAgain)),
        ])
    }

    /// Facts, and nothing that a customer has written but the name.
    static func variables(_ notice: Watcher.Notice) -> [(String, String)] {
        let event = notice.event
        let facts: [(String, String?)] = [
            ("EVENT", event.kind.rawValue), ("EVENT_ID", event.id), ("AT", Instant.text(milliseconds: event.at)),
            ("CONVERSATION", event.conversation?.text), ("LEAD", event.lead?.text), ("CUSTOMER", event.customer),
            ("MESSAGE", event.message?.text), ("BY", event.by), ("REASON", event.reason),
            ("UNTIL", event.until.map { Instant.text(milliseconds: $0) }), ("SCORE", event.score.map(String.init)),
            ("AGAIN", notice.isAgain ? "1" : "0"),
        ]
        return facts.map { ("NEXUS_\($0)", TerminalText.safe($1 ?? "", multiline: false)) }
    }

    static func line(_ notice: Watcher.Notice) -> String {
        let event = notice.event
        let place = (event.conversation ?? event.lead).map { String($0.text.prefix(8)) } ?? ""
        let parts = [
            InboxScreen.minute(event.at), place, words(event), event.text.map { "“\($0)”" },
            notice.isAgain ? "(may have come before)" : nil,
        ]
        return TerminalText.safe(parts.compactMap(\.self).joined(separator: "  "), multiline: false)
    }

    private static func words(_ event: Event) -> String {
        let customer = event.customer ?? "somebody"
        let by = event.by ?? "somebody"
        return switch event.kind {
        case .message: "\(customer) wrote"
        case .escalation: "\(by) asks for a person for \(customer)"
        case .mention: "\(by) calls you about \(customer)"
        case .assigned: "\(by) gave you \(customer)"
        case .lost: "\(customer) is \(event.reason.map { "\($0)'s" } ?? "nobody's") now, and was yours"
        case .windowClosing: "\(customer) waits, and the window closes at \(InboxScreen.minute(event.until))"
        case .hotLead: "\(customer) has come to a score of \(event.score ?? 0)"
        case .held: "your reply to \(customer) is held: \(event.reason ?? "")"
        case .failed: "your reply to \(customer) has failed: \(event.reason ?? "")"
        case .unknown: "nobody knows whether your reply to \(customer) left"
        }
    }
}
