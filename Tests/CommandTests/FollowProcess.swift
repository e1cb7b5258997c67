import Foundation

/// `nexus sync --follow --json`, or another command that goes on, read line by line. It is ended with the test.
final class FollowProcess {
    private let process: ChildProcess
    private let lines: Lines
    /// The next line to look at.
    private var place = 0

    /// - Parameter arguments: behind the command.
    init(_ terminal: Terminal, _ home: String, command: [String] = ["sync", "--follow"], _ arguments: String...) throws
    {
        lines = Lines(path: terminal.path("follow-\(UUID().uuidString)"))
        let output = try lines.file()
        process = try ChildProcess(
            Terminal.program, ["--home", terminal.path(home), "--json"] + command + arguments,
            output: output.fileDescriptor, errors: output.fileDescriptor)
        try output.close()
    }

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
    func send(_ signal: Int32) { kill(process.id, signal) }

    struct Missing: Error {
        let event: String
        let seen: String
    }

    /// Ends it as a power cut would.
    func cutOff() {
        kill(process.id, SIGKILL)
        process.wait()
    }

    /// - Returns: its exit status.
    func waitForExit() -> Int32 {
        let deadline = Date(timeIntervalSinceNow: 120)
        while process.isRunning, Date() < deadline { usleep(10_000) }
        return process.isRunning ? -1 : process.wait()
    }
}

/// What a process has printed so far.
private struct Lines {
    let path: String

    /// A new one, to be written to.
    func file() throws -> FileHandle {
        try Data().write(to: URL(filePath: path))
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    var all: String { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }

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
