import ChangeLog
import Storage
import Sync

/// One replica syncs with another that answers as a relay does: the session and the packets' bytes are those of every
/// sync, only the network is missing.
struct Encounter {
    private let replica: Replica
    private let counterpart: Replica
    private let now: UInt64
    private(set) var tally = Tally()

    /// What a sync moved.
    struct Tally: Hashable {
        var roundTrips = 0
        /// Bodies as they travel.
        var requestBytes = 0
        var answerBytes = 0
        /// Changes that were new, on either side.
        var sent = 0
        var received = 0
    }

    /// - Parameter counterpart: answers.
    init(of replica: Replica, with counterpart: Replica, now: UInt64) {
        (self.replica, self.counterpart, self.now) = (replica, counterpart, now)
    }

    /// Until both sides have said all they had.
    mutating func run() throws {
        var session = try openSession()
        while try !advance(&session) {}
    }

    private func openSession() throws -> SyncSession {
        let incarnation = try replica.localValue(.incarnation).integer
        let arrival = try replica.localValue(.cursor).integer
        let cursor = incarnation.flatMap { incarnation in
            arrival.map { Cursor(incarnation: UInt64(bitPattern: incarnation), arrival: UInt64(clamping: $0)) }
        }
        return SyncSession(
            workspace: replica.workspace, replica: replica.id, cursor: cursor,
            acknowledged: UInt64(clamping: try replica.localValue(.acknowledged).integer ?? 0), credential: nil)
    }

    private mutating func advance(_ session: inout SyncSession) throws -> Bool {
        try replica.publish()
        let outgoing = try replica.outgoing(
            after: session.pushesAfter ?? 0, byteLimit: PacketFormat.pageByteCount)
        var supplies = SyncSession.Supplies(
            deltas: outgoing.deltas, reach: outgoing.reach, hasMore: outgoing.hasMore, frontier: [])
        if session.needsFrontier { supplies.frontier = try replica.frontier() }
        let step = session.receive(try carry(session.next(supplies)))
        guard step.refusal == nil, tally.roundTrips < 1000 else { throw BenchmarkFailure.wrongOutcome(.wrongSync) }
        tally.received += try store(step)
        return step.isFinished
    }

    private mutating func carry(_ request: SyncRequest) throws -> SyncAnswer {
        let body = Compression.compressed(request.bytes)
        let arrived = try SyncRequest(Compression.decompressed(body, limit: PacketFormat.byteLimit))
        let answer = Compression.compressed(try self.answer(arrived).bytes)
        tally.roundTrips += 1
        tally.requestBytes += body.count
        tally.answerBytes += answer.count
        return try SyncAnswer(Compression.decompressed(answer, limit: PacketFormat.byteLimit))
    }

    private func store(_ step: SyncSession.Step) throws -> Int {
        let verified = try step.deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }
        let verdicts = try replica.append(verified, now: now, durability: .normal) { database in
            try LocalValues.set(.incarnation, .integer(Int64(bitPattern: step.cursor.incarnation)), in: database)
            try LocalValues.set(.cursor, .integer(Int64(clamping: step.cursor.arrival)), in: database)
            try LocalValues.set(.acknowledged, .integer(Int64(clamping: step.acknowledged)), in: database)
        }
        return verdicts.reduce(0) { $0 + $1.new }
    }

    // MARK: The other side

    private mutating func answer(_ request: SyncRequest) throws -> SyncAnswer {
        let cursor = Cursor(incarnation: PageFile.incarnation, arrival: request.cursor?.arrival ?? 0)
        var answer = SyncAnswer(cursor: cursor, time: now)
        try counterpart.publish()
        if !request.deltas.isEmpty {
            let deltas = try request.deltas.map { try ReceivedDelta($0[...]).verified(in: counterpart.workspace) }
            answer.verdicts = try counterpart.append(deltas, now: now)
            tally.sent += answer.verdicts.reduce(0) { $0 + $1.new }
        }
        if !request.isPushOnly { try addArrivals(to: &answer, for: request) }
        if request.frontier != nil { answer.frontier = try counterpart.frontier() }
        return answer
    }

    private func addArrivals(to answer: inout SyncAnswer, for request: SyncRequest) throws {
        let outgoing = try counterpart.arrivals(
            after: answer.cursor.arrival, excluding: request.frontier == nil ? request.replica : nil,
            frontier: request.frontier ?? [],
            byteLimit: PacketFormat.pageByteCount)
        answer.cursor = Cursor(incarnation: PageFile.incarnation, arrival: outgoing.reach)
        (answer.deltas, answer.hasMore) = (outgoing.deltas, outgoing.hasMore)
    }
}

extension Verdict {
    fileprivate var new: Int { if case .stored(let new) = self { new } else { 0 } }
}
