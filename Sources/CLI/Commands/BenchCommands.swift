import ArgumentParser
import Benchmark
import Foundation
import Keys

/// `nexus bench`
struct BenchGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure the engine on this machine.", shouldDisplay: false,
        subcommands: [Trace.self, Chains.self, Merge.self, FirstSyncCommand.self])

    /// `nexus bench trace`
    struct Trace: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trace", abstract: "Replay a trace of an inbox, and measure merging, syncing and writing.",
            discussion: """
                Every user action of the trace becomes one signed change with its true causes. The whole history is \
                then pulled into an empty replica, in a process of its own and in pages as a relay sends them; what \
                is measured besides is done with that replica. Build with optimisation, or the figures mean nothing.
                """)

        @Argument(help: "A trace of the form inbox-ops/1: FILE.jsonl or FILE.jsonl.gz.") var file: String
        @Option(help: "Keep the history and the replicas in this directory, and use what is there.") var keep: String?
        @Option(help: "How often to merge the history; medians are printed.") var rounds = 3
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func validate() throws {
            guard (1...99).contains(rounds) else { throw ValidationError("1 to 99 rounds can be made.") }
        }

        func run() throws {
            let directory = TraceDirectory(path: try keep ?? BenchGroup.temporaryDirectory())
            if let keep { try PrivateDirectory.make(keep) }
            defer { if keep == nil { try? FileManager.default.removeItem(atPath: directory.path) } }
            let facts = try directory.isPrepared ? directory.facts() : prepare(directory)
            let merges = try (1...rounds).map { round in
                Console.progress("merging, round \(round) of \(rounds) …")
                return try MergeProcess(directory).run()
            }
            Console.progress("measuring …")
            let figures =
                try TraceReport(facts, merges).figures
                + ReplicaMeasures(directory, merged: MergeProcess.replica(in: directory)).all()
            Console.progress("")
            Console.print(json ? FigureText.json(figures).text() : FigureText.table(figures))
        }

        private func prepare(_ directory: TraceDirectory) throws -> TraceFacts {
            try LineReader.check(path: file)
            var lines = try LineReader(path: file)
            defer { lines.close() }
            var preparation = try TracePreparation(in: directory) { try lines.next() }
            return try preparation.run { Console.progress("writing the history: \($0) changes …") }
        }
    }

    /// `nexus bench chains`
    struct Chains: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "chains",
            abstract: "Measure what it costs to know who had seen what, when many devices write in turn.")

        @Option(help: "How many devices write.") var chains = 1_000
        @Option(help: "How many changes they write in all.") var changes = 50_000
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func validate() throws {
            guard (2...10_000).contains(chains), (chains...10_000_000).contains(changes) else {
                throw ValidationError("2 to 10,000 chains and at most 10,000,000 changes can be made.")
            }
        }

        func run() throws {
            let directory = try BenchGroup.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let figures = try ChainMeasure(chains: chains, changes: changes).figures(at: directory + "/chains.sqlite")
            Console.print(json ? FigureText.json(figures).text() : FigureText.table(figures))
        }
    }

    /// A new directory for what a measurement makes.
    static func temporaryDirectory() throws -> String {
        let parent = FileManager.default.temporaryDirectory.path
        var template = Array((parent + "/nexus-bench-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw CLIFailure.cannotWrite(parent, errno) }
        return String(cString: made)
    }

    /// `nexus bench merge`, which `nexus bench trace` runs: a process's memory is its own only when nothing else is
    /// done in it.
    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "merge", abstract: "Pull a history that bench trace --keep wrote into an empty replica.",
            shouldDisplay: false)

        @Argument(help: "The directory that was given to --keep.") var directory: String
        @Flag(help: .hidden) var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func run() throws {
            let directory = TraceDirectory(path: directory)
            let figures = try HistoryMerge(directory).run(into: MergeProcess.replica(in: directory))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Console.print(String(decoding: try encoder.encode(figures), as: UTF8.self))
        }
    }
}

/// Runs this program once more, to merge.
private struct MergeProcess {
    private let directory: TraceDirectory

    init(_ directory: TraceDirectory) { self.directory = directory }

    static func replica(in directory: TraceDirectory) -> String { directory.file("merged.sqlite") }

    func run() throws -> MergeFigures {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: DemoStage.program)
        process.arguments = ["bench", "merge", directory.path]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.standardError
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ExitCode(process.terminationStatus) }
        return try JSONDecoder().decode(MergeFigures.self, from: data)
    }
}

/// What a trace and its merges came to, as figures.
private struct TraceReport {
    private let facts: TraceFacts
    private let merges: [MergeFigures]

    init(_ facts: TraceFacts, _ merges: [MergeFigures]) { (self.facts, self.merges) = (facts, merges) }

    var figures: [Figure] { workload + merge + wire }

    private var workload: [Figure] {
        [
            Figure("conversations", "conversations", facts.conversations),
            Figure("messages", "messages", facts.messages),
            Figure("operations", "operations", facts.operations),
            Figure("changes", "changes", facts.changes),
            Figure("textBytes", "message texts", facts.textBytes, "bytes"),
        ]
    }

    private var merge: [Figure] {
        let seconds = median(\.seconds)
        return [
            Figure("mergeSeconds", "merge into an empty replica", seconds, "s"),
            Figure("mergeRate", "  operations a second", Double(facts.operations) / max(seconds, 1e-9)),
            Figure("mergeProcessorSeconds", "  processor time", median(\.processorSeconds), "s"),
            Figure("unpackSeconds", "  unpacking pages", median(\.unpackSeconds), "s"),
            Figure("verifySeconds", "  hashing, checking seals", median(\.verifySeconds), "s"),
            Figure("appendSeconds", "  log, state, words", median(\.appendSeconds), "s"),
            Figure("closeSeconds", "  after it, closing the file", median(\.closeSeconds), "s"),
            Figure("signatures", "  signatures checked", merges.last?.signatures ?? 0),
            Figure("startBytes", "  memory at the start", Int(median { Double($0.startKibibytes) }) << 10, "bytes"),
            Figure(
                "peakBytes", "  peak memory over that",
                Int(median { Double($0.peakKibibytes - $0.startKibibytes) }) << 10, "bytes"),
        ]
    }

    private var wire: [Figure] {
        [
            Figure("wireBytes", "whole history, \(facts.pages) answers, zstd -3", facts.wireBytes, "bytes"),
            Figure("plainBytes", "  before compression", facts.plainBytes, "bytes"),
        ]
    }

    private func median(_ value: (MergeFigures) -> Double) -> Double {
        let sorted = merges.map(value).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
