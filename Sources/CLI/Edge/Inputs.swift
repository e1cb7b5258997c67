import CZlib
import ChangeLog
import Glibc
import Inbox

/// Standard input, whole.
enum StandardInput {
    /// More than any command takes: what is longer is not read to its end.
    private static let limit = FormatLimit.text.rawValue * 2

    static func text() throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
            guard bytes.count <= Self.limit else { throw InboxFailure.textTooLong(byteCount: bytes.count) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw CLIFailure.notText }
        return text
    }

    /// A text given as an argument, or `-` for standard input without its last line break.
    static func text(or argument: String) throws -> String {
        guard argument == "-" else { return argument }
        let text = try text()
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

/// The lines of a file, plain or compressed with gzip; `-` is standard input.
struct LineReader {
    /// The longest line that is taken: a conversation of some thousand long messages.
    static let lineLimit = 64 << 20
    private let file: gzFile
    private let path: String
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var held: ArraySlice<UInt8> = []
    private var isAtEnd = false

    /// Whether the file at `path` is whole: what is read from a damaged one may be wrong before the damage is noticed.
    /// Only a plain file can be read twice; from a pipe the check would take what is to be imported.
    static func check(path: String) throws {
        guard path != "-", try kind(of: path) == S_IFREG else { return }
        var lines = try LineReader(path: path)
        defer { lines.close() }
        while try lines.fill() {}
    }

    init(path: String) throws {
        if path != "-", try Self.kind(of: path) == S_IFDIR { throw CLIFailure.noFile(path) }
        // zlib reads what is not compressed as it is.
        let opened = path == "-" ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb")
        guard let opened else { throw CLIFailure.noFile(path) }
        file = opened
        self.path = path
        gzbuffer(file, 1 << 17)
    }

    private static func kind(of path: String) throws -> mode_t {
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw CLIFailure.noFile(path) }
        return facts.st_mode & S_IFMT
    }

    /// Closes the file.
    func close() { gzclose(file) }

    /// The next line without its line break; nil at the end.
    ///
    /// - Throws: `LineRejection.malformed` for a line longer than ``lineLimit``; reading goes on behind it.
    ///   `CLIFailure.damagedFile` where the file cannot be read on.
    mutating func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            if held.isEmpty, try !fill() {
                if isTooLong { throw LineRejection.malformed }
                return line.isEmpty ? nil : line
            }
            let end = held.firstIndex(of: 0x0A)
            if line.count + held.count > Self.lineLimit { isTooLong = true }
            if !isTooLong { line += held[..<(end ?? held.endIndex)] }
            held = end.map { held[($0 + 1)...] } ?? []
            if end != nil {
                if isTooLong { throw LineRejection.malformed }
                return line
            }
        }
    }

    /// All lines of a file that is to be read as a whole.
    ///
    /// - Throws: `.tooLongFile` for one longer than ``lineLimit``.
    static func all(_ path: String) throws -> [[UInt8]] {
        try check(path: path)
        var reader = try LineReader(path: path)
        defer { reader.close() }
        var lines: [[UInt8]] = []
        var byteCount = 0
        while let line = try reader.next() {
            lines.append(line)
            byteCount += line.count + 1
            guard byteCount <= lineLimit else { throw CLIFailure.tooLongFile(path) }
        }
        return lines
    }

    private mutating func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        let count = gzread(file, &buffer, UInt32(buffer.count))
        guard count <= 0 else {
            held = buffer.prefix(Int(count))
            return true
        }
        isAtEnd = true
        var code: Int32 = Z_OK
        gzerror(file, &code)
        // A file that was cut off ends like a whole one, but for this code.
        guard count == 0, code == Z_OK || code == Z_STREAM_END else { throw CLIFailure.damagedFile(path) }
        return false
    }
}

/// Words of which one has to be chosen.
enum Choice {
    static func of<Value>(
        _ text: String, named name: String, among allowed: [String], _ parse: (String) -> Value?
    ) throws -> Value {
        guard allowed.contains(text), let value = parse(text) else {
            throw CLIFailure.badChoice(name: name, value: text, allowed: allowed)
        }
        return value
    }
}

/// Times on the command line: RFC 3339, or a day in UTC.
enum TimeOption {
    static func milliseconds(_ text: String?) throws -> Int64? {
        guard let text else { return nil }
        guard let time = Instant.parse(text, allowsDateOnly: true) else { throw CLIFailure.badTime(text) }
        return time
    }

    /// A time as above, or a span from now such as 4h.
    static func moment(_ text: String, after now: Int64) throws -> Int64 {
        if let length = Lifetime.parse(text) { return now.addingReportingOverflow(length).partialValue }
        guard let time = Instant.parse(text, allowsDateOnly: true) else { throw CLIFailure.badTime(text) }
        return time
    }
}

/// Counts in words.
enum Plural {
    static func of(_ count: Int, _ thing: String) -> String { of(count, thing, thing + "s") }

    static func of(_ count: Int, _ thing: String, _ things: String) -> String {
        "\(count) \(count == 1 ? thing : things)"
    }
}
