package import ChangeLog
package import Storage
package import Sync

/// A relay without a network: a replica that answers requests. Every packet goes through its bytes all the same.
package final class MemoryRelay {
    /// The relay's copy.
    package private(set) var replica: Replica
    /// Drawn anew when the relay is replaced or restored.
    package private(set) var incarnation: UInt64
    /// How many bytes of changes go into one packet, about; both ways.
    package var pageByteCount = PacketFormat.pageByteCount

    /// What it makes of each answer before it gives it to whoever asks: nothing, if it is honest.
    package var tamper: (inout SyncAnswer, ReplicaID) -> Void = { _, _ in }

    /// A relay that keeps its copy in `replica`.
    package init(_ replica: Replica, incarnation: UInt64) { (self.replica, self.incarnation) = (replica, incarnation) }

    /// Goes on with another copy, as if it had been there all the time.
    package func putBack(_ replica: Replica, incarnation: UInt64) {
        (self.replica, self.incarnation) = (replica, incarnation)
    }

    /// Stores what is pushed and answers with what the asker lacks.
    package func answer(_ request: SyncRequest, now: UInt64) throws -> SyncAnswer {
        var answer = try honestAnswer(request, now: now)
        tamper(&answer, request.replica)
        return answer
    }

    private func honestAnswer(_ request: SyncRequest, now: UInt64) throws -> SyncAnswer {
        if let cursor = request.cursor, try !counts(cursor) { return try startingOver(now: now) }
        let cursor = request.cursor ?? Cursor(incarnation: incarnation, arrival: 0)
        var answer = SyncAnswer(cursor: cursor, time: now)
        let epoch = replica.id.epoch
        answer.verdicts = try take(request.deltas, now: now)
        if try replica.settle(now: now) != nil { try replica.publish() }
        let wereTaken = answer.verdicts.allSatisfy { if case .stored = $0 { true } else { false } }
        let isForgotten = try wereTaken && !request.isPushOnly && !replica.accountsFor(request.tips)
        if isForgotten || replica.id.epoch != epoch {
            incarnation += 1_000_000
            return try startingOver(now: now)
        }
        if !request.isPushOnly { try addArrivals(to: &answer, for: request) }
        if request.frontier != nil { answer.frontier = try replica.sampledFrontier() }
        return answer
    }

    private func counts(_ cursor: Cursor) throws -> Bool {
        guard cursor.incarnation == incarnation else { return false }
        guard cursor.arrival > 0, try replica.arrivalCheck(at: cursor.arrival) != cursor.check else { return true }
        incarnation += 1_000_000
        return false
    }

    private func startingOver(now: UInt64) throws -> SyncAnswer {
        SyncAnswer(
            cursor: Cursor(incarnation: incarnation, arrival: 0), time: now, frontier: try replica.sampledFrontier())
    }

    private func take(_ deltas: [[UInt8]], now: UInt64) throws -> [Verdict] {
        guard !deltas.isEmpty else { return [] }
        var verdicts: [Verdict] = []
        for bytes in deltas {
            guard let delta = try? ReceivedDelta(bytes[...]).verified(in: replica.workspace) else {
                verdicts.append(.refused(.malformed))
                continue
            }
            if let reason = try replica.objection(to: delta, now: now) {
                verdicts.append(.refused(reason))
            } else {
                verdicts += try replica.append([delta], now: now)
            }
        }
        if try replica.admitJoiners(now: now) { try replica.publish() }
        return verdicts
    }

    private func addArrivals(to answer: inout SyncAnswer, for request: SyncRequest) throws {
        let outgoing = try replica.arrivals(
            after: answer.cursor.arrival, excluding: nil, frontier: (request.frontier ?? []) + request.tips,
            byteLimit: pageByteCount)
        answer.cursor = Cursor(
            incarnation: incarnation, arrival: outgoing.reach,
            check: try replica.arrivalCheck(at: outgoing.reach) ?? 0)
        (answer.deltas, answer.hasMore) = (outgoing.deltas, outgoing.hasMore)
    }
}

/// What a sync moved.
package struct Moved: Hashable, Sendable {
    /// Changes the relay was handed.
    package var sent = 0
    /// Changes that were new here.
    package var received = 0
    /// Requests made.
    package var roundTrips = 0

    /// So many each way.
    package init(sent: Int = 0, received: Int = 0, roundTrips: Int = 0) {
        (self.sent, self.received, self.roundTrips) = (sent, received, roundTrips)
    }
}

/// Why a sync came to nothing.
package enum SyncTrouble: Error, Hashable {
    /// The relay did not take what was pushed.
    case refused(RefusalReason)
    /// It went on and on.
    case endless
}

extension Replica {
    /// Pushes and pulls until both sides have said all they had.
    @discardableResult
    package func sync(with relay: MemoryRelay, now: UInt64) throws -> Moved {
        try welcomeRelay(relay.replica.id.device, now: now)
        var exchange = try Exchange(self, relay: relay, now: now)
        while try exchange.advance() {}
        try keep(acknowledged: exchange.session.acknowledged)
        return exchange.moved
    }

    /// What the next request of a session pushes and says.
    package func supplies(for session: SyncSession, pageByteCount: Int) throws -> (SyncSession.Supplies, changes: Int) {
        var supplies = SyncSession.Supplies(tips: [], frontier: session.needsFrontier ? try frontier() : [])
        var outgoing = Outgoing(reach: 0)
        switch session.push {
        case .nothing: break
        case .own(let after):
            try publish()
            outgoing = try self.outgoing(after: after, byteLimit: pageByteCount)
        case .everything(let after, let held):
            try publish()
            outgoing = try arrivals(after: after, excluding: nil, frontier: held, byteLimit: pageByteCount)
        }
        (supplies.deltas, supplies.areOwn) = (outgoing.deltas, outgoing.areOwn)
        (supplies.reach, supplies.hasMore) = (outgoing.reach, outgoing.hasMore)
        supplies.tips = try sealedTips()
        return (supplies, outgoing.changes)
    }
}

/// One sync under way.
private struct Exchange {
    private let replica: Replica
    private let relay: MemoryRelay
    private let now: UInt64
    private(set) var session: SyncSession
    private(set) var moved = Moved()

    init(_ replica: Replica, relay: MemoryRelay, now: UInt64) throws {
        (self.replica, self.relay, self.now) = (replica, relay, now)
        let isAdmitted = try replica.member(replica.id.device)?.admitted != nil
        let progress = try replica.relayProgress()
        let cursor = progress.position.map {
            Cursor(incarnation: $0.incarnation, arrival: $0.arrival, check: $0.check)
        }
        session = SyncSession(
            workspace: replica.workspace,
            replica: isAdmitted ? replica.id : try replica.read { try LocalValues.joiner(in: $0) }, cursor: cursor,
            acknowledged: progress.acknowledged,
            credential: isAdmitted ? nil : try replica.localValue(.credential).bytes,
            isHoldingBack: try cursor != nil && replica.accident() != nil)
    }

    /// - Returns: whether there was anything left to say.
    mutating func advance() throws -> Bool {
        guard moved.roundTrips < 1000 else { throw SyncTrouble.endless }
        let (supplies, changes) = try replica.supplies(for: session, pageByteCount: relay.pageByteCount)
        guard let request = session.next(supplies) else { return false }
        let answer = try carry(request)
        let step = session.receive(answer)
        if let refusal = step.refusal { throw SyncTrouble.refused(refusal) }
        if !answer.verdicts.isEmpty { moved.sent += changes }
        try store(step, relayTime: answer.time)
        if session.push != .nothing { try replica.settle(now: now) }
        return true
    }

    private mutating func carry(_ request: SyncRequest) throws -> SyncAnswer {
        moved.roundTrips += 1
        let arrived = try SyncRequest(through(request.bytes))
        return try SyncAnswer(through(try relay.answer(arrived, now: now).bytes))
    }

    private func through(_ bytes: [UInt8]) throws -> [UInt8] {
        try Compression.decompressed(Compression.compressed(bytes), limit: PacketFormat.byteLimit)
    }

    private mutating func store(_ step: SyncSession.Step, relayTime: UInt64) throws {
        let verified = try step.deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }
        var progress = RelayProgress(
            position: .init(
                incarnation: step.cursor.incarnation, arrival: step.cursor.arrival, check: step.cursor.check),
            acknowledged: step.acknowledged)
        let verdicts = try replica.append(
            verified, bringing: &progress, now: now, relayTime: relayTime, isLast: step.isFinished)
        session.passOver(to: progress.acknowledged)
        for case .stored(let new) in verdicts { moved.received += new }
    }
}
