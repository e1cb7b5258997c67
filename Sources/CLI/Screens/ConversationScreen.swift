import ChangeLog
import Inbox

/// Path of a change, stop 10: the conversation is read and drawn.
///
/// Draws a conversation: who it is with, how it stands, and its messages.
struct ConversationScreen {
    let width: Int

    func lines(of detail: ConversationDetail) -> [String] {
        heading(of: detail) + [""] + detail.messages.flatMap(lines)
    }

    private func heading(of detail: ConversationDetail) -> [String] {
        let lead = detail.lead
        let contact = [lead?.email, lead?.phone].compactMap { $0 }.joined(separator: ", ")
        let assistant = detail.pause.map { "assistant paused (\($0.rawValue))" } ?? "assistant on"
        var lines = [safe("\(lead?.name ?? "Nameless") on \(detail.channel ?? "an imported channel")")]
        if let subject = detail.subject { lines.append(safe("Subject   \(subject)")) }
        if !contact.isEmpty { lines.append(safe("Contact   \(contact)")) }
        lines.append(
            "Status    \(InboxScreen.word(for: detail.status.rawValue)); \(assistant); "
                + safe("assigned to \(detail.assignee?.name ?? "nobody")"))
        if let lead { lines.append(safe("Lead      \(lead.status)\(lead.score.map { ", score \($0)" } ?? "")")) }
        if !detail.labels.isEmpty { lines.append(safe("Labels    \(detail.labels.joined(separator: ", "))")) }
        return lines.map { TerminalText.truncated($0, to: width) }
    }

    private func lines(of message: MessageDetail) -> [String] {
        let who = message.author ?? message.sender.name
        let kind = message.kind == .text ? "" : " [\(message.kind.name)]"
        let state = message.state.map { " · \($0)" } ?? ""
        let head = safe("\(InboxScreen.minute(message.at)) \(who) (\(message.sender.name))\(kind)\(state)")
        let body = TerminalText.wrapped(TerminalText.safe(message.text, multiline: true), width: width - 4)
        return [TerminalText.truncated(head, to: width)] + body.map { "    " + $0 } + unseen(by: message)
    }

    private func unseen(by message: MessageDetail) -> [String] {
        guard !message.unseen.isEmpty else { return [] }
        let count = message.unseen.count
        let messages = "\(count) message\(count == 1 ? "" : "s")"
        let words =
            message.sender == .customer
            ? "written before \(messages) of the team had left" : "written without having seen \(messages) above"
        return ["    ^ \(words)"]
    }

    private func safe(_ text: String) -> String { TerminalText.safe(text, multiline: false) }
}
