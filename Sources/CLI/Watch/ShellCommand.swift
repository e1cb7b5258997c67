import Glibc

/// A command line that a person gave, run by `/bin/sh`.
struct ShellCommand {
    private let text: String

    init(_ text: String) { self.text = text }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - variables: added to the environment.
    ///   - input: what it may read from standard input; at most what a pipe holds, 64 KiB.
    /// - Returns: its exit status; 128 and the signal that ended it; 127 where it did not start.
    func run(variables: [(String, String)], input: String) -> Int32 {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return 127 }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let bytes = Array(input.utf8)
        // All of it is in the pipe before anybody reads: whether the command does is its own affair.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        _ = write(ends[1], bytes, bytes.count)
        close(ends[1])
        defer { close(ends[0]) }
        return spawn(input: ends[0], variables: variables)
    }

    private func spawn(input: Int32, variables: [(String, String)]) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this program ignores its commands must not: a broken pipe ends them as people expect.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let arguments = CStrings(["/bin/sh", "-c", text])
        let environment = CStrings(Self.environment() + variables.map { "\($0)=\($1)" })
        var process: pid_t = 0
        let code = withExtendedLifetime((arguments, environment)) {
            posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments.pointers, environment.pointers)
        }
        guard code == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return 127 } }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    /// What this program was started with.
    private static func environment() -> [String] {
        let descriptor = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while case let count = read(descriptor, &buffer, buffer.count), count > 0 { bytes += buffer.prefix(count) }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Texts as C functions take them, as long as it lives.
private final class CStrings {
    private(set) var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

    deinit { for pointer in pointers { free(pointer) } }
}
