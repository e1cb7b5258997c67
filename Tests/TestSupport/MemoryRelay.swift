package import ChangeLog
package import Replication
package import Storage
package import Sync

/// A relay without a network: a replica that answers requests. Every packet goes through its bytes all the same.
package final class MemoryRelay {
    private var responder: SyncResponder

    /// What it makes of each answer before it gives it to whoever asks: nothing, if it is honest.
    package var tamper: (inout SyncAnswer, ReplicaID) -> Void = { _, _ in }

    /// Since when it has run without a gap, in milliseconds since 1970.
    package var steadySince: UInt64 = 0

    /// The relay's copy.
    package var replica: Replica { responder.replica }
    /// Another whenever the relay is replaced or restored.
    package var incarnation: UInt64 { responder.incarnation }

    /// How many bytes of changes go into one packet, about; both ways.
    package var pageByteCount: Int {
        get { responder.pageByteCount }
        set { responder.pageByteCount = newValue }
    }

    /// A relay that keeps its copy in `replica`.
    package init(_ replica: Replica, incarnation: UInt64) {
        responder = Self.responder(for: replica, incarnation: incarnation)
    }

    /// Goes on with another copy, as if it had been there all the time.
    package func putBack(_ replica: Replica, incarnation: UInt64) {
        responder = Self.responder(for: replica, incarnation: incarnation)
    }

    /// Each count is another, and the same each time the test runs.
    private static func responder(for replica: Replica, incarnation: UInt64) -> SyncResponder {
        var last = incarnation
        return SyncResponder(replica, incarnation: incarnation, releaseInterval: 0) {
            last += 1_000_000
            return last
        }
    }

    /// Stores what is pushed and answers with what the asker lacks.
    package func answer(_ request: SyncRequest, now: UInt64) throws -> SyncAnswer {
        var answer = try responder.answer(request, now: now)
        tamper(&answer, request.replica)
        return answer
    }

    /// Gives, renews or takes back a lease, to whoever asks.
    package func lease(_ request: LeaseRequest, now: UInt64) throws -> LeaseReply {
        try responder.lease(request, steadySince: steadySince, now: now)
    }
}

/// What a sync moved.
package struct Moved: Hashable, Sendable {
    /// Changes the relay was handed.
    package var sent: Int
    /// Changes that were new here.
    package var received: Int
    /// Requests made.
    package var roundTrips: Int

    /// So many each way.
    package init(sent: Int = 0, received: Int = 0, roundTrips: Int = 0) {
        (self.sent, self.received, self.roundTrips) = (sent, received, roundTrips)
    }
}

extension SyncReport {
    /// What it moved.
    package var moved: Moved { Moved(sent: sent, received: received, roundTrips: roundTrips) }
}

extension Replica {
    /// Pushes and pulls until both sides have said all they had.
    @discardableResult
    package func sync(with relay: MemoryRelay, now: UInt64) throws -> Moved {
        try sync(with: relay, now: now, byteLimit: nil).moved
    }

    /// - Parameter byteLimit: how many bytes of bodies it may take, both ways.
    @discardableResult
    package func sync(with relay: MemoryRelay, now: UInt64, byteLimit: Int?) throws -> SyncReport {
        try welcomeRelay(relay.replica.id.device, now: now)
        var requester = try SyncRequester(
            self, clock: { now }, pageByteCount: relay.pageByteCount, byteLimit: byteLimit)
        while let request = try requester.next() {
            let body = request.body
            requester.report.bytesSent += body.count
            let answer = try relay.answer(SyncRequest(body: body), now: now).body
            requester.report.bytesReceived += answer.count
            try requester.receive(SyncAnswer(body: answer))
        }
        return requester.report
    }
}
