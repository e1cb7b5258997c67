import CRDT
import ChangeLog
import Inbox
import Storage

/// An explanation, in words and as JSON.
struct ExplainPage {
    let provenance: Provenance
    /// For a causal register: which of the current writes shows.
    let rule: FieldRule?
    let words: OperationWords
    let people: People
    let limit: Int

    private var writes: [Provenance.Write] {
        limit == 0 ? provenance.writes : Array(provenance.writes.suffix(limit))
    }

    // MARK: Words

    func lines(width: Int) -> [String] {
        var lines = TerminalText.wrapped("\(provenance.field.name): \(kindWords)", width: width)
        if let shown { lines += TerminalText.wrapped(shown, width: width) }
        for mark in provenance.marks { lines += TerminalText.wrapped(text(mark), width: width) }
        if provenance.writes.isEmpty { lines.append("Nothing has written it.") }
        for write in writes {
            lines += [
                "",
                "\(write.change.id.text.prefix(8))  \(words.author(of: write.change))",
                "  " + Circumstances.text(of: write.change),
            ]
            lines += TerminalText.wrapped(words.words(write.operation), width: width - 4).map { "    " + $0 }
            lines += TerminalText.wrapped("→ " + fate(of: write), width: width - 4).map { "    " + $0 }
        }
        return lines
    }

    private var kindWords: String {
        switch provenance.field.kind {
        case .register: "the later write shows: the one with the highest stamp or, of equal ones, change id."
        case .causalRegister:
            "every write that no later one has seen is kept; of several, a rule of the inbox names the one that shows."
        case .set: "a member is in as long as an add of it stands; a removal takes back only the adds that it had seen."
        case .sequence:
            "nothing is lost; elements stand in the order of their positions, then of their ids. Of two made with one "
                + "id the one with the lowest stamp or, of equal ones, change id shows."
        case .mark: "each person's marks only rise."
        }
    }

    private var shown: String? {
        guard let rule else { return nil }
        let value = rule.value == .null ? "Nothing shows" : "\(words.text(rule.value)) shows"
        return "\(value): \(text(rule.reason))."
    }

    private func text(_ reason: FieldRule.Reason) -> String {
        switch reason {
        case .unwritten: "nobody has written it"
        case .personWanted: "somebody asked for a person, and no later write has seen that and said otherwise"
        case .closed: "it was closed by somebody who had seen every message of the customer, and nobody reopened it"
        case .reopened: "somebody said so, and that wins over a close that did not know of it"
        case .personAnswered: "a person has answered, which pauses the assistant for a while"
        case .closedBlindly: "whoever closed it had not seen everything, or has a reply that has not left yet"
        case .paused: "a pause wins over a resume that did not know of it; an escalation's over one by hand"
        case .resumed: "whoever resumed it had seen every pause"
        case .pinned: "a person has set it, so what the assistant says waits"
        case .automatic: "no person has set it, so what the assistant or the channel says last shows"
        case .latest: "of the writes that no later one has seen, it has the highest stamp or change id"
        }
    }

    private func fate(of write: Provenance.Write) -> String {
        switch write.fate {
        case .stands: standingWords(of: write)
        case .outranked(let other): "does not show: \(start(other)) \(outrankedWords)"
        case .overtaken(let other): "overtaken by \(start(other)), which had seen it"
        case .takenBack(let other): "taken back by \(start(other)), which had seen it"
        case .removal(let adds):
            adds.isEmpty
                ? "took nothing back: it had seen no add that it names"
                : "took back \(adds.map(start).joined(separator: ", "))"
        case .raise: "counted into the marks above"
        case .repeated: "no effect: its change does so before already"
        case .void(let standing):
            words.objection(standing).map { standing == .idle ? OperationWords.effect(write.change.effect) ?? $0 : $0 }
                ?? "no effect"
        }
    }

    private func standingWords(of write: Provenance.Write) -> String {
        switch provenance.field.kind {
        case .set: return "holds the member"
        case .sequence: return "shows, at \(position(of: write))"
        case .register: return "shows"
        case .mark: return "counted"
        case .causalRegister:
            if rule?.change == write.change.id { return "shows" }
            switch rule?.obstacles[write.change.id] {
            case .unseen:
                return "kept, and does not show: its author had not seen every message of the customer and every reply"
            case .ownReply: return "kept, and does not show yet: a reply that its author wrote before has not left"
            case nil: return "kept, and does not show: another one that did not know of it does"
            }
        }
    }

    private var outrankedWords: String {
        if case .sequence = provenance.field.kind { return "made the same element with a lower stamp or change id" }
        return "has a higher stamp or change id"
    }

    private func position(of write: Provenance.Write) -> String {
        guard case .append(let element) = write.operation.operation.action else { return "" }
        return OperationWords.time(min(element.position ?? write.change.stamp, write.change.stamp).milliseconds)
    }

    private func start(_ change: ChangeID) -> String { String(change.text.prefix(8)) }

    private func text(_ mark: Provenance.Mark) -> String {
        let name = people.person(mark.person).map { TerminalText.safe($0.name, multiline: false) }
        return "\(name ?? start(mark.person)) has read up to change \(mark.number) of \(mark.replica.text.prefix(8))"
            + (mark.stamp.map { ", of \(OperationWords.time($0.milliseconds))." } ?? ".")
    }

    // MARK: JSON

    var json: JSONOutput {
        .object([
            ("field", .string(provenance.field.name)), ("kind", .string(provenance.field.kind.text)),
            (
                "shown",
                rule.map {
                    .object([
                        ("value", .string(words.text($0.value))), ("change", JSONOutput($0.change?.text)),
                        ("reason", .string($0.reason.rawValue)),
                    ])
                } ?? .null
            ),
            ("marks", .array(provenance.marks.map(json))), ("writes", .array(writes.map(json))),
        ])
    }

    private func json(_ mark: Provenance.Mark) -> JSONOutput {
        .object([
            ("person", JSONOutput(people.person(mark.person))), ("replica", .string(mark.replica.text)),
            ("number", JSONOutput(mark.number)), ("change", JSONOutput(mark.change?.text)),
        ])
    }

    private func json(_ write: Provenance.Write) -> JSONOutput {
        let (name, changes) = Self.facts(write.fate)
        return .object(
            JSONOutput.keys(of: write.change, by: words) + JSONOutput.keys(of: write.operation, by: words) + [
                ("fate", .string(name)), ("by", .array(changes.map { .string($0.text) })),
                ("shows", .bool(shows(write))),
            ])
    }

    private func shows(_ write: Provenance.Write) -> Bool {
        write.fate == .stands && (rule.map { $0.change == write.change.id } ?? true)
    }

    private static func facts(_ fate: Provenance.Fate) -> (name: String, changes: [ChangeID]) {
        switch fate {
        case .stands: ("stands", [])
        case .outranked(let other): ("outranked", [other])
        case .overtaken(let other): ("overtaken", [other])
        case .takenBack(let other): ("taken-back", [other])
        case .removal(let adds): ("removal", adds)
        case .raise: ("raise", [])
        case .repeated: ("repeated", [])
        case .void: ("void", [])
        }
    }
}
