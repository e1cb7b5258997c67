import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus quarantine`
struct QuarantineGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Look at changes that do not count, and make them count.",
        discussion: """
            Nothing is thrown away of what a device wrote after it was cut off, or without the role to: it is kept, \
            passed on, and has no effect. An owner or admin can adopt it: then it counts as its author wrote it.
            """,
        subcommands: [QuarantineList.self, QuarantineShow.self, QuarantineAdopt.self],
        defaultSubcommand: QuarantineList.self)
}

/// `nexus quarantine list`
struct QuarantineList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the changes that do not count, oldest first.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "How many, the last ones; 0 is all.") var limit = 0

    func run() throws {
        let replica = try options.home.open(.reading)
        let words = OperationWords(try replica.read { try People($0) })
        let changes = try replica.quarantine(limit: max(limit, 0))
        if options.json {
            return Console.print(JSONOutput.array(changes.map { JSONOutput(quarantined: $0, words) }).text())
        }
        guard !changes.isEmpty else { return Console.print("Nothing is in quarantine.") }
        let table = TextTable(
            columns: [
                .init("CHANGE", 10), .init("CLAIMED", 26), .init("AUTHOR", 20), .init("WHY", 14), .init("ABOUT", 0),
            ], width: Console.width)
        let rows = changes.map { change in
            [
                String(change.id.text.prefix(8)), OperationWords.time(change.stamp.milliseconds),
                words.name(of: change.author), change.reason.rawValue, change.subjects,
            ]
        }
        table.lines(rows).forEach(Console.print)
    }
}

/// `nexus quarantine show`
struct QuarantineShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a change would do if it counted.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the change's id.") var change: String

    func run() throws {
        let replica = try options.home.open(.reading)
        let words = OperationWords(try replica.read { try People($0) })
        let quarantined = try QuarantineLookup(replica).change(change)
        let records = try Set(quarantined.roots.map(\.id)).sorted().map { root in
            (root, try replica.history(of: root).first { $0.id == quarantined.id }?.operations ?? [])
        }
        if options.json {
            let roots = records.map { root, operations in
                JSONOutput.object([
                    ("root", .string(root.text)),
                    ("operations", .array(operations.map { .object(JSONOutput.keys(of: $0, by: words)) })),
                ])
            }
            return Console.print(
                JSONOutput.object(JSONOutput.keys(of: quarantined, words) + [("roots", .array(roots))]).text())
        }
        Console.print("\(quarantined.id.text)  \(words.name(of: quarantined.author))")
        Console.print(
            "  claimed \(OperationWords.time(quarantined.stamp.milliseconds)), here "
                + "\(OperationWords.time(quarantined.received)); \(quarantined.reason.words)")
        if quarantined.hasActs { Console.print("  holds acts about who belongs: adopting it does not do those") }
        for (root, operations) in records {
            Console.print("  \(root.text.prefix(8))")
            for operation in operations {
                let line = words.words(operation)
                for part in TerminalText.wrapped(line, width: Console.width - 6) { Console.print("    " + part) }
            }
        }
    }
}

/// `nexus quarantine adopt`
struct QuarantineAdopt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Make changes count, with their author, id and time.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The starts of the changes' ids.") var changes: [String] = []
    @Option(help: "All that a device wrote.") var device: String?
    @Flag(help: "Everything.") var all = false

    func run() throws {
        let replica = try options.home.open()
        let ids = try wanted(in: replica)
        guard !ids.isEmpty else { throw CLIFailure.nothingToAdopt }
        let before = try replica.quarantine().count
        let made = try replica.transact(now: WallClock.now()) { try $0.adopt(ids) }
        let now = before - (try replica.quarantine().count)
        if options.json {
            Console.print(
                JSONOutput.object([("change", JSONOutput(made.last?.id.text)), ("adopted", JSONOutput(now))]).text())
        } else {
            Console.print("\(Plural.of(now, "change")) \(now == 1 ? "counts" : "count") again.")
        }
    }

    private func wanted(in replica: Replica) throws -> [ChangeID] {
        let lookup = try QuarantineLookup(replica)
        var ids = try changes.map { try lookup.change($0).id }
        if let device {
            let key = try MemberLookup(replica).device(device).device
            ids += lookup.all.filter { $0.replica.device == key }.map(\.id)
        }
        return all ? lookup.all.map(\.id) : ids
    }
}

/// Finds a quarantined change by the start of its id.
private struct QuarantineLookup {
    let all: [QuarantinedChange]

    init(_ replica: Replica) throws { all = try replica.quarantine() }

    func change(_ text: String) throws -> QuarantinedChange {
        let found = text.utf8.count < 4 ? [] : all.filter { $0.id.text.hasPrefix(text.lowercased()) }
        guard let change = found.first else { throw MembershipFailure.unknownChange(text) }
        guard found.count == 1 else { throw MembershipFailure.ambiguousChange(text) }
        return change
    }
}

extension QuarantinedChange {
    fileprivate var subjects: String {
        let kinds = roots.map { root in
            "\(InboxSchema.current.roots.first { $0.number == root.kind }?.name ?? "unknown") \(root.id.text.prefix(8))"
        }
        return (kinds + (hasActs ? ["who belongs"] : [])).joined(separator: ", ")
    }
}

extension QuarantinedChange.Reason {
    fileprivate var words: String {
        switch self {
        case .revoked: "its device was cut off before it"
        case .demoted: "its author was given a role that may not do all of it"
        case .notAdmitted: "its device is not admitted yet"
        case .noRole: "whoever gave its author a role had no right to any more"
        }
    }
}

extension JSONOutput {
    fileprivate init(quarantined: QuarantinedChange, _ words: OperationWords) {
        let roots = quarantined.roots.map { JSONOutput.string($0.id.text) }
        self = .object(Self.keys(of: quarantined, words) + [("roots", .array(roots))])
    }

    fileprivate static func keys(of change: QuarantinedChange, _ words: OperationWords) -> [(String, JSONOutput)] {
        [
            ("change", .string(change.id.text)), ("replica", .string(change.replica.text)),
            ("number", JSONOutput(change.number)), ("author", .string(words.name(of: change.author))),
            ("claimed", .string(OperationWords.time(change.stamp.milliseconds))),
            ("received", .string(OperationWords.time(change.received))),
            ("reason", .string(change.reason.rawValue)), ("acts", .bool(change.hasActs)),
        ]
    }
}
