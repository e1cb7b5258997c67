import ChangeLog
import Inbox

/// Path of a change, stop 10: the conversation is read and drawn.
///
/// Draws a conversation: who it is with, how it stands, and its messages, day by day.
struct ConversationScreen {
    let width: Int
    /// Milliseconds since 1970, for what ends by itself.
    let now: Int64

    func lines(of detail: ConversationDetail) -> [String] {
        heading(of: detail) + thread(detail.messages)
    }

    // MARK: Heading

    private func heading(of detail: ConversationDetail) -> [String] {
        let channel = detail.account?.name ?? detail.channel ?? "an imported channel"
        let title = "\(safe(detail.lead?.name ?? "Nameless")) on \(safe(channel))"
        let lines = fields(of: detail).compactMap { name, value in
            value.map { safe(TerminalText.padded(name, to: 10) + $0) }
        }
        return ([title] + lines).map { TerminalText.truncated($0, to: width) } + notices(of: detail)
    }

    private func fields(of detail: ConversationDetail) -> [(String, String?)] {
        let lead = detail.lead
        let contact = [lead?.email, lead?.phone].compactMap { $0 }.joined(separator: ", ")
        return [
            ("Subject", detail.subject), ("Contact", contact.isEmpty ? nil : contact),
            (
                "Status",
                "\(InboxScreen.word(for: detail.status)); \(assistant(detail.pause)); "
                    + "assigned to \(detail.assignee?.name ?? "nobody")"
            ),
            ("Window", window(detail)),
            ("Lead", lead.map { "\($0.status)\($0.score.map { ", score \($0)" } ?? "")" }),
            ("Labels", detail.labels.isEmpty ? nil : detail.labels.joined(separator: ", ")),
            ("Snoozed", detail.snoozedUntil.map { "until \(InboxScreen.minute($0))" }),
            ("Language", detail.locale), ("Source", detail.source),
            ("Linked", links(detail)),
        ]
    }

    private func assistant(_ pause: Pause?) -> String {
        guard let pause else { return "assistant on" }
        guard let until = pause.until else { return "assistant paused (\(pause.reason.rawValue))" }
        return "assistant paused for \(span(until - now)) (\(pause.reason.rawValue))"
    }

    private func window(_ detail: ConversationDetail) -> String? {
        let offers = detail.offers.map(Self.word).joined(separator: ", or ")
        switch detail.window {
        case .unlimited: return nil
        case .open(let until): return "open for \(span(until - now)), until \(InboxScreen.minute(until))"
        case .closed(let since):
            let time = since.map { "since \(InboxScreen.minute($0))" } ?? "the customer has not written here yet"
            return "closed, \(time)\(offers.isEmpty ? "" : ": \(offers)")"
        case .assistantOnly: return "only the assistant answers here\(offers.isEmpty ? "" : ": \(offers)")"
        }
    }

    private static func word(_ offer: WindowOffer) -> String {
        switch offer {
        case .template: "send a template"
        case .followUp: "follow up on WhatsApp"
        case .wait: "wait for the customer"
        }
    }

    private func links(_ detail: ConversationDetail) -> String? {
        detail.links.isEmpty ? nil : detail.links.map { String($0.text.prefix(8)) }.joined(separator: ", ")
    }

    /// What somebody has to know before they answer.
    private func notices(of detail: ConversationDetail) -> [String] {
        var notices: [String] = []
        switch detail.obstacle {
        case .unseen: notices.append("Somebody closed it without having seen everything below: it stays open.")
        case .ownReply: notices.append("Closed as soon as the reply that was written before has left.")
        case nil: break
        }
        for person in detail.displaced {
            notices.append("\(safe(person.name)) was assigned at the same time and does not have it.")
        }
        if let summary = detail.summary { notices += lines(of: summary) }
        return notices.flatMap { TerminalText.wrapped($0, width: width) }
    }

    private func lines(of summary: ConversationSummary) -> [String] {
        let parts = [
            ("Topics", summary.topics), ("Pains", summary.pains), ("Products", summary.products),
            ("Next", summary.nextSteps), ("Open", summary.openQuestions),
        ]
        let lines = parts.filter { !$0.1.isEmpty }.map { name, items in
            TerminalText.padded(name, to: 10) + safe(items.joined(separator: "; "))
        }
        let missing = summary.missing == 0 ? [] : ["The summary does not know of the last \(summary.missing) messages."]
        return lines + missing
    }

    /// To the minute: "2 d 3 h", "5 h 10 min", "12 min".
    private func span(_ milliseconds: Int64) -> String {
        let minutes = max(milliseconds, 0) / 60_000
        if minutes >= 1440 { return "\(minutes / 1440) d \(minutes % 1440 / 60) h" }
        return minutes >= 60 ? "\(minutes / 60) h \(minutes % 60) min" : "\(minutes) min"
    }

    // MARK: Thread

    private func thread(_ messages: [MessageDetail]) -> [String] {
        var lines: [String] = []
        var day: Substring?
        for message in messages {
            let time = InboxScreen.minute(message.at)
            if time.prefix(10) != day {
                day = time.prefix(10)
                lines += ["", time.isEmpty ? "No time known" : "— \(time.prefix(10)) —"]
            }
            lines += self.lines(of: message, at: time.suffix(5))
        }
        return lines
    }

    private func lines(of message: MessageDetail, at time: Substring) -> [String] {
        let who = message.author ?? message.sender.name
        let kind = message.kind == .text ? "" : " [\(message.kind.name)]"
        let state = message.state.map { " · " + OutboxWords.state($0, message.outbox) } ?? ""
        let role = message.author == nil ? "" : " (\(message.sender.name))"
        let clock = time.isEmpty ? "" : "\(time) "
        // The name alone: a right-to-left one would turn round what is in one isolate with it.
        let head = "\(clock)\(safe(who))\(role)\(kind)\(safe(state))"
        return [TerminalText.truncated(head, to: width)] + body(of: message).map { "    " + $0 }
            + remarks(on: message).map { "    ^ " + TerminalText.truncated($0, to: width - 6) }
    }

    private func body(of message: MessageDetail) -> [String] {
        var lines: [String] = []
        if let file = message.file {
            let facts = [file.name, file.mime, file.size.map { "\($0) bytes" }].compactMap { $0 }
            lines.append(TerminalText.truncated(safe("(\(facts.joined(separator: ", ")))"), to: width - 4))
        }
        if message.isRevoked { lines.append("(taken back)") }
        if !message.text.isEmpty {
            lines += TerminalText.wrapped(TerminalText.safe(message.text, multiline: true), width: width - 4)
        }
        if let transcript = message.transcript {
            lines += TerminalText.wrapped("“\(TerminalText.safe(transcript, multiline: true))”", width: width - 4)
        }
        return lines
    }

    private func remarks(on message: MessageDetail) -> [String] {
        var remarks: [String] = []
        if let about = message.about { remarks.append("answers \(about.text.prefix(8))") }
        if !message.mentions.isEmpty {
            remarks.append(safe("calls \(message.mentions.map(\.name).joined(separator: ", "))"))
        }
        if message.isEdited { remarks.append("corrected by its author") }
        for reaction in message.reactions { remarks.append(safe("\(reaction.sender.name) reacted \(reaction.text)")) }
        if message.isLate { remarks.append("arrived late: what stands below was here before it") }
        if !message.unseen.isEmpty {
            let messages = "\(message.unseen.count) message\(message.unseen.count == 1 ? "" : "s")"
            remarks.append(
                message.sender == .customer
                    ? "written before \(messages) of the team had left"
                    : "written without having seen \(messages) above")
        }
        return remarks
    }

    private func safe(_ text: String) -> String { TerminalText.safe(text, multiline: false) }
}
