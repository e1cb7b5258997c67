import Inbox

/// Reads a file of JSON Lines a batch at a time, so that memory stays flat and a batch can share a commit. A line that is
/// not taken is named by its number, and the rest is read.
struct LineBatches {
    /// Lines and bytes of one batch, at the most.
    static let limit = (lines: 200, bytes: 2 << 20)
    private(set) var isAtEnd = false
    /// How many lines were not taken.
    private(set) var failed = 0
    private var lines: LineReader
    private var number = 0
    private var damage: CLIFailure?
    private let lineLimit: Int
    private let isJSON: Bool

    /// - Parameters:
    ///   - path: plain or gzip, or `-` for standard input.
    ///   - lineLimit: how many lines make a batch.
    init(path: String, lineLimit: Int = Self.limit.lines, isJSON: Bool) throws {
        (self.lineLimit, self.isJSON) = (lineLimit, isJSON)
        try LineReader.check(path: path)
        lines = try LineReader(path: path)
    }

    /// What the next lines hold. Of a file that turns out to be damaged what came before is handed out first.
    mutating func next<Item>(_ parse: ([UInt8]) throws -> Item) throws -> [Item] {
        var batch: [Item] = []
        var bytes = 0
        while !isAtEnd, batch.count < lineLimit, bytes < Self.limit.bytes {
            do {
                number += 1
                guard let line = try lines.next() else {
                    isAtEnd = true
                    break
                }
                guard line.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { continue }
                batch.append(try parse(line))
                bytes += line.count
            } catch let rejection as LineRejection {
                reject(rejection)
            } catch let failure as CLIFailure {
                (damage, isAtEnd) = (failure, true)
            }
        }
        return batch
    }

    /// Names the line that was read last.
    mutating func reject(_ rejection: LineRejection) {
        failed += 1
        let words = Explanation.words(rejection)
        guard isJSON else { return Console.note("Line \(number): \(words).") }
        Console.note(JSONOutput.object([("line", JSONOutput(number)), ("message", .string(words))]).text())
    }

    /// Closes the file.
    ///
    /// - Throws: what kept it from being read to its end.
    mutating func close() throws {
        lines.close()
        if let damage { throw damage }
    }

    /// - Throws: `.someLinesFailed`, to be asked for once all is said.
    func checkAll() throws {
        if failed > 0 { throw CLIFailure.someLinesFailed(failed) }
    }
}
