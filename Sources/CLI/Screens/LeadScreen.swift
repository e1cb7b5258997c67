import CRDT
import ChangeLog
import Inbox

/// Draws leads.
struct LeadScreen {
    let width: Int

    // MARK: A list

    func lines(of leads: [LeadLine]) -> [String] {
        guard !leads.isEmpty else { return ["No leads."] }
        let table = TextTable(
            columns: [
                .init("ID", 9), .init("NAME", 26), .init("STATUS", 14), .init("SCORE", 15), .init("ASSIGNEE", 12),
                .init("CONTACT", 0),
            ], width: width)
        return table.lines(leads.map(cells))
    }

    private func cells(of lead: LeadLine) -> [String] {
        [
            Self.short(lead.id), lead.name ?? "-", lead.status, lead.score.map { Self.words(score: $0) } ?? "",
            lead.assignee?.name ?? "", [lead.email, lead.phone].compactMap { $0 }.joined(separator: ", "),
        ]
    }

    // MARK: One

    func lines(of lead: Lead) -> [String] {
        var lines = [TerminalText.truncated(safe(lead.name ?? lead.username ?? "Nameless"), to: width)]
        lines += fields(of: lead).flatMap { field($0, $1) }
        if let summary = lead.summary { lines += ["", "Summary"] + body(summary) }
        if !lead.notes.isEmpty { lines += ["", "Notes"] + lead.notes.flatMap(self.lines) }
        return lines
    }

    private func fields(of lead: Lead) -> [(String, String)] {
        let score = lead.score.map { Self.words(score: $0) + Self.words(source: lead.scoreSource) }
        let assignee =
            lead.assignee?.name ?? (lead.assigneeSource == nil ? nil : "nobody")
        let fields: [(String, String?)] = [
            ("Lead", lead.id.text),
            ("Status", lead.status + Self.words(source: lead.statusSource)), ("Score", score),
            ("Assignee", assignee.map { $0 + Self.words(source: lead.assigneeSource) }), ("E-mail", lead.email),
            ("Phone", lead.phone), ("Username", lead.username), ("Language", lead.locale),
            ("Interests", Self.list(lead.interests)), ("Labels", Self.list(lead.labels)),
            ("Known as", Self.list(lead.identities)),
            ("Leads", lead.members.count == 1 ? nil : Self.list(lead.members.map(Self.short))),
            ("Not", Self.list(lead.apart.map(Self.short))), ("Talks", Self.list(lead.conversations.map(Self.short))),
        ]
        return fields.compactMap { name, value in value.map { (name, $0) } }
    }

    private func field(_ name: String, _ value: String) -> [String] {
        let lines = TerminalText.wrapped(safe(value), width: width - 11)
        return zip([name] + lines.dropFirst().map { _ in "" }, lines).map { TerminalText.padded($0, to: 11) + $1 }
    }

    private func lines(of note: LeadNote) -> [String] {
        let head = "  \(InboxScreen.minute(note.at)) \(safe(note.author ?? "somebody"))"
        return [TerminalText.truncated(head, to: width)] + body(note.text)
    }

    private func body(_ text: String) -> [String] {
        TerminalText.wrapped(TerminalText.safe(text, multiline: true), width: width - 4).map { "    " + $0 }
    }

    // MARK: What became of it

    func lines(of history: LeadHistory) -> [String] {
        guard !history.entries.isEmpty else { return ["", "Nobody has set status or score."] }
        let table = TextTable(
            columns: [.init("WHEN", 17), .init("WHO", 18), .init("FIELD", 8), .init("SET TO", 0)], width: width)
        let rows = history.entries.map { entry in
            [
                InboxScreen.minute(Int64(clamping: entry.stamp.milliseconds)), entry.author ?? "somebody",
                entry.field.rawValue, Self.words(entry),
            ]
        }
        return [""] + table.lines(rows)
    }

    private static func words(_ entry: LeadHistory.Entry) -> String {
        switch entry.value {
        case .integer(let score): words(score: score)
        case .text(let status): status
        default: entry.source == .person ? "left to the assistant" : "nothing"
        }
    }

    // MARK: Words

    static func words(score: Int64) -> String {
        "\(score) \(ScoreBand(score).rawValue.replacing("-", with: " "))"
    }

    /// A person's word is pinned; the assistant's may change by itself.
    private static func words(source: SharedField.Source?) -> String {
        switch source {
        case .person: " (pinned)"
        case .assistant: " (by the assistant)"
        case nil: ""
        }
    }

    private static func list(_ words: [String]) -> String? { words.isEmpty ? nil : words.joined(separator: ", ") }

    private static func short(_ id: RootID) -> String { String(id.text.prefix(8)) }

    private func safe(_ text: String) -> String { TerminalText.safe(text, multiline: false) }
}
