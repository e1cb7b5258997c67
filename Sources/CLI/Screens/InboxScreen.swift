import ChangeLog
import Inbox

/// Draws the inbox as a table of one line a conversation.
struct InboxScreen {
    let width: Int

    func lines(of cards: [Card]) -> [String] {
        guard !cards.isEmpty else { return ["No conversations."] }
        return [Self.heading] + cards.map(line)
    }

    private static let heading =
        TerminalText.padded("ID", to: 9) + TerminalText.padded("WHEN", to: 17) + TerminalText.padded("ON", to: 4)
        + TerminalText.padded("CUSTOMER", to: 18)
        + TerminalText.padded("STATUS", to: 8) + TerminalText.padded("LEAD", to: 12)
        + TerminalText.padded("ASSIGNEE", to: 10) + "MESSAGE"

    private func line(_ card: Card) -> String {
        let lead = card.lead.map { "\($0.status)\($0.score.map { " \($0)" } ?? "")" } ?? ""
        var marks = card.unread > 0 ? "(\(card.unread)) " : ""
        if card.isDisplaced { marks += "[given to another] " }
        if card.snoozedUntil != nil { marks += "[snoozed] " }
        let line =
            cell(String(card.id.text.prefix(8)), 9) + cell(Self.minute(card.lastMessageAt), 17)
            + cell(Self.mark(of: card.channel), 4) + cell(card.customer.name ?? "-", 18)
            + cell(Self.word(for: card.status), 8) + cell(lead, 12)
            + cell(card.assignee?.name ?? "", 10)
        return line + TerminalText.truncated(TerminalText.safe(marks + card.preview, multiline: false), to: width - 78)
    }

    /// Two letters for a channel that there is; an import's is not told.
    private static func mark(of channel: String?) -> String {
        switch channel.flatMap(ChannelKind.init) {
        case .whatsapp: "WA"
        case .whatsappDirect: "WD"
        case .messenger: "FB"
        case .instagram: "IG"
        case .webChat: "WC"
        case nil: ""
        }
    }

    private func cell(_ text: String, _ columns: Int) -> String {
        let safe = TerminalText.safe(text, multiline: false)
        return TerminalText.padded(TerminalText.truncated(safe, to: columns - 1), to: columns)
    }

    static func word(for status: ConversationStatus) -> String {
        switch status {
        case .humanNeeded: "HUMAN"
        case .closed: "closed"
        case .active: "active"
        }
    }

    /// To the minute; nothing where there is no time.
    static func minute(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "" }
        let text = Instant.text(milliseconds: milliseconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5)
    }
}
