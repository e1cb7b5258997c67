import ChangeLog
import GRDB

/// Deltas that are held and not yet applied. Nothing wedges: each waits with its reason while all else goes on.
struct Waiting {
    private let log: Log

    init(log: Log) throws { self.log = log }

    /// Takes out everything that waits, to be tried again. What still cannot be applied is held again.
    func release() throws -> [VerifiedDelta] {
        let read = try log.statement("SELECT delta FROM waiting ORDER BY replica, first")
        var deltas: [VerifiedDelta] = []
        while try read.step() {
            deltas.append(try ReceivedDelta(read.bytes(0)[...]).verified(in: log.workspace))
        }
        read.reset()
        if !deltas.isEmpty { try log.statement("DELETE FROM waiting").run() }
        return deltas
    }

    /// Holds the changes of a delta from the one at `index` on.
    func hold(_ delta: VerifiedDelta, from index: Int, reason: WaitingReason, now: UInt64) throws {
        let rest = delta.changes[index...]
        guard let first = rest.first else { return }
        let bytes = DeltaWriter.bytes(
            replica: first.replica, first: first.number, previous: first.place.previous, wires: rest.map(\.wire),
            seal: delta.seal)
        let insert = try log.statement(
            "INSERT INTO waiting(replica, first, changes, reason, since, delta) VALUES(?1,?2,?3,?4,?5,?6) "
                + "ON CONFLICT DO NOTHING")
        insert.bind(1, first.replica.bytes)
        insert.bind(2, first.number)
        insert.bind(3, Int64(rest.count))
        insert.bind(4, Int64(reason.rawValue))
        insert.bind(5, now)
        insert.bind(6, bytes)
        try insert.run()
    }
}
