import CRDT
import ChangeLog
import GRDB

extension Replica {
    /// Stamps anew what this device wrote with a clock that was ahead, as far as nothing of it has left: the changes keep
    /// their ids, causes and order, and get the stamps that a right clock would have given them.
    ///
    /// - Parameters:
    ///   - ahead: how far the clock was ahead, in milliseconds.
    ///   - now: what the right time is, in milliseconds since 1970. What is stamped later is stamped anew, with all that
    ///     comes after it in its chain.
    /// - Returns: how many changes were written anew.
    @discardableResult
    public func restamp(ahead: UInt64, now: UInt64) throws(StorageFailure) -> Int {
        let isNeeded = try readLog { log in
            guard let branch = try log.ownBranch() else { return false }
            return branch.number > branch.sealed && branch.stamp.milliseconds > now
        }
        guard isNeeded else { return 0 }
        return try write { door in try Restamping(door, replica: self, ahead: ahead, now: now).run() }
    }
}

/// The unpublished end of the own chain, on its way out of the log and in again.
private struct Restamping {
    private let door: Door
    private let replica: Replica
    private let ahead: UInt64
    private let now: UInt64
    private var log: Log { door.log }

    init(_ door: Door, replica: Replica, ahead: UInt64, now: UInt64) {
        (self.door, self.replica) = (door, replica)
        (self.ahead, self.now) = (ahead, now)
    }

    func run() throws -> Int {
        guard try replica.accident(in: log) == nil, let branch = try log.ownBranch(),
            let first = try firstLate(of: branch)
        else { return 0 }
        let changes = try (first...branch.number).map { number in
            try log.change(at: LocalPlace(branch: branch.id, number: number))
        }
        let received = try (first...branch.number).map { try receipt(of: LocalPlace(branch: branch.id, number: $0)) }
        try takeOut(changes, of: branch, from: first)
        // A process killed after the commit and before the head is noted must not look like one whose file was put back.
        try replica.head.write(replica.head(of: log))
        try putIn(changes, received: received, to: branch)
        log.hasWrittenOwn = true
        return changes.count
    }

    /// The first unpublished change that is stamped later than now.
    private func firstLate(of branch: Branch) throws -> UInt64? {
        var start = LocalPlace(branch: branch.id, number: max(branch.sealed, branch.fork) + 1)
        // The workspace is named by the founding change's hash.
        if try log.past.entry(at: start)?.hash.bytes == log.workspace.bytes {
            start = LocalPlace(branch: branch.id, number: start.number + 1)
        }
        let find = try log.statements("SELECT min(place) FROM change WHERE place >= ?1 AND place <= ?2 AND at > ?3")
        defer { find.reset() }
        find.bind(1, start.packed)
        find.bind(2, branch.tip.packed)
        find.bind(3, Stamp(milliseconds: min(now, Stamp.millisecondsLimit), counter: .max)?.packed ?? 0)
        guard try find.step(), !find.isNull(0) else { return nil }
        return LocalPlace(packed: find.unsigned(0)).number
    }

    private func receipt(of place: LocalPlace) throws -> UInt64 {
        let read = try log.statements("SELECT received FROM change WHERE place=?1")
        defer { read.reset() }
        read.bind(1, place.packed)
        return try read.step() ? read.unsigned(0) : 0
    }

    private func takeOut(_ changes: [Change], of branch: Branch, from first: UInt64) throws {
        try log.drop(branch, from: first)
        // Acts reach everywhere; what they did is taken back with everything.
        if changes.contains(where: { $0.acts.contains(where: \.isOfMembership) }) {
            return try Rebuild(door).everything()
        }
        try Rebuild(door).roots(of: changes)
    }

    private func putIn(_ changes: [Change], received: [UInt64], to branch: Branch) throws {
        let floor = UInt64(clamping: try LocalValues.value(.floor, in: log.database).integer ?? 0)
        var clock = HybridClock(after: max(branch.stamp, Stamp(packed: floor) ?? .zero))
        var names: [Cause: Cause] = [:]
        for (change, received) in zip(changes, received) {
            for cause in try change.causes.compactMap(log.place(of:)) {
                clock.observe(try log.stamp(at: cause) ?? .zero)
            }
            let wall = change.stamp.milliseconds - min(ahead, change.stamp.milliseconds)
            guard let stamp = clock.tick(now: min(wall, now)) else { throw StorageFailure.clockExhausted }
            let place = Place(
                replica: branch.replica, number: branch.number + 1,
                previous: branch.number == 0 ? ChangeHash(unchecked: replica.workspace.bytes) : branch.hash)
            let again = try change.restamped(at: place, stamp: stamp) { names[$0] ?? $0 }
            names[change.asCause] = again.asCause
            try door.admit(again, door.ownAdmission(of: again, to: branch), now: received)
        }
    }
}
