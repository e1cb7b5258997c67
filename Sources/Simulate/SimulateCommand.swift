import ArgumentParser
import Foundation
import Simulation

/// Runs simulated lives of a team and says what they met. The same seed gives the same life.
@main
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nexus-simulate", abstract: "Runs replicas through a bad network, wrong clocks and sudden death.",
        discussion: """
            Each seed is one life of a team. A line is printed for each, with its trace: equal traces, equal lives. At
            the end stands how often rare things happened. The status is 1 if a promise was broken.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, from the first on.")
    var seeds: UInt64 = 1

    @Option(help: "How many things happen in one life, at the most.")
    var steps = 200

    @Flag(help: "Prints every event.")
    var verbose = false

    func validate() throws {
        guard seeds > 0, seed <= .max - seeds, steps >= 0 else {
            throw ValidationError("There have to be at least one seed and no negative number of steps.")
        }
    }

    func run() throws {
        let start = ContinuousClock.now
        var tally = Tally()
        var broken: [UInt64] = []
        for number in seed..<seed + seeds {
            let outcome = live(number)
            tally.add(outcome.tally)
            if outcome.error != nil { broken.append(number) }
        }
        print("\nHow often it happened:\n\(tally)")
        let seconds = String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
        print("\n\(seeds) seeds of up to \(steps) steps in \(seconds) s, \(broken.count) with a broken promise.")
        guard !broken.isEmpty else { return }
        print("\nAgain, event by event:")
        for number in broken { print("  \(CommandLine.arguments[0]) --seed \(number) --steps \(steps) --verbose") }
        throw ExitCode.failure
    }

    private func live(_ number: UInt64) -> Run.Outcome {
        // Before it begins: if the core traps, this is the last that is seen.
        write("seed \(number) ")
        let isVerbose = verbose
        let outcome = Run(Seed(number), steps: steps).outcome { if isVerbose { print("\n  " + $0, terminator: "") } }
        let end = outcome.error.map { "BROKEN: \($0)" } ?? "trace \(outcome.trace.text)"
        write("\(verbose ? "\n" : "") \(outcome.nodes) devices, \(outcome.changes) changes, \(end)\n")
        return outcome
    }

    private func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }
}
