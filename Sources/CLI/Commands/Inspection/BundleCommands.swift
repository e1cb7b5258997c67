import ArgumentParser
import ChangeLog
import Glibc
import Inbox
import Storage

/// `nexus bundle`
struct BundleGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle", abstract: "Carry changes as files, on a stick or by mail, where there is no relay.",
        subcommands: [Export.self, ImportBundle.self, Frontier.self])

    /// `nexus bundle export`
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write everything held here, or what somebody lacks of it, into a file.",
            discussion: """
                The file holds customers' messages, readable by whoever has it. What was exported counts as published.
                """)

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The file to write, or - for standard output.") var file: String
        @Option(
            help: ArgumentHelp(
                "Only what is lacking in a frontier file of the other device, or what a person is not known to have seen.",
                valueName: "frontierfile|person"))
        var since: String?
        @Flag(help: "Replace a file of that name.") var force = false

        func run() throws {
            let replica = try options.home.openToPublish().replica
            let frontier = try since.map { try Since.tips($0, in: replica) } ?? []
            guard file == "-" else {
                let report = try replica.exportBundle(to: file, lacking: frontier, replacing: force)
                return print(report)
            }
            guard !Console.isTerminal else { throw InspectionFailure.bundleToTerminal }
            let spool = SpoolFile(in: options.home)
            _ = try replica.exportBundle(to: spool.path, lacking: frontier)
            try spool.copyToOutput()
        }

        private func print(_ report: BundleExport) {
            guard options.json else {
                return Console.print(
                    "Wrote \(Plural.of(report.changes, "change")) in \(report.bytes) bytes to "
                        + "\(TerminalText.safe(file, multiline: false)).")
            }
            Console.print(
                JSONOutput.object([
                    ("deltas", JSONOutput(report.deltas)), ("changes", JSONOutput(report.changes)),
                    ("bytes", JSONOutput(report.bytes)),
                ]).text())
        }
    }

    /// `nexus bundle import`
    struct ImportBundle: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take in what a bundle holds. The same file twice changes nothing.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The file to read, or - for standard input.") var file: String

        func run() throws {
            let replica = try options.home.open()
            let report = try read(into: replica)
            // What came may show that this copy has lost something.
            try replica.settle(now: WallClock.now())
            let refused = report.refused.map { (reason: String(describing: $0.key), deltas: $0.value) }
            if options.json {
                let list = refused.sorted { $0.reason < $1.reason }.map {
                    JSONOutput.object([("reason", .string($0.reason)), ("deltas", JSONOutput($0.deltas))])
                }
                Console.print(
                    JSONOutput.object([
                        ("deltas", JSONOutput(report.deltas)), ("changes", JSONOutput(report.changes)),
                        ("new", JSONOutput(report.new)), ("waiting", JSONOutput(report.waiting)),
                        ("admitted", .bool(report.admitted)), ("refused", .array(list)),
                    ]).text())
            } else {
                let new = Int(clamping: report.new)
                Console.print(
                    "Took in \(Plural.of(new, "new change")) of \(report.changes)"
                        + (report.waiting == 0 ? "." : "; \(report.waiting) wait: see nexus waiting."))
                if report.admitted {
                    Console.note("Somebody you invited is in; others hear of it with your next export.")
                }
            }
            if !report.refused.isEmpty { throw InspectionFailure.someDeltasRefused(report.refused) }
        }

        private func read(into replica: Replica) throws -> BundleImport {
            guard file == "-" else { return try replica.importBundle(from: file, now: WallClock.now()) }
            // Whole, before anything is believed: its hash stands at its end.
            let spool = SpoolFile(in: options.home)
            try spool.takeInput()
            return try replica.importBundle(from: spool.path, now: WallClock.now())
        }
    }

    /// `nexus bundle frontier`
    struct Frontier: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "frontier",
            abstract: "Write what this device holds into a small file, for export --since on another.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The file to write, or - for standard output.") var file: String
        @Flag(help: "Replace a file of that name.") var force = false

        func run() throws {
            let frontier = try options.home.open(.reading).frontierFile()
            guard file != "-" else { return Console.print(String(frontier.text.dropLast())) }
            try frontier.write(to: file, replacing: force)
            Console.print(
                options.json
                    ? JSONOutput.object([("tips", JSONOutput(frontier.tips.count))]).text()
                    : "Wrote \(Plural.of(frontier.tips.count, "tip")) to \(TerminalText.safe(file, multiline: false)).")
        }
    }
}

/// What `--since` names: a file of that name, else a person.
enum Since {
    static func tips(_ text: String, in replica: Replica) throws -> [Cause] {
        if access(text, F_OK) == 0 {
            let frontier = try FrontierFile(path: text)
            guard frontier.workspace == replica.workspace else {
                throw BundleFailure.otherWorkspace(frontier.workspace)
            }
            return frontier.held
        }
        let person = try replica.read { try People($0).named(text) }
        return try replica.seen(by: person.id)
    }
}

/// A file in the home through which a stream goes, because it has to be whole first. It goes when the object goes.
final class SpoolFile {
    let path: String

    init(in home: Home) { path = home.path + "/spool-" + Base32.text(SystemRandom.bytes(10)) }

    deinit { unlink(path) }

    /// Keeps standard input, to its end.
    func takeInput() throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CLIFailure.cannotWrite(path, errno) }
        defer { close(descriptor) }
        try Self.copy(from: STDIN_FILENO, to: descriptor, named: path)
    }

    /// Hands everything to standard output. A reader that went away has no use for the rest.
    func copyToOutput() throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CLIFailure.noFile(path) }
        defer { close(descriptor) }
        do {
            try Self.copy(from: descriptor, to: STDOUT_FILENO, named: "standard output")
        } catch CLIFailure.cannotWrite(_, EPIPE) {
            return
        }
    }

    private static func copy(from source: Int32, to target: Int32, named name: String) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CLIFailure.noFile(name) }
            guard count > 0 else { return }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(target, $0.baseAddress, $0.count) }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw CLIFailure.cannotWrite(name, errno) }
                rest = rest.dropFirst(written)
            }
        }
    }
}
