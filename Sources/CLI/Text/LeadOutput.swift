import CRDT
import ChangeLog
import Inbox

extension JSONOutput {
    /// - Parameter history: left out where nobody asked for it.
    init(lead: Lead, history: LeadHistory? = nil) {
        var members: [(String, JSONOutput)] = [
            ("id", .string(lead.id.text)), ("members", .ids(lead.members)), ("name", JSONOutput(lead.name)),
            ("email", JSONOutput(lead.email)), ("phone", JSONOutput(lead.phone)), ("avatar", JSONOutput(lead.avatar)),
            ("username", JSONOutput(lead.username)), ("locale", JSONOutput(lead.locale)),
            ("status", .string(lead.status)), ("statusSource", JSONOutput(lead.statusSource?.rawValue)),
            ("statusPinned", .bool(lead.statusSource == .person)), ("score", JSONOutput(lead.score)),
            ("scoreBand", JSONOutput(lead.scoreBand?.rawValue)),
            ("scoreSource", JSONOutput(lead.scoreSource?.rawValue)),
            ("scorePinned", .bool(lead.scoreSource == .person)), ("assignee", JSONOutput(lead.assignee)),
            ("assigneeSource", JSONOutput(lead.assigneeSource?.rawValue)),
            ("assigneePinned", .bool(lead.assigneeSource == .person)), ("summary", JSONOutput(lead.summary)),
            ("labels", .texts(lead.labels)), ("interests", .texts(lead.interests)),
            ("identities", .texts(lead.identities)), ("apart", .ids(lead.apart)),
            ("notes", .array(lead.notes.map(JSONOutput.init(note:)))), ("conversations", .ids(lead.conversations)),
        ]
        if let history { members.append(("history", .array(history.entries.map(JSONOutput.init(entry:))))) }
        self = .object(members)
    }

    private init(note: LeadNote) {
        self = .object([
            ("id", .string(note.id.text)), ("author", JSONOutput(note.author)),
            ("at", .string(Instant.text(milliseconds: note.at))), ("text", .string(note.text)),
        ])
    }

    private init(entry: LeadHistory.Entry) {
        let value: JSONOutput =
            switch entry.value {
            case .integer(let score): .integer(score)
            case .text(let status): .string(status)
            default: .null
            }
        self = .object([
            ("at", .string(Instant.text(milliseconds: Int64(clamping: entry.stamp.milliseconds)))),
            ("author", JSONOutput(entry.author)), ("source", .string(entry.source.rawValue)),
            ("field", .string(entry.field.rawValue)), ("value", value), ("lead", .string(entry.lead.text)),
            ("change", .string(entry.change.text)),
        ])
    }

    private static func texts(_ texts: [String]) -> JSONOutput { .array(texts.map(JSONOutput.string)) }

    private static func ids(_ ids: [RootID]) -> JSONOutput { .array(ids.map { .string($0.text) }) }
}
