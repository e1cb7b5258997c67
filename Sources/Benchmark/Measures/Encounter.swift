import ChangeLog
import Storage
import Sync

/// One replica syncs with another that answers as a relay does: the session and the packets' bytes are those of every
/// sync, only the network is missing.
struct Encounter {
    private let replica: Replica
    private let counterpart: Replica
    private let now: UInt64
    private let pullsFirst: Bool
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

    /// - Parameters:
    ///   - counterpart: answers.
    ///   - pullsFirst: whether to hear what the other side holds before anything is pushed.
    init(of replica: Replica, with counterpart: Replica, now: UInt64, pullsFirst: Bool = false) {
        (self.replica, self.counterpart, self.now, self.pullsFirst) = (replica, counterpart, now, pullsFirst)
    }

    /// Until both sides have said all they had.
    mutating func run() throws {
        var session = try openSession()
        while try advance(&session) {}
        try replica.keep(acknowledged: session.acknowledged)
    }

    private func openSession() throws -> SyncSession {
        let progress = try replica.relayProgress()
        let cursor = progress.position.map {
            Cursor(incarnation: $0.incarnation, arrival: $0.arrival, check: $0.check)
        }
        return SyncSession(
            workspace: replica.workspace, replica: replica.id, cursor: cursor, acknowledged: progress.acknowledged,
            credential: nil, isHoldingBack: pullsFirst)
    }

    private mutating func advance(_ session: inout SyncSession) throws -> Bool {
        try replica.publish()
        guard let request = session.next(try supplies(for: session)) else { return false }
        let answer = try carry(request)
        let step = session.receive(answer)
        guard step.refusal == nil, tally.roundTrips < 1000 else { throw BenchmarkFailure.wrongOutcome(.wrongSync) }
        tally.received += try store(step, &session)
        return true
    }

    private func supplies(for session: SyncSession) throws -> SyncSession.Supplies {
        let outgoing: Outgoing
        switch session.push {
        case .everything(let after, let held):
            outgoing = try replica.arrivals(
                after: after, excluding: nil, frontier: held, byteLimit: PacketFormat.pageByteCount)
        case .own(let after): outgoing = try replica.outgoing(after: after, byteLimit: PacketFormat.pageByteCount)
        case .nothing: return .init(tips: try replica.sealedTips(), frontier: try replica.sampledFrontier())
        }
        return .init(
            deltas: outgoing.deltas, areOwn: outgoing.areOwn, reach: outgoing.reach, hasMore: outgoing.hasMore,
            tips: try replica.sealedTips(), frontier: session.needsFrontier ? try replica.sampledFrontier() : [])
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

    private func store(_ step: SyncSession.Step, _ session: inout SyncSession) throws -> Int {
        let verified = try step.deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }
        var progress = RelayProgress(
            position: .init(
                incarnation: step.cursor.incarnation, arrival: step.cursor.arrival, check: step.cursor.check),
            acknowledged: step.acknowledged)
        let verdicts = try replica.append(
            verified, bringing: &progress, now: now, relayTime: now, isLast: step.isFinished)
        session.passOver(to: progress.acknowledged)
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
        if request.frontier != nil { answer.frontier = try counterpart.sampledFrontier() }
        return answer
    }

    private func addArrivals(to answer: inout SyncAnswer, for request: SyncRequest) throws {
        let outgoing = try counterpart.arrivals(
            after: answer.cursor.arrival, excluding: nil, frontier: (request.frontier ?? []) + request.tips,
            byteLimit: PacketFormat.pageByteCount)
        let check = try counterpart.arrivalCheck(at: outgoing.reach) ?? 0
        answer.cursor = Cursor(incarnation: PageFile.incarnation, arrival: outgoing.reach, check: check)
        (answer.deltas, answer.hasMore) = (outgoing.deltas, outgoing.hasMore)
    }
}

extension Verdict {
    fileprivate var new: Int { if case .stored(let new) = self { new } else { 0 } }
}
