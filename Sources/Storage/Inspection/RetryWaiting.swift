import ChangeLog
import GRDB

/// What became of what had waited.
public struct WaitingRetry: Hashable, Sendable {
    /// Changes that are applied now.
    public let applied: UInt64
    /// Deltas that were let go because they are damaged.
    public let dropped: Int
    /// Changes that wait still.
    public let waiting: UInt64
}

extension Replica {
    /// Tries everything that waits again, whatever it waits for, and lets go of what is damaged: a sync or a bundle brings
    /// that again.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func retryWaiting(now: UInt64) throws(StorageFailure) -> WaitingRetry {
        let before = try counts().applied
        let dropped = try write { door in
            let dropped = try Self.dropDamaged(in: door.log)
            // Due now: so the next append takes them out. Whatever has to wait on gets its reason anew.
            try door.log.database.execute(sql: "UPDATE waiting SET due=0")
            return dropped
        }
        _ = try append([], now: now)
        let after = try counts()
        return WaitingRetry(
            applied: after.applied - min(before, after.applied), dropped: dropped, waiting: after.waiting)
    }

    private static func dropDamaged(in log: Log) throws -> Int {
        let read = try SQLStatement(log.database, "SELECT replica, first, changes, digest, delta, id FROM waiting")
        var damaged: [Int64] = []
        while try read.step() {
            if !WaitingRow(read).isSound(in: log.workspace) { damaged.append(read.integer(5)) }
        }
        for id in damaged {
            try log.database.execute(sql: "DELETE FROM waiting WHERE id=?", arguments: [id])
            try log.database.execute(sql: "DELETE FROM waiting_root WHERE waiting=?", arguments: [id])
        }
        return damaged.count
    }
}
