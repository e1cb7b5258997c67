import Foundation

/// Bytes kept in the repository, in hexadecimal, with what is to be known about them in comment lines.
///
///     # A sentence for people.
///     #: a fact for programs
///     64 hexadecimal digits a line
struct Fixture: Equatable {
    /// Sentences for people, one a line.
    var about: [String]
    /// What whoever reads the bytes must find, one a line.
    var facts: [String]
    var bytes: [UInt8]

    private static let digitsPerLine = 64

    init(about: [String], facts: [String], bytes: [UInt8]) {
        (self.about, self.facts, self.bytes) = (about, facts, bytes)
    }

    init(text: String) throws {
        (about, facts, bytes) = ([], [], [])
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#: ") {
                facts.append(String(line.dropFirst(3)))
            } else if line.hasPrefix("# ") {
                about.append(String(line.dropFirst(2)))
            } else if let more = [UInt8](hex: line), line.utf8.count <= Self.digitsPerLine {
                bytes += more
            } else {
                throw Malformed(line: String(line))
            }
        }
    }

    struct Malformed: Error { let line: String }

    var text: String {
        let digits = bytes.hex
        let lines = stride(from: 0, to: digits.utf8.count, by: Self.digitsPerLine).map { start in
            String(digits.dropFirst(start).prefix(Self.digitsPerLine))
        }
        return (about.map { "# \($0)" } + facts.map { "#: \($0)" } + lines).map { $0 + "\n" }.joined()
    }
}

/// A folder of fixtures, and what belongs in it.
struct FixtureFolder: Sendable {
    let url: URL

    /// - Parameters:
    ///   - path: below `Fixtures`.
    ///   - files: every file there, by name without its ending. With `NEXUS_WRITE_FIXTURES=1` in the environment
    ///     they are written here, once and before anything is read; otherwise nothing ever is.
    init(_ path: String, files: () throws -> [String: Fixture]) throws {
        url = Self.root.appending(path: path)
        guard ProcessInfo.processInfo.environment["NEXUS_WRITE_FIXTURES"] == "1" else { return }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for name in try names() { try FileManager.default.removeItem(at: file(name)) }
        for (name, fixture) in try files() { try Data(fixture.text.utf8).write(to: file(name)) }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasSuffix(".hex") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    func text(_ name: String) throws -> String { try String(contentsOf: file(name), encoding: .utf8) }

    func read(_ name: String) throws -> Fixture { try Fixture(text: text(name)) }

    private func file(_ name: String) -> URL { url.appending(path: name + ".hex") }
}

extension [UInt8] {
    /// - Returns: nil unless there are two lower-case hexadecimal digits a byte.
    init?(hex: some StringProtocol) {
        self = []
        var high: UInt8?
        for digit in hex.utf8 {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            if let held = high {
                append(held << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        if high != nil { return nil }
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    var hex: String {
        let digits = Array("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
