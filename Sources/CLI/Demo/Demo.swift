import ArgumentParser
import Foundation

/// `nexus demo`
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch a team work offline and come back: real processes, files and sockets, on this machine.")

    @Option(help: "Conversations to import instead of the demo's own: FILE.jsonl or FILE.jsonl.gz.")
    var from: String?
    @Option(
        help: "One of the product's four scenarios instead, 1 to 4, through relay, gateway and a stand-in for WhatsApp."
    )
    var scenario: Int?
    @Flag(help: "Leave the directories for a look.") var keep = false
    @Flag(help: "Print the result as JSON.") var json = false
    @Option(name: .customLong("home"), help: .hidden) var home: String?

    func validate() throws {
        guard scenario.map({ (1...4).contains($0) }) ?? true else { throw ValidationError("--scenario takes 1 to 4.") }
        guard scenario == nil || from == nil else { throw ValidationError("Only one of --scenario and --from.") }
    }

    func run() throws {
        if let scenario { return try play(scenario) }
        let files = try DemoData.files(from: from ?? Environment.value("NEXUS_DATA"))
        let start = WallClock.now()
        let stage = try DemoStage(isQuiet: json)
        defer { stage.close(keep: keep) }
        var story = DemoStory(stage)
        try story.tell(files)
        let seconds = Double(WallClock.now() - start) / 1000
        if json { Console.print(story.outcome.json(seconds: seconds).text()) } else { story.tellOutcome(seconds) }
        if keep { Console.note("The homes and the relay's data are in \(stage.directory).") }
        guard story.outcome.isEqual else { throw CLIFailure.notEqual }
    }

    private func play(_ number: Int) throws {
        let stage = try DemoStage(isQuiet: json)
        defer { stage.close(keep: keep) }
        var scene = try Scene(stage)
        let start = WallClock.now()
        try Scenarios.play(number, on: &scene)
        let seconds = Double(WallClock.now() - start) / 1000
        if json { Console.print(try scene.json(number, seconds: seconds).text()) } else { try scene.tellEnd(seconds) }
        if keep { Console.note("The homes and the relay's data are in \(stage.directory).") }
    }
}

/// Where the demo's conversations are.
enum DemoData {
    /// - Parameter path: a file the user names; nil looks for the project's own, from the working directory and from
    ///   where this program was built.
    static func files(from path: String?) throws -> [String] {
        if let path {
            guard FileManager.default.isReadableFile(atPath: path) else { throw CLIFailure.noFile(path) }
            return [path]
        }
        for root in roots {
            let directory = root + "/Fixtures/conversations"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            let files = names.filter { $0.hasSuffix(".jsonl") && $0 != "inbound.jsonl" }.sorted()
            if !files.isEmpty { return files.map { directory + "/" + $0 } }
        }
        throw CLIFailure.noFile("Fixtures/conversations")
    }

    private static var roots: [String] {
        var root = URL(fileURLWithPath: DemoStage.program)
        return ["."]
            + (0..<5).map { _ in
                root.deleteLastPathComponent()
                return root.path
            }
    }
}
