import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus explain`
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say where what a field shows comes from: which write, over which others, by which rule.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's or lead's id.") var conversation: String
    @Argument(help: "The field, for instance status, assignee, labels or message.") var field: String
    @Option(help: "How many writes, the last ones; 0 is all.") var limit = 0

    func run() throws {
        let replica = try options.home.open(.reading)
        let (root, people) = try replica.read { (try RootLookup(conversation, in: $0), try People($0)) }
        let names = root.kind.fields.map(\.name)
        let field = try Choice.of(field, named: "field of a \(root.kind.name)", among: names) { name in
            root.kind.fields.first { $0.name == name }
        }
        let provenance = try replica.provenance(of: field, on: root.id, of: root.kind)
        let now = try ScreenClock.now(of: replica)
        let rule = try replica.read { try FieldRule(for: field, on: root.id, of: root.kind, now: now, in: $0) }
        let page = ExplainPage(
            provenance: provenance, rule: field.kind.isCausalRegister ? rule : nil, words: OperationWords(people),
            people: people, limit: max(limit, 0))
        if options.json {
            Console.print(page.json.text())
        } else {
            page.lines(width: Console.width).forEach(Console.print)
        }
    }
}

extension Schema.Kind {
    /// Whether the inbox has a rule for which of several writes shows.
    fileprivate var isCausalRegister: Bool { if case .causalRegister = self { true } else { false } }
}
