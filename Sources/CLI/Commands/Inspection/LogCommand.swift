import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus log`
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "List the changes on a conversation or lead, oldest first: who, when, what.",
        discussion: """
            Says of each change when its author claims to have made it and when it came here, from which device, whether \
            it takes effect, and what it does to each field.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's or lead's id.") var conversation: String
    @Option(help: "How many changes, the last ones; 0 is all.") var limit = 0

    func run() throws {
        let replica = try options.home.open(.reading)
        let (root, people) = try replica.read { (try RootLookup(conversation, in: $0), try People($0)) }
        let changes = try replica.history(of: root.id, limit: max(limit, 0))
        let words = OperationWords(people)
        if options.json {
            Console.print(JSONOutput.array(changes.map { JSONOutput(change: $0, words) }).text())
        } else {
            for change in changes { lines(of: change, words).forEach(Console.print) }
        }
    }

    private func lines(of change: ChangeRecord, _ words: OperationWords) -> [String] {
        let head = "\(change.id.text.prefix(8))  \(words.author(of: change))"
        var lines = [head, "  " + Circumstances.text(of: change)]
        if let effect = OperationWords.effect(change.effect) { lines.append("  " + effect) }
        for record in change.operations {
            let objection = change.effect == .counts ? words.objection(record.standing) : nil
            let line = words.words(record) + (objection.map { " (\($0))" } ?? "")
            lines += TerminalText.wrapped(line, width: Console.width - 6).enumerated().map { index, part in
                (index == 0 ? "  · " : "    ") + part
            }
        }
        return lines
    }
}

/// When a change was made and came here, and whether its author's device vouches for it.
enum Circumstances {
    static func text(of change: ChangeRecord) -> String {
        "claimed \(OperationWords.time(change.stamp.milliseconds)), here \(OperationWords.time(change.received)), "
            + (change.isSealed ? "sealed" : "not sealed yet")
    }
}

extension JSONOutput {
    fileprivate init(change: ChangeRecord, _ words: OperationWords) {
        let operations = change.operations.map { JSONOutput.object(Self.keys(of: $0, by: words)) }
        self = .object(Self.keys(of: change, by: words) + [("operations", .array(operations))])
    }
}
