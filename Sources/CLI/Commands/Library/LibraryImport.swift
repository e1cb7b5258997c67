import ChangeLog
import Inbox
import Storage

/// Takes a file of JSON Lines in, each a thing that the workspace works with, and says what became of them. A batch of
/// lines shares a commit; a run that was cut off is taken up again by running it again.
struct LibraryImport<Line: LibraryLine> {
    /// Lines and bytes that share a commit, at the most.
    private static var batch: (lines: Int, bytes: Int) { (200, 2 << 20) }
    private let options: GlobalOptions
    private var lines: LineReader
    private var number = 0
    private var isAtEnd = false
    private var failed = 0
    private var items = 0
    private var counts = LibraryCounts()
    private var contents: [[String]: [String]] = [:]

    private init(_ options: GlobalOptions, path: String) throws {
        self.options = options
        try LineReader.check(path: path)
        lines = try LineReader(path: path)
    }

    /// - Parameter things: in the plural.
    static func run(
        _ options: GlobalOptions, file: String, things: String,
        take: (InboxWriter, [Line], NaturalID) throws -> LibraryCounts
    ) throws {
        let replica = try options.home.open()
        let ids = try replica.naturalIDs()
        var run = try LibraryImport(options, path: file)
        defer { run.lines.close() }
        while !run.isAtEnd {
            let batch = try run.nextBatch()
            let counts = try replica.transact(now: WallClock.now()) { try take(InboxWriter($0), batch, ids) }
            run.counts.changes += counts.changes
            run.counts.takenAway += counts.takenAway
        }
        try LibraryReport(items: run.items, failed: run.failed, counts: run.counts).print(things, json: options.json)
    }

    private mutating func nextBatch() throws -> [Line] {
        var batch: [Line] = []
        var bytes = 0
        while batch.count < Self.batch.lines, bytes < Self.batch.bytes {
            do {
                number += 1
                guard let line = try lines.next() else {
                    isAtEnd = true
                    break
                }
                guard line.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { continue }
                batch.append(try accepted(Line(line: line)))
                bytes += line.count
            } catch let rejection as LineRejection {
                failed += 1
                LineNote.print(number, rejection, json: options.json)
            }
        }
        items += batch.count
        return batch
    }

    /// Of two lines that say different things of one, the second is not taken: run again, the file would change it to
    /// and fro.
    private mutating func accepted(_ line: Line) throws -> Line {
        if let earlier = contents[line.identity], earlier != line.content { throw LineRejection.contradiction }
        contents[line.identity] = line.content
        return line
    }
}

/// What became of a file of things that the workspace works with.
struct LibraryReport {
    let items: Int
    let failed: Int
    let counts: LibraryCounts

    /// - Parameter things: in the plural.
    /// - Throws: `.someLinesFailed`, once all is said.
    func print(_ things: String, json: Bool) throws {
        if json {
            Console.print(
                JSONOutput.object([
                    ("items", JSONOutput(items)), ("changes", JSONOutput(counts.changes)),
                    ("takenAway", JSONOutput(counts.takenAway)), ("failed", JSONOutput(failed)),
                ]).text())
        } else {
            Console.print("\(items) \(things); \(Plural.of(counts.changes, "change")) made.")
            if counts.takenAway > 0 {
                Console.print("The team had taken \(counts.takenAway) of them away; set brings one back.")
            }
        }
        if failed > 0 { throw CLIFailure.someLinesFailed(failed) }
    }
}
