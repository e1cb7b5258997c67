import ArgumentParser
import Benchmark
import Foundation

extension BenchGroup {
    /// `nexus bench first-sync`, which `nexus relay bench --history` runs: a process's memory is its own only when nothing
    /// else is done in it.
    struct FirstSyncCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "first-sync", abstract: "Join by an invitation from standard input, and pull all there is.",
            shouldDisplay: false)

        @Argument(help: "The new replica's file.") var path: String
        @Option(help: "The relay's port on this machine.") var port: UInt16
        @Option(name: .customLong("plain-port"), help: "Of a server that answers GET /N with N bytes.")
        var plainPort: UInt16
        @Flag(help: .hidden) var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func run() throws {
            let invitation = try Invitations.read("-")
            let figures = try FirstSync(invitation, port: port, plainPort: plainPort).run(into: path)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Console.print(String(decoding: try encoder.encode(figures), as: UTF8.self))
        }
    }
}
