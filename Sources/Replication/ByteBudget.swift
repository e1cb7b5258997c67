import Sync

/// How many bytes of bodies a sync may take, both ways, as they travel. Frontiers count like changes.
struct ByteBudget {
    let limit: Int

    /// More than a request and an answer without changes and frontiers take.
    private static let overhead = 600
    /// The answer's part of it, but for verdicts.
    private static let answerOverhead = 300
    private static let verdictByteCount = 5

    private func left(after report: SyncReport) -> Int { limit - report.bytesSent - report.bytesReceived }

    /// How many bytes of changes and frontier there is room for; below 0 where there is less than none.
    func room(after report: SyncReport) -> Int { (left(after: report) - Self.overhead) * 99 / 100 }

    /// Tells the relay how much room the request leaves its answer.
    ///
    /// - Returns: whether there is room for the request itself.
    func reserve(in request: inout SyncRequest, after report: SyncReport) -> Bool {
        let taken = request.body.count + Self.answerOverhead + request.deltas.count * Self.verdictByteCount
        let left = left(after: report)
        request.room = UInt64(clamping: (left - taken) * 99 / 100)
        return left >= taken
    }
}
