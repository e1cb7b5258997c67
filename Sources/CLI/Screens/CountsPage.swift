import CRDT
import ChangeLog
import Inbox

/// How many conversations there are, by what the inbox can be filtered by.
struct CountsPage {
    let counts: InboxCounts
    let people: People

    func lines(width: Int) -> [String] {
        let groups: [(String, [(String, Int)])] = [
            ("Status", statuses), ("Channel", channels), ("Lead", leadStatuses), ("Assignee", assignees),
        ]
        let totals = ["\(TerminalText.padded("All", to: 10))\(counts.total), \(counts.unread) with unread messages"]
        let lines =
            totals
            + groups.map { name, values in
                let parts = values.map { TerminalText.safe("\($0.0) \($0.1)", multiline: false) }
                return TerminalText.padded(name, to: 10) + parts.joined(separator: " · ")
            }
        return lines.flatMap { TerminalText.wrapped($0, width: width) }
    }

    var json: JSONOutput {
        let object = { (values: [(String, Int)]) in JSONOutput.object(values.map { ($0.0, JSONOutput($0.1)) }) }
        return .object([
            ("total", JSONOutput(counts.total)), ("unread", JSONOutput(counts.unread)), ("status", object(statuses)),
            ("channel", object(channels)), ("leadStatus", object(leadStatuses)), ("assignee", object(assignees)),
        ])
    }

    private var statuses: [(String, Int)] {
        ConversationStatus.allCases.map { ($0.rawValue, counts.statuses[$0] ?? 0) }
    }

    private var channels: [(String, Int)] {
        counts.channels.map { ($0.key ?? "none", $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    private var leadStatuses: [(String, Int)] {
        counts.leadStatuses.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    private var assignees: [(String, Int)] {
        counts.assignees.map { id, count in
            (id.map { id in people.person(id)?.name ?? id.text } ?? "none", count)
        }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
}
