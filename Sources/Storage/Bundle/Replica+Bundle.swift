public import ChangeLog
import GRDB

/// What an export wrote.
public struct BundleExport: Hashable, Sendable {
    /// Deltas in the bundle.
    public internal(set) var deltas = 0
    /// Changes in them.
    public internal(set) var changes = 0
    /// The size of the file.
    public internal(set) var bytes: UInt64 = 0
}

/// What an import found and took.
public struct BundleImport: Hashable, Sendable {
    /// Deltas in the bundle.
    public internal(set) var deltas = 0
    /// Changes in those that verify.
    public internal(set) var changes = 0
    /// Changes that are applied now and were not before, among them such as had been waiting.
    public internal(set) var new: UInt64 = 0
    /// Changes that wait now, whatever they came with.
    public internal(set) var waiting: UInt64 = 0
    /// Deltas that were not taken, by reason.
    public internal(set) var refused: [RefusalReason: Int] = [:]
    /// Whether this device let somebody in who joined with an invitation of its own: a relay would, were there one. Others
    /// hear of it with the next export.
    public internal(set) var admitted = false
}

extension Replica {
    /// Writes everything held here under seal, or what of it somebody lacks, into a file. Own changes are sealed first:
    /// with that they are published, and never written anew.
    ///
    /// - Parameters:
    ///   - frontier: changes that the receiver has; with each, all that lies in its past. Those that are not known here
    ///     count for nothing.
    ///   - replacing: whether a file of that name may be replaced.
    public func exportBundle(
        to path: String, lacking frontier: [Cause] = [], replacing: Bool = false
    ) throws(BundleFailure) -> BundleExport {
        try BundleFailure.translating {
            try publish()
            return try read { database in
                let log = Log(database, workspace: self.workspace, statements: StatementCache())
                var writer = try BundleWriter(path: path, log: log)
                try writer.writeDeltas(lacking: self.held(by: frontier, in: log))
                return try writer.finish(replacing: replacing)
            }
        }
    }

    /// Takes in what a bundle file holds, block by block, each durable before the next: memory does not grow with the
    /// file, and an import that was cut off is taken up again by importing again.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `.notABundle`, `.newerVersion`, `.truncated`, `.altered` or `.otherWorkspace` before anything was
    ///   taken in.
    public func importBundle(from path: String, now: UInt64) throws(BundleFailure) -> BundleImport {
        try BundleFailure.translating {
            var reader = try BundleReader(path: path)
            guard reader.workspace == workspace else { throw BundleFailure.otherWorkspace(reader.workspace) }
            var report = BundleImport()
            let before = try counts().applied
            while let deltas = try reader.next() { try take(deltas, now: now, &report) }
            report.new = try counts().applied
            report.admitted = try admitJoiners(now: now)
            let after = try counts()
            (report.new, report.waiting) = (report.new - min(before, report.new), after.waiting)
            return report
        }
    }

    private func take(_ deltas: [[UInt8]], now: UInt64, _ report: inout BundleImport) throws {
        var verified: [VerifiedDelta] = []
        for delta in ReceivedDelta.verifyAll(deltas, in: workspace) {
            report.deltas += 1
            // One that does not hold is passed over: it must not keep the others from coming in.
            guard let delta else {
                report.refused[.malformed, default: 0] += 1
                continue
            }
            report.changes += delta.changes.count
            verified.append(delta)
        }
        for case .refused(let reason) in try append(verified, now: now) { report.refused[reason, default: 0] += 1 }
    }
}

/// Writes a bundle, block by block.
private struct BundleWriter {
    private let file: NewFile
    private let log: Log
    private var block = ByteWriter()
    private var report = BundleExport()

    init(path: String, log: Log) throws {
        self.log = log
        file = try NewFile(path: path)
        var header = ByteWriter()
        header.raw(BundleFormat.magic)
        header.byte(BundleFormat.version)
        header.raw(log.workspace.bytes)
        try file.write(header.bytes)
    }

    /// In the order of arrival, page by page. A packed run is written whole, beyond what had arrived up to its page; so
    /// what has been written is remembered, and none of it is written twice.
    mutating func writeDeltas(lacking frontier: CausalVector) throws {
        var held = frontier
        var cursor: UInt64 = 0
        var hasMore = true
        while hasMore {
            let page = try log.arrived(after: cursor, held: held, byteLimit: BundleFormat.blockByteCount)
            (cursor, hasMore) = (page.reach, page.hasMore)
            for stretch in page.stretches {
                let reached = try write(stretch)
                held.raise(to: LocalPlace(branch: stretch.branch.id, number: reached))
            }
        }
    }

    /// - Returns: the number of the last change written.
    private mutating func write(_ stretch: Stretch) throws -> UInt64 {
        var reached = stretch.after
        while reached < stretch.through {
            var run = Outgoing(reach: reached)
            try log.appendDelta(to: &run, branch: stretch.branch, after: reached, through: stretch.through)
            guard run.reach > reached else { throw StorageFailure.corrupt }
            reached = run.reach
            for delta in run.deltas { try add(delta) }
            report.changes += run.changes
        }
        return reached
    }

    private mutating func add(_ delta: [UInt8]) throws {
        report.deltas += 1
        block.sized(delta)
        if block.bytes.count >= BundleFormat.blockByteCount { try closeBlock() }
    }

    private mutating func closeBlock() throws {
        guard !block.bytes.isEmpty else { return }
        var sized = ByteWriter()
        sized.sized(Compression.compressed(block.bytes))
        try file.write(sized.bytes)
        block = ByteWriter()
    }

    mutating func finish(replacing: Bool) throws -> BundleExport {
        try closeBlock()
        try file.write([0])
        try file.write(file.digest())
        try file.appear(replacing: replacing)
        report.bytes = file.byteCount
        return report
    }
}
