import Foundation
import Synchronization

/// `nexus sync --follow --json`, or another command that goes on, read line by line. It is ended with the test.
final class FollowProcess {
    private let process = Process()
    private let lines = Lines()
    /// The next line to look at.
    private var place = 0

    /// - Parameter arguments: behind the command.
    init(_ terminal: Terminal, _ home: String, command: [String] = ["sync", "--follow"], _ arguments: String...) throws
    {
        process.executableURL = URL(fileURLWithPath: Terminal.program)
        process.arguments = ["--home", terminal.path(home), "--json"] + command + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        output.fileHandleForReading.readabilityHandler = { [lines] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { lines.add(data) }
        }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Waits for an event; those before it are passed over.
    @discardableResult
    func expect(_ event: String) throws -> Answer {
        let deadline = Date(timeIntervalSinceNow: 120)
        while Date() < deadline {
            if let answer = next(event) { return answer }
            usleep(10_000)
        }
        throw Missing(event: event, seen: lines.all)
    }

    /// - Returns: nil where it has not come yet.
    private func next(_ event: String) -> Answer? {
        while let line = lines.line(place) {
            place += 1
            let answer = Answer(try? JSONSerialization.jsonObject(with: Data(line.utf8)))
            if answer["event"].text == event { return answer }
        }
        return nil
    }

    /// How often something has been told so far.
    func count(of event: String) -> Int { lines.all.split(separator: "\"event\":\"\(event)\"").count - 1 }

    /// Stops it for a while, as a suspended machine is, or has it go on.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    struct Missing: Error {
        let event: String
        let seen: String
    }

    /// Ends it as a power cut would.
    func cutOff() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// - Returns: its exit status.
    func waitForExit() -> Int32 {
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        return process.isRunning ? -1 : process.terminationStatus
    }
}

/// What a process has printed so far.
private final class Lines: Sendable {
    private let data = Mutex(Data())

    func add(_ more: Data) { data.withLock { $0 += more } }

    var all: String { data.withLock { String(decoding: $0, as: UTF8.self) } }

    /// - Returns: nil while that line is not complete.
    func line(_ index: Int) -> String? {
        let lines = all.split(separator: "\n", omittingEmptySubsequences: false)
        return index < lines.count - 1 ? String(lines[index]) : nil
    }
}

/// Runs a test that mostly waits on a thread of its own: others go on meanwhile, and its waits are as long as they say.
func aside(_ body: @escaping () throws -> Void) async throws {
    // It leaves the test's thread for another, and nobody else has it.
    nonisolated(unsafe) let body = body
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
