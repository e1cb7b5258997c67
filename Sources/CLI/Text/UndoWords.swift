import CRDT
import ChangeLog
import Inbox

/// What became of an undo, in words.
struct UndoWords {
    private let words: OperationWords

    init(_ words: OperationWords) { self.words = words }

    func lines(_ undo: Undo, isRehearsal: Bool) -> [String] {
        var lines = [head(undo, isRehearsal: isRehearsal)]
        lines += undo.restored.map { "  \(subject($0.kind, $0.root, $0.field)) \(outcome($0.outcome))" }
        lines += undo.kept.map { kept in
            let whose = kept.by.map { "what \(TerminalText.safe($0, multiline: false)) wrote" } ?? "what others wrote"
            return "  \(subject(kept.kind, kept.root, kept.field)) is left alone: \(whose) stands"
        }
        lines += undo.lasting.map { "  \(Self.words($0))" }
        if let earlier = undo.earlier { lines.append("What you did before that: nexus undo \(earlier.text.prefix(8))") }
        return lines
    }

    private func head(_ undo: Undo, isRehearsal: Bool) -> String {
        let target = undo.target.text.prefix(8)
        if undo.restored.isEmpty { return "Nothing of change \(target) is left to take back." }
        let isWhole = undo.kept.isEmpty && undo.lasting.isEmpty
        return "\(isRehearsal ? "Would take" : "Took") back \(isWhole ? "" : "in part ")change \(target):"
    }

    private func subject(_ kind: String, _ root: RootID, _ field: String) -> String {
        "\(kind.replacing("_", with: " ")) \(root.text.prefix(8)): \(field.replacing("_", with: " "))"
    }

    private func outcome(_ outcome: Undo.Outcome) -> String {
        switch outcome {
        case .value(let value): "is \(words.text(value)) again"
        case .pinned(let value): "is \(words.text(value)) again, as your word: the assistant's waits"
        case .added(let value): "has \(words.text(value)) again"
        case .removed(let value): "has \(words.text(value)) no more by you"
        case .takenBack(let id): "\(id.text.prefix(8)) is taken back"
        case .dropped(let id): "\(id.text.prefix(8)) is not sent"
        case .queued(let id): "\(id.text.prefix(8)) waits to be sent again"
        case .gone: "is gone"
        }
    }

    /// What cannot be taken back, as a sentence without its end.
    static func words(_ lasting: Undo.Lasting) -> String {
        switch lasting {
        case .message(let id, let state):
            "message \(id.text.prefix(8)) has left, or may have: it is \(state.rawValue)"
        case .read: "that you read something cannot be taken back"
        case .membership: "who belongs is not taken back like this: see nexus members and nexus device"
        case .begun: "a conversation or lead that was begun stays"
        case .imported: "what was imported stays"
        case .told: "what a channel told stays"
        case .ordered(let id): "message \(id.text.prefix(8)) was ordered to be sent: nexus outbox drop stops it"
        case .takenBack: "what was taken back stays so"
        case .noted(let id):
            "that you took note of message \(id.text.prefix(8)) stays; nexus outbox send tries it again"
        case .unknown: "there is something in it that this version does not know"
        }
    }

    func json(_ undo: Undo) -> JSONOutput {
        .object([
            ("undone", .string(undo.target.text)), ("change", JSONOutput(undo.change?.text)),
            ("restored", .array(undo.restored.map(json))),
            (
                "kept",
                .array(
                    undo.kept.map {
                        .object([
                            ("kind", .string($0.kind)), ("root", .string($0.root.text)), ("field", .string($0.field)),
                            ("by", JSONOutput($0.by)),
                        ])
                    })
            ),
            (
                "lasting",
                .array(
                    undo.lasting.map { .object([("what", .string($0.name)), ("words", .string(Self.words($0)))]) })
            ),
            ("earlier", JSONOutput(undo.earlier?.text)),
        ])
    }

    private func json(_ item: Undo.Item) -> JSONOutput {
        .object([
            ("kind", .string(item.kind)), ("root", .string(item.root.text)), ("field", .string(item.field)),
            ("outcome", .string(item.outcome.name)), ("words", .string(outcome(item.outcome))),
        ])
    }
}

extension Undo.Outcome {
    /// Kebab-case, for programs.
    fileprivate var name: String {
        switch self {
        case .value: "value"
        case .pinned: "pinned"
        case .added: "added"
        case .removed: "removed"
        case .takenBack: "taken-back"
        case .dropped: "dropped"
        case .queued: "queued"
        case .gone: "gone"
        }
    }
}

extension Undo.Lasting {
    /// Kebab-case, for programs.
    fileprivate var name: String {
        switch self {
        case .message: "message"
        case .read: "read"
        case .membership: "membership"
        case .begun: "begun"
        case .imported: "imported"
        case .told: "told"
        case .ordered: "ordered"
        case .takenBack: "taken-back"
        case .noted: "noted"
        case .unknown: "unknown"
        }
    }
}

extension Explanation {
    /// Why a change is not taken back.
    static func of(_ failure: UndoFailure) -> Explanation {
        switch failure {
        case .notYours(let change):
            Explanation(
                "not-yours", 77, "Somebody else made change \(change.text.prefix(8)).",
                hint: "Whoever made it can take it back.")
        case .nothing:
            Explanation(
                "nothing-to-undo", 66, "There is nothing left that you did on this device.",
                hint: "nexus log lists the changes on a conversation.")
        case .lasting(let change, let reasons, let earlier):
            Explanation(
                "cannot-undo", 65,
                "Change \(change.text.prefix(8)) cannot be taken back: "
                    + reasons.map(UndoWords.words).joined(separator: "; ") + ".",
                hint: earlier.map { "What you did before that: nexus undo \($0.text.prefix(8))" } ?? "")
        }
    }
}
