import Foundation

/// A program that a test runs.
///
/// Not Foundation's `Process`: it watches for the end of what it started with `select`, which knows no file beyond the
/// 1,024th, and other tests have thousands open at the same time.
final class ChildProcess {
    let id: pid_t
    private var status: Int32?

    struct NotStarted: Error {
        let code: Int32
    }

    /// - Parameters:
    ///   - environment: added to the tests' own.
    ///   - input: becomes standard input, nil for an empty one, and so on; they stay open here.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], input: Int32? = nil,
        output: Int32,
        errors: Int32
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        // Nothing else goes along: a socket that another holds open is not closed by closing it.
        for file in 3..<Self.fileEnd { posix_spawn_file_actions_addclose(&actions, file) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of a test may block signals; what they start must not.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var id: pid_t = 0
        let code = withCStrings([program] + arguments) { arguments in
            withCStrings(variables) { posix_spawn(&id, program, &actions, &attributes, arguments, $0) }
        }
        guard code == 0 else { throw NotStarted(code: code) }
        self.id = id
    }

    /// Beyond all files that are open, and those that others open meanwhile.
    private static var fileEnd: Int32 {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return min(files.compactMap { Int32($0) }.max() ?? 0, 1 << 20) + 200
    }

    deinit {
        guard isRunning else { return }
        kill(id, SIGKILL)
        wait()
    }

    var isRunning: Bool { end(WNOHANG) == nil }

    /// - Returns: its exit status, or the signal that ended it.
    @discardableResult
    func wait() -> Int32 { end(0) ?? -1 }

    private func end(_ options: Int32) -> Int32? {
        if let status { return status }
        var word: Int32 = 0
        guard waitpid(id, &word, options) == id else { return nil }
        status = word & 0x7F == 0 ? word >> 8 & 0xFF : word & 0x7F
        return status
    }
}

private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("it has one element at least") }
        return body(start)
    }
}
