import ChangeLog
import Inbox
import Storage

/// Takes a file of JSON Lines in, each a thing that the workspace works with, and says what became of them. A batch of
/// lines shares a commit; a run that was cut off is taken up again by running it again.
struct LibraryImport<Line: LibraryLine> {
    private var contents: [[String]: [String]] = [:]

    private init() {}

    /// - Parameter things: in the plural.
    static func run(
        _ options: GlobalOptions, file: String, things: String,
        take: (InboxWriter, [Line], NaturalID) throws -> LibraryCounts
    ) throws {
        let replica = try options.home.open()
        let ids = try replica.naturalIDs()
        var (run, items, sum) = (LibraryImport(), 0, LibraryCounts())
        var batches = try LineBatches(path: file, isJSON: options.json)
        while !batches.isAtEnd {
            let batch = try batches.next { try run.accepted(Line(line: $0)) }
            let counts = try replica.transact(now: WallClock.now()) { try take(InboxWriter($0), batch, ids) }
            sum.changes += counts.changes
            sum.takenAway += counts.takenAway
            items += batch.count
        }
        try batches.close()
        try LibraryReport(items: items, failed: batches.failed, counts: sum).print(things, json: options.json)
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
