import ArgumentParser
import Benchmark
import Foundation
import Inbox

extension RelayGroup {
    /// `nexus relay bench`
    struct Bench: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "bench", abstract: "Measure a relay under load, on this machine alone.",
            discussion: """
                A relay of its own is started in a temporary directory. Replicas that only follow have a live stream \
                each; others write notes and push them one by one. Times are from before a push is sent until its \
                change was read whole by a replica that follows. With --history the conversations of a file, as import \
                takes them, go to the relay instead, and from there to a new device. Build with optimisation, or the \
                figures mean nothing.
                """)

        @Option(help: "How many replicas follow.") var replicas = 2_000
        @Option(help: "How many replicas write.") var writers = 4
        @Option(help: "How many changes they write a second, in all.") var rate = 100
        @Option(help: "For how many seconds they write.") var seconds = 10
        @Option(
            help: ArgumentHelp(
                "Measure a new device's first sync of these conversations instead.", valueName: "file.jsonl"))
        var history: String?
        @Flag(help: "Restart the relay at the end, and measure how all come back.") var restart = false
        @Option(
            name: .customLong("relay-binary"),
            help: ArgumentHelp("Measure this nexus instead of the one that runs.", valueName: "path"))
        var relayBinary: String?
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        private var load: RelayLoad {
            var load = RelayLoad()
            (load.replicas, load.writers, load.rate) = (replicas, writers, rate)
            (load.seconds, load.restarts) = (seconds, restart)
            return load
        }

        func validate() throws {
            guard (1...20_000).contains(replicas), (1...64).contains(writers), (1...10_000).contains(rate),
                (1...600).contains(seconds)
            else {
                throw ValidationError(
                    "1 to 20,000 replicas, 64 writers, 10,000 changes a second and 600 seconds can be measured.")
            }
            guard load.deliveries <= RelayLoad.deliveryLimit else {
                throw ValidationError("Replicas times changes must not come to more than 20,000,000 deliveries.")
            }
        }

        /// - Throws: status 1 if a change did not reach everybody exactly once.
        func run() throws {
            let directory = try BenchGroup.temporaryDirectory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            if let history { return try show(firstSync(of: history, in: directory)) }
            let measure = RelayMeasure(load, program: relayProgram, directory: directory, say: Console.progress)
            let report = try measure.report()
            show(report.figures)
            guard report.isComplete else { throw ExitCode(1) }
        }

        private var relayProgram: String { relayBinary ?? DemoStage.program }

        private func firstSync(of history: String, in directory: String) throws -> [Figure] {
            var batches = try LineBatches(path: history, isJSON: json)
            let measure = FirstSyncMeasure(
                program: DemoStage.program, relayProgram: relayProgram, directory: directory, say: Console.progress)
            let figures = try measure.figures {
                var batch: [ImportedConversation] = []
                while batch.isEmpty, !batches.isAtEnd {
                    batch = try batches.next { try ImportedConversation(line: $0) }
                }
                return batch
            }
            try batches.close()
            try batches.checkAll()
            return figures
        }

        private func show(_ figures: [Figure]) {
            Console.progress("")
            Console.print(json ? FigureText.json(figures).text() : FigureText.table(figures))
        }
    }
}
