import Glibc

/// Standard output and standard error.
enum Console {
    /// Results.
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Messages.
    static func note(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// A question, on whose line the answer is typed.
    static func prompt(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Replaces the last line of messages, on a terminal only.
    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// In columns, at least 21; a hundred where there is no terminal.
    static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { end(descriptor, errno) }
            bytes = bytes.dropFirst(count)
        }
    }
}

extension Console {
    /// If nobody reads any more, there is nothing left to do. Anything else loses what was asked for.
    private static func end(_ descriptor: Int32, _ code: Int32) -> Never {
        if code == EPIPE { exit(0) }
        if descriptor == STDOUT_FILENO {
            note("nexus: The result cannot be written: \(String(cString: strerror(code))).")
        }
        exit(74)
    }
}

extension JSONOutput {
    /// A string, or null.
    init(_ text: String?) { self = text.map(JSONOutput.string) ?? .null }
    /// An integer, or null.
    init(_ number: Int64?) { self = number.map(JSONOutput.integer) ?? .null }
    /// An integer.
    init(_ number: Int) { self = .integer(Int64(number)) }
    /// An integer; the counts here stay below 2^63.
    init(_ number: UInt64) { self = .integer(Int64(clamping: number)) }
}
