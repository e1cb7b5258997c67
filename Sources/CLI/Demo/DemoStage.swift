import Foundation
import Transport

/// The demo's directories and processes.
final class DemoStage {
    /// This very program, which every actor of the demo runs.
    static let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "nexus"

    let directory: String
    private let isQuiet: Bool
    private var relay: Process?
    private var provider: Process?
    private(set) var url = "http://127.0.0.1:0"
    /// The stand-in provider's address.
    private(set) var providerURL = ""

    init(isQuiet: Bool) throws {
        self.isQuiet = isQuiet
        let parent = FileManager.default.temporaryDirectory.path
        var template = Array((parent + "/nexus-demo-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { throw CLIFailure.cannotWrite(parent, errno) }
        directory = String(cString: made)
    }

    func close(keep: Bool) {
        stopRelay()
        provider?.terminate()
        provider?.waitUntilExit()
        if !keep { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// A line of the story.
    func say(_ text: String) { if !isQuiet { Console.print(text) } }

    // MARK: The relay

    var relayData: String { directory + "/relay" }

    /// Starts the relay, the second time on the port it had.
    func startRelay() throws {
        let address = String(url.dropFirst("http://".count))
        let (process, listen) = try server(["relay", "serve", "--data", relayData, "--listen", address])
        relay = process
        guard let listen else { throw DemoFailure.relayDidNotStart }
        url = listen
    }

    /// Starts a stand-in for WhatsApp.
    func startProvider() throws {
        let (process, listen) = try server(["dev", "provider"])
        provider = process
        guard let listen else { throw DemoFailure.providerDidNotStart }
        providerURL = listen
    }

    /// - Returns: the process, and the address that it says to listen on.
    private func server(_ arguments: [String]) throws -> (Process, String?) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = arguments + ["--json"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = output.fileHandleForReading.availableData
        let answer = try? JSONSerialization.jsonObject(with: line) as? [String: Any]
        return (process, answer?["listen"] as? String)
    }

    /// What customers received by the stand-in, in that order.
    func received() throws -> DemoAnswer {
        let answer = try HTTPTransport().perform(method: .get, url: providerURL + "/dev/sent", headers: [], body: [])
        return DemoAnswer(value: try JSONSerialization.jsonObject(with: Data(answer.body)))
    }

    /// Ends the relay as an operator would, and waits for it.
    func stopRelay() {
        relay?.terminate()
        relay?.waitUntilExit()
        relay = nil
    }

    // MARK: Commands

    /// Runs a command of this program as a process of its own, with a home of its own.
    ///
    /// - Returns: what it printed, as JSON.
    @discardableResult
    func run(_ home: String?, _ arguments: [String], input: String? = nil) throws -> DemoAnswer {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["--json"] + (home.map { ["--home", directory + "/" + $0] } ?? []) + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.standardError
        let feed = Pipe()
        process.standardInput = feed
        let ended = DispatchSemaphore(value: 0)
        // Not waitUntilExit(), which looks only every now and then.
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        if let input { feed.fileHandleForWriting.write(Data(input.utf8)) }
        try feed.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        ended.wait()
        guard process.terminationStatus == 0, let value = try? JSONSerialization.jsonObject(with: data) else {
            throw DemoFailure.commandFailed(arguments.first ?? "", status: process.terminationStatus)
        }
        return DemoAnswer(value: value)
    }
}

/// What a command of the demo answered.
struct DemoAnswer {
    let value: Any?

    subscript(_ key: String) -> DemoAnswer { DemoAnswer(value: (value as? [String: Any])?[key]) }
    var text: String { value as? String ?? "" }
    var number: Int { (value as? NSNumber)?.intValue ?? 0 }
    var list: [DemoAnswer] { (value as? [Any] ?? []).map { DemoAnswer(value: $0) } }
}

/// What can stop the demo.
enum DemoFailure: Error, CustomStringConvertible {
    case relayDidNotStart
    case providerDidNotStart
    case scenarioFailed(String)
    case commandFailed(String, status: Int32)
    case missingConversation

    var description: String {
        switch self {
        case .relayDidNotStart: "The demo's relay did not start."
        case .providerDidNotStart: "The demo's provider did not start."
        case .scenarioFailed(let what): "The demo did not go as it should: \(what)"
        case .commandFailed(let command, let status): "The demo's command \(command) ended with status \(status)."
        case .missingConversation: "A conversation the demo needs did not arrive."
        }
    }
}
