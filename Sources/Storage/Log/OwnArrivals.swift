import CRDT
import ChangeLog

/// Changes of this device that come in from others: made here and forgotten since, or made on a copy of this replica.
///
/// One of the current epoch shows that its numbers have been used elsewhere: the next own change begins a new epoch. That
/// is how a copy that nothing on its machine gives away, a virtual machine's snapshot for instance, is noticed.
struct OwnArrivals {
    private let log: Log
    private let own: ReplicaID
    /// Of the current epoch.
    private var spent: UInt64 = 0
    /// Of earlier ones, and of other copies.
    private var stamps: [UInt64] = []

    init(_ log: Log) throws {
        self.log = log
        own = try log.own()
    }

    /// Takes note of a change that was not here before.
    mutating func count(_ change: Change) {
        guard change.replica.device == own.device else { return }
        if change.replica == own { spent += 1 } else { stamps.append(change.stamp.milliseconds) }
    }

    /// Writes it down.
    func note(now: UInt64) throws {
        if spent > 0 {
            let before = UInt64(clamping: try LocalValues.value(.spent, in: log.database).integer ?? 0)
            try LocalValues.set(.spent, .integer(Int64(clamping: before + spent)), in: log.database)
        }
        guard !stamps.isEmpty else { return }
        var recoveries = try Recoveries(log)
        guard let noticed = recoveries.all.last?.noticed else { return }
        // What another copy wrote later was never lost here.
        let returned = stamps.count { $0 <= noticed }
        if returned > 0 { try recoveries.note(returned: UInt64(returned), now: now) }
    }
}
