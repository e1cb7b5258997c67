import ChangeLog
import Inbox

/// Draws the outbox.
struct OutboxScreen {
    let width: Int

    // MARK: A list

    func list(_ items: [OutboxItem]) -> [String] {
        guard !items.isEmpty else { return ["Nothing is on its way."] }
        let table = TextTable(
            columns: [
                .init("ID", 9), .init("WHEN", 17), .init("BY", 10), .init("TO", 14), .init("STATE", 12),
                .init("TEXT", 0),
            ], width: width)
        var lines: [String] = []
        for (item, line) in zip(items, table.lines(items.map(cells)).dropFirst()) {
            lines.append(line)
            if let note = note(on: item) { lines.append("         " + TerminalText.truncated(note, to: width - 9)) }
        }
        return [table.lines([])[0]] + lines
    }

    private func cells(_ item: OutboxItem) -> [String] {
        [
            String(item.id.text.prefix(8)), InboxScreen.minute(item.queuedAt), item.author ?? item.sender.name,
            item.customer ?? String(item.conversation.text.prefix(8)), item.outbox.state.rawValue, item.text,
        ]
    }

    /// Why it stands where it stands.
    private func note(on item: OutboxItem) -> String? {
        var notes: [String] = []
        if let reason = item.outbox.reason { notes.append(OutboxWords.words(reason)) }
        if let code = item.outbox.code { notes.append(OutboxWords.failure(code)) }
        if item.outbox.isCancelTooLate { notes.append("cancelled too late") }
        if item.outbox.state == .unknown { notes.append("it may have been sent; nobody tries again") }
        if !item.unseen.isEmpty, !item.outbox.state.hasLeft {
            notes.append("\(Plural.of(item.unseen.count, "message")) not seen by its author")
        }
        if let behind = item.behind { notes.append("waits for \(behind.text.prefix(8))") }
        if let time = item.terms.notBefore, item.outbox.state == .queued {
            notes.append("not before \(InboxScreen.minute(time))")
        }
        return notes.isEmpty ? nil : TerminalText.safe(notes.joined(separator: "; "), multiline: false)
    }

    // MARK: One message

    /// Beside what its author had not been shown, and what to do about it.
    func item(_ item: OutboxItem, among detail: ConversationDetail) -> [String] {
        var lines = [
            "To \(TerminalText.safe(item.customer ?? "the customer", multiline: false)), "
                + "\(OutboxWords.state(item.outbox.state, item.outbox)), by "
                + "\(TerminalText.safe(item.author ?? item.sender.name, multiline: false)) at \(InboxScreen.minute(item.queuedAt)):"
        ]
        lines += text(item.text)
        let unseen = detail.messages.filter { item.unseen.contains($0.id) }
        if unseen.isEmpty { return lines + ["Its author had seen everything."] }
        lines.append("What its author had not seen:")
        for message in unseen {
            let who = message.author ?? message.sender.name
            let state = message.state.map { " · " + OutboxWords.state($0, message.outbox) } ?? ""
            lines.append("  \(InboxScreen.minute(message.at)) \(TerminalText.safe(who, multiline: false))\(state)")
            lines += text(message.isRevoked ? "(taken back)" : message.text).map { "  " + $0 }
        }
        return lines
    }

    private func text(_ text: String) -> [String] {
        TerminalText.wrapped(TerminalText.safe(text, multiline: true), width: width - 6).map { "    " + $0 }
    }

    // MARK: The account

    func audit(_ audit: OutboxAudit, each: Bool) -> [String] {
        var lines: [String] = []
        if each {
            for line in audit.lines {
                lines.append(
                    "\(line.message.text.prefix(8)) \(OutboxWords.state(line.outbox.state, line.outbox)), by "
                        + TerminalText.safe(line.decidedBy, multiline: false)
                        + ": " + line.evidence.map { String($0.text.prefix(8)) }.joined(separator: " "))
            }
        }
        lines.append("\(Plural.of(audit.lines.count, "reply", "replies")), each in one state:")
        lines += DeliveryState.allCases.compactMap { state in
            audit.countByState[state].map { "  \(TerminalText.padded(state.rawValue, to: 12))\($0)" }
        }
        lines += audit.problems.map { "\($0.message.text.prefix(8)): \(OutboxWords.words($0.kind))" }
        return lines + [audit.problems.isEmpty ? "It all adds up." : "\(Plural.of(audit.problems.count, "problem"))."]
    }
}
