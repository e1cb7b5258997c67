import Foundation
import Synchronization

/// `nexus sync --follow --json`, or another command that goes on, read line by line. It is ended with the test.
final class FollowProcess {
    private let process = Process()
    private let lines = Lines()
    /// The next line to look at.
    private var place = 0

    init(_ terminal: Terminal, _ home: String, command: [String] = ["sync", "--follow"]) throws {
        process.executableURL = URL(fileURLWithPath: Terminal.program)
        process.arguments = ["--home", terminal.path(home), "--json"] + command
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
            while let line = lines.line(place) {
                place += 1
                let answer = Answer(try? JSONSerialization.jsonObject(with: Data(line.utf8)))
                if answer["event"].text == event { return answer }
            }
            usleep(10_000)
        }
        throw Missing(event: event, seen: lines.all)
    }

    struct Missing: Error {
        let event: String
        let seen: String
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
