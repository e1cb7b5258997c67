import ChangeLog
import Storage
import Sync

/// What pulling the whole history into an empty replica took.
public struct MergeFigures: Codable, Hashable, Sendable {
    /// From the first page to the last commit, by the wall.
    public var seconds = 0.0
    /// The same by the processor.
    public var processorSeconds = 0.0
    /// Of it: taking pages apart.
    public var unpackSeconds = 0.0
    /// Of it: hashing changes and checking seals.
    public var verifySeconds = 0.0
    /// Of it: the log, the state, the screens' tables and the words, with their commits.
    public var appendSeconds = 0.0
    /// After it: closing the file, with SQLite's checkpoint.
    public var closeSeconds = 0.0
    /// Seals checked.
    public var signatures = 0
    /// Changes that were new.
    public var changes = 0
    /// The process's memory before the first page, in KiB.
    public var startKibibytes = 0
    /// The most it had until the end, in KiB.
    public var peakKibibytes = 0
}

/// Pulls a prepared history into an empty replica, page by page from its file. To be run in a process of its own, or
/// its memory is not its own either.
public struct HistoryMerge {
    private let directory: TraceDirectory

    /// Of a prepared directory.
    public init(_ directory: TraceDirectory) { self.directory = directory }

    /// - Parameter path: the new replica's file; one that is there is replaced.
    public func run(into path: String) throws -> MergeFigures {
        let facts = try directory.facts()
        let start = ResidentMemory.now
        var figures = try pull(facts, into: path)
        figures.startKibibytes = start
        figures.peakKibibytes = ResidentMemory.peak
        guard figures.changes == facts.changes else { throw BenchmarkFailure.wrongOutcome(.notMerged) }
        return figures
    }

    private func pull(_ facts: TraceFacts, into path: String) throws -> MergeFigures {
        let file = try PageFile(path: directory.history)
        var merge: PageMerge? = PageMerge(
            into: try Desk.reader.create(at: path, workspace: directory.workspace()), now: facts.lastMilliseconds)
        let spent = Spent()
        while let body = try file.next() { try merge?.take(body) }
        var figures = merge?.figures ?? MergeFigures()
        (figures.seconds, figures.processorSeconds) = (spent.seconds, spent.processorSeconds)
        // Nobody else holds the replica: its connection closes here.
        figures.closeSeconds = Spent.on { merge = nil }.seconds
        return figures
    }
}

/// Takes pages in as a sync does: each verified, then appended in one transaction together with the cursor.
struct PageMerge {
    private(set) var figures = MergeFigures()
    private let replica: Replica
    private let now: UInt64

    init(into replica: Replica, now: UInt64) { (self.replica, self.now) = (replica, now) }

    mutating func take(_ body: [UInt8]) throws {
        let (answer, unpacking) = try Spent.on {
            try SyncAnswer(Compression.decompressed(body, limit: PacketFormat.byteLimit))
        }
        let (deltas, verifying) = Spent.on {
            ReceivedDelta.verifyAll(answer.deltas, in: replica.workspace).compactMap { $0 }
        }
        let (verdicts, appending) = try Spent.on { try append(deltas, cursor: answer.cursor) }
        for verdict in verdicts {
            guard case .stored(let new) = verdict else { throw BenchmarkFailure.wrongOutcome(.notMerged) }
            figures.changes += new
        }
        figures.signatures += deltas.count
        figures.unpackSeconds += unpacking
        figures.verifySeconds += verifying
        figures.appendSeconds += appending
    }

    private func append(_ deltas: [VerifiedDelta], cursor: Cursor) throws -> [Verdict] {
        try replica.append(deltas, now: now, durability: .normal) { database in
            try LocalValues.set(.incarnation, .integer(Int64(bitPattern: cursor.incarnation)), in: database)
            try LocalValues.set(.cursor, .integer(Int64(clamping: cursor.arrival)), in: database)
        }
    }
}
