import ChangeLog
import Inbox

/// Draws the inbox as a table of one line a conversation, with fewer columns on a narrower terminal.
struct InboxScreen {
    let width: Int

    func lines(of cards: [Card]) -> [String] {
        guard !cards.isEmpty else { return ["No conversations."] }
        let columns = Column.fitting(width)
        let table = TextTable(columns: columns.map(\.table) + [TextTable.Column("MESSAGE", 0)], width: width)
        return table.lines(cards.map { card in columns.map { text(of: card, in: $0) } + [message(of: card)] })
    }

    /// What stands before the message, from left to right.
    private enum Column: CaseIterable {
        case id, time, channel, customer, status, lead, assignee

        /// What a narrow terminal goes without, the first one first.
        private static let dispensable = [lead, assignee, channel, status, time]
        /// How many places the message needs to say anything.
        private static let room = 20

        /// Those that leave the message room.
        static func fitting(_ width: Int) -> [Column] {
            var columns = allCases
            for column in dispensable where columns.reduce(room, { $0 + $1.table.width }) > width {
                columns.removeAll { $0 == column }
            }
            return columns
        }

        var table: TextTable.Column {
            switch self {
            case .id: TextTable.Column("ID", 9)
            case .time: TextTable.Column("WHEN", 17)
            case .channel: TextTable.Column("ON", 4)
            case .customer: TextTable.Column("CUSTOMER", 18)
            case .status: TextTable.Column("STATUS", 8)
            case .lead: TextTable.Column("LEAD", 12)
            case .assignee: TextTable.Column("ASSIGNEE", 10)
            }
        }
    }

    private func text(of card: Card, in column: Column) -> String {
        switch column {
        case .id: String(card.id.text.prefix(8))
        case .time: Self.minute(card.lastMessageAt)
        case .channel: Self.mark(of: card.channel)
        case .customer: card.customer.name ?? "-"
        case .status: Self.word(for: card.status)
        case .lead: card.lead.map { "\($0.status)\($0.score.map { " \($0)" } ?? "")" } ?? ""
        case .assignee: card.assignee?.name ?? ""
        }
    }

    private func message(of card: Card) -> String {
        var marks = card.unread > 0 ? "(\(card.unread)) " : ""
        if card.isDisplaced { marks += "[given to another] " }
        if card.snoozedUntil != nil { marks += "[snoozed] " }
        return marks + card.preview
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
