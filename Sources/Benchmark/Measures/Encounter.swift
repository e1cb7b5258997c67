import ChangeLog
import Replication
import Storage
import Sync

/// One replica syncs with another that answers as a relay does: both sides and the packets' bytes are those of every sync,
/// only the network is missing.
struct Encounter {
    private let replica: Replica
    private let now: UInt64
    private let pullsFirst: Bool
    private var responder: SyncResponder

    /// - Parameters:
    ///   - counterpart: answers.
    ///   - pullsFirst: whether to hear what the other side holds before anything is pushed.
    init(of replica: Replica, with counterpart: Replica, now: UInt64, pullsFirst: Bool = false) {
        (self.replica, self.now, self.pullsFirst) = (replica, now, pullsFirst)
        responder = SyncResponder(counterpart, incarnation: PageFile.incarnation) { PageFile.incarnation + 1 }
    }

    /// Until both sides have said all they had.
    mutating func run() throws -> SyncReport {
        let now = now
        var requester = try SyncRequester(replica, clock: { now }, pullsFirst: pullsFirst)
        try responder.replica.publish()
        while let request = try requester.next() {
            let body = request.body
            let answer = try responder.answer(SyncRequest(body: body), now: now).body
            requester.report.bytesSent += body.count
            requester.report.bytesReceived += answer.count
            try requester.receive(SyncAnswer(body: answer))
        }
        return requester.report
    }
}
