import Glibc

import struct Foundation.Data
import class Foundation.FileHandle
import class Foundation.JSONDecoder
import class Foundation.Pipe
import class Foundation.Process
import struct Foundation.URL

/// A relay on this machine, and a directory that goes with it.
///
/// However this program ends, both end too: a shell in between reads from a pipe, and cleans up once nobody can write
/// to it any more.
final class RelayProcess {
    /// The inner shell says its id and becomes the relay; the outer one waits meanwhile. A line ends the relay, the end of
    /// the pipe the directory as well.
    private static let script = """
        trap "" INT HUP
        directory=$1
        shift
        sh -c 'echo "$$"; exec "$@"' relay "$@" </dev/null &
        exec >/dev/null
        read -r line || gone=1
        kill -TERM $! 2>/dev/null
        wait $!
        [ -z "$gone" ] || rm -rf -- "$directory"
        """

    private let program: String
    private let directory: String
    private var shell: Process?
    private var hold: FileHandle?
    private(set) var id: Int32 = 0
    private(set) var port: UInt16 = 0

    /// - Parameters:
    ///   - program: a `nexus`.
    ///   - directory: holds its data, and is removed at the end, whatever else is in it.
    init(_ program: String, in directory: String) { (self.program, self.directory) = (program, directory) }

    deinit { end() }

    /// Starts it, the second time on the port it had.
    ///
    /// - Throws: `.relayDidNotStart`.
    func start() throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments =
            ["-c", Self.script, "sh", directory, program]
            + ["relay", "serve", "--data", directory + "/relay", "--listen", "127.0.0.1:\(port)", "--json"]
        (process.standardInput, process.standardOutput) = (input, output)
        do { try Self.withAllSignals(process.run) } catch { throw BenchmarkFailure.relayDidNotStart }
        (shell, hold) = (process, input.fileHandleForWriting)
        let lines = Self.lines(2, from: output.fileHandleForReading)
        guard lines.count == 2, let id = Int32(lines[0]),
            let place = try? JSONDecoder().decode(Listening.self, from: Data(lines[1].utf8)),
            let port = URL(string: place.listen)?.port.flatMap({ UInt16(exactly: $0) })
        else { throw BenchmarkFailure.relayDidNotStart }
        (self.id, self.port) = (id, port)
    }

    /// What a relay says first.
    private struct Listening: Decodable {
        /// Its address.
        let listen: String
    }

    /// A new process blocks the signals that its maker does; a shell that is not told when a child ends waits for ever.
    private static func withAllSignals(_ body: () throws -> Void) rethrows {
        var (none, blocked) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try body()
    }

    private static func lines(_ count: Int, from file: FileHandle) -> [Substring] {
        var bytes: [UInt8] = []
        while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let piece = file.availableData
            guard !piece.isEmpty else { break }
            bytes += piece
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// Tells it to stop, as an operator would; its data stays.
    func stop() {
        try? hold?.write(contentsOf: Data("stop\n".utf8))
        release()
    }

    /// Whether it has not ended yet.
    var isRunning: Bool { shell?.isRunning ?? false }

    /// Ends it for good, and waits for that; one that does not stop is killed.
    func end() {
        release()
        let start = Ticks.now
        while isRunning, Ticks.seconds(from: start, to: Ticks.now) < Self.patience { usleep(2_000) }
        // The shell sees to the rest.
        if isRunning { kill(id, SIGKILL) }
        shell?.waitUntilExit()
        shell = nil
    }

    /// Longer than a relay takes for its requests, in seconds.
    private static let patience = 20.0

    private func release() {
        try? hold?.close()
        hold = nil
    }

    // MARK: What it takes

    /// In bytes.
    var residentBytes: Int { ResidentMemory.now(of: id) << 10 }

    /// Since it started; to a hundredth of a second.
    var processorSeconds: Double {
        guard let text = SmallFile.text("/proc/\(id)/stat"), let name = text.lastIndex(of: ")") else { return 0 }
        // The fields after the name are state, parent and so on; user's and system's time are the 12th and 13th of them.
        let fields = text[name...].split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    }
}
