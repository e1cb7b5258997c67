package import ChangeLog
package import Storage
package import Sync

/// A relay without a network: a replica that answers requests. Every packet goes through its bytes all the same.
package final class MemoryRelay {
    /// The relay's copy.
    package let replica: Replica
    /// Drawn anew when the relay is replaced or restored.
    package let incarnation: UInt64
    /// How many bytes of changes go into one packet, about; both ways.
    package var pageByteCount = PacketFormat.pageByteCount

    /// A relay that keeps its copy in `replica`.
    package init(_ replica: Replica, incarnation: UInt64) { (self.replica, self.incarnation) = (replica, incarnation) }

    /// Stores what is pushed and answers with what the asker lacks.
    package func answer(_ request: SyncRequest, now: UInt64) throws -> SyncAnswer {
        if let cursor = request.cursor, cursor.incarnation != incarnation {
            return SyncAnswer(
                cursor: Cursor(incarnation: incarnation, arrival: 0), time: now, frontier: try replica.frontier())
        }
        let cursor = request.cursor ?? Cursor(incarnation: incarnation, arrival: 0)
        var answer = SyncAnswer(cursor: cursor, time: now)
        answer.verdicts = try take(request.deltas, now: now)
        if !request.isPushOnly { try addArrivals(to: &answer, for: request) }
        if request.frontier != nil { answer.frontier = try replica.frontier() }
        return answer
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
            after: answer.cursor.arrival, excluding: request.frontier == nil ? request.replica : nil,
            frontier: request.frontier ?? [],
            byteLimit: pageByteCount)
        answer.cursor = Cursor(incarnation: incarnation, arrival: outgoing.reach)
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
        while try !exchange.advance() {}
        return exchange.moved
    }
}

/// One sync under way.
private struct Exchange {
    private let replica: Replica
    private let relay: MemoryRelay
    private let now: UInt64
    private var session: SyncSession
    private var heldByRelay: [Cause]?
    private(set) var moved = Moved()

    init(_ replica: Replica, relay: MemoryRelay, now: UInt64) throws {
        (self.replica, self.relay, self.now) = (replica, relay, now)
        let isAdmitted = try replica.member(replica.id.device)?.admitted != nil
        let incarnation = try replica.localValue(.incarnation).integer
        let arrival = try replica.localValue(.cursor).integer
        var cursor: Cursor?
        if let incarnation, let arrival {
            cursor = Cursor(incarnation: UInt64(bitPattern: incarnation), arrival: UInt64(clamping: arrival))
        }
        session = SyncSession(
            workspace: replica.workspace, replica: replica.id, cursor: cursor,
            acknowledged: UInt64(clamping: try replica.localValue(.acknowledged).integer ?? 0),
            credential: isAdmitted ? nil : try replica.localValue(.credential).bytes)
    }

    /// - Returns: whether that was all.
    mutating func advance() throws -> Bool {
        guard moved.roundTrips < 1000 else { throw SyncTrouble.endless }
        var supplies = SyncSession.Supplies(deltas: [], reach: 0, hasMore: false, frontier: [])
        var pushed = 0
        if let after = session.pushesAfter {
            try replica.publish()
            let outgoing = try replica.outgoing(after: after, byteLimit: relay.pageByteCount)
            supplies = .init(deltas: outgoing.deltas, reach: outgoing.reach, hasMore: outgoing.hasMore, frontier: [])
            pushed = outgoing.changes
        }
        if session.needsFrontier { supplies.frontier = try replica.frontier() }
        let answer = try carry(session.next(supplies))
        let step = session.receive(answer)
        if let refusal = step.refusal { throw SyncTrouble.refused(refusal) }
        if !answer.verdicts.isEmpty { moved.sent += pushed }
        try store(step)
        if step.isFinished { try giveBack() }
        return step.isFinished
    }

    private mutating func carry(_ request: SyncRequest) throws -> SyncAnswer {
        moved.roundTrips += 1
        let arrived = try SyncRequest(through(request.bytes))
        return try SyncAnswer(through(try relay.answer(arrived, now: now).bytes))
    }

    private func through(_ bytes: [UInt8]) throws -> [UInt8] {
        try Compression.decompressed(Compression.compressed(bytes), limit: PacketFormat.byteLimit)
    }

    private mutating func store(_ step: SyncSession.Step) throws {
        if let frontier = step.relayFrontier {
            heldByRelay = (heldByRelay ?? []) + frontier
        }
        let verified = try step.deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }
        for last in verified.compactMap(\.changes.last) {
            heldByRelay?.append(last.asCause)
        }
        let verdicts = try replica.append(verified, now: now, durability: .normal) { database in
            try LocalValues.set(.incarnation, .integer(Int64(bitPattern: step.cursor.incarnation)), in: database)
            try LocalValues.set(.cursor, .integer(Int64(clamping: step.cursor.arrival)), in: database)
            try LocalValues.set(.acknowledged, .integer(Int64(clamping: step.acknowledged)), in: database)
        }
        for case .stored(let new) in verdicts { moved.received += new }
    }

    /// Hands a relay that was restored or replaced what it lacks of others' changes.
    private mutating func giveBack() throws {
        guard let heldByRelay else { return }
        var arrival: UInt64 = 0
        while true {
            let lacking = try replica.lacking(in: heldByRelay, after: arrival, byteLimit: relay.pageByteCount)
            if !lacking.deltas.isEmpty {
                let request = SyncRequest(
                    workspace: replica.workspace, replica: replica.id, cursor: nil, isPushOnly: true,
                    deltas: lacking.deltas)
                _ = try carry(request)
                moved.sent += lacking.changes
            }
            guard lacking.hasMore else { return }
            arrival = lacking.reach
        }
    }
}
