import CRDT
public import ChangeLog
import DequeModule
public import GRDB

extension Replica {
    /// Takes in what others wrote: all of it in one transaction. Storing a change twice is the same as storing it
    /// once, and deltas may come in any order; what cannot be applied yet waits, with its reason.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970; what is stamped more than five minutes later waits until due, unless something
    ///     as late is applied already.
    ///   - then: runs in the same transaction, for instance to move the cursor.
    /// - Returns: a verdict for each delta, in order.
    public func append(
        _ deltas: [VerifiedDelta], now: UInt64, durability: Durability = .full,
        then: (Database) throws -> Void = { _ in }
    ) throws(StorageFailure) -> [Verdict] {
        try write(durability: durability) { door in
            var arrivals = try Arrivals(door, now: now)
            let verdicts = try arrivals.take(deltas)
            try then(door.log.database)
            return verdicts
        }
    }
}

/// Deltas on their way through the door. Each goes as far as it can; what stops it is noted, and when that comes, it
/// goes on. So however the deltas are ordered, each change is looked at a bounded number of times.
struct Arrivals {
    private let door: Door
    private let now: UInt64
    /// What decides whether a stamp is early.
    private let judgingTime: UInt64
    private let waiting: Waiting
    private var all: [Progress] = []
    private var ready: Deque<Int> = []
    private var blocked: [Need: [Int]] = [:]
    /// The branches that grew, which may be what something stored away waits for.
    private var grown: Set<ReplicaID> = []
    private var own: OwnArrivals
    /// Nil until a branch finds no room.
    private var citations: Citations?

    /// - Parameter relayTime: what a relay's clock says, which may know better than this device's.
    init(_ door: Door, now: UInt64, relayTime: UInt64 = 0) throws {
        (self.door, self.now) = (door, now)
        judgingTime = try max(now, relayTime, Self.reached(in: door.log))
        waiting = Waiting(log: door.log)
        own = try OwnArrivals(door.log)
    }

    /// A time at which what is stamped as late as anything applied is not early: a clock that has fallen behind, to 1970
    /// for instance, keeps nothing out that a right one let in before. No later: else each change let in would let in
    /// one that is five minutes later still.
    private static func reached(in log: Log) throws -> UInt64 {
        let read = try log.statements("SELECT max(at) FROM branch")
        defer { read.reset() }
        guard try read.step(), let latest = Stamp(packed: read.unsigned(0))?.milliseconds else { return 0 }
        return latest - min(latest, Replica.earliness)
    }

    /// A delta, and how far it has come.
    private struct Progress {
        let delta: VerifiedDelta
        /// When it was first held; nil for one that has just come.
        var since: UInt64?
        var next = 0
        var new = 0
        var stop: Stop?

        var isDone: Bool { next == delta.changes.count }
    }

    private enum Stop {
        case waits(WaitingReason, Need)
        case refused(RefusalReason)
    }

    /// Path of a change, stop 9: each goes through the door as soon as its causes have; what is left waits.
    mutating func take(_ deltas: [VerifiedDelta]) throws -> [Verdict] {
        for delta in deltas { add(Progress(delta: delta)) }
        for held in try waiting.releaseDue(now: judgingTime) { add(Progress(delta: held.delta, since: held.since)) }
        repeat {
            while let index = ready.popFirst() { try advance(index) }
            for replica in grown {
                for held in try waiting.release(for: replica) { add(Progress(delta: held.delta, since: held.since)) }
            }
            grown = []
        } while !ready.isEmpty
        try own.note(now: now)
        return try all.indices.map(settle).prefix(deltas.count).map { $0 }
    }

    private mutating func add(_ progress: Progress) {
        ready.append(all.count)
        all.append(progress)
    }

    /// Applies what can be applied of one delta.
    private mutating func advance(_ index: Int) throws {
        var progress = all[index]
        let before = progress.next
        progress.stop = nil
        while !progress.isDone, progress.stop == nil {
            let change = progress.delta.changes[progress.next]
            switch try door.readiness(of: change, now: judgingTime) {
            case .ready(let admission):
                try door.admit(change, admission, now: now)
                own.count(change)
                progress.new += 1
                progress.next += 1
                wake(change)
            case .known: progress.next += 1
            case .waits(let reason, let need):
                progress.stop = .waits(reason, need)
                blocked[need, default: []].append(index)
            case .refused(.tooManyBranches) where try charge(progress.delta.changes[progress.next...]): continue
            case .refused(let reason): progress.stop = .refused(reason)
            }
        }
        if progress.next > before { try seal(progress) }
        all[index] = progress
    }

    /// A branch that finds no room is taken for somebody else's change that rests on it.
    private mutating func charge(_ changes: ArraySlice<Change>) throws -> Bool {
        guard let start = changes.first else { return false }
        let known = try citations ?? Citations(all.map(\.delta), waitingIn: door.log)
        citations = known
        for citer in known.citers(of: changes).sorted() {
            if try door.members.isGranted(citer), try door.room.charge(start, to: citer) { return true }
        }
        return false
    }

    private mutating func wake(_ change: Change) {
        grown.insert(change.replica)
        guard let woken = blocked.removeValue(forKey: .change(change.replica, change.number)) else { return }
        ready.append(contentsOf: woken)
    }

    /// The seal vouches for all of a delta; as long as only a part is here, that part is not passed on.
    private func seal(_ progress: Progress) throws {
        guard let last = progress.delta.changes.last,
            let place = try door.log.place(of: last.replica, number: last.number, isIt: { $0 == last.hash }),
            let branch = try door.log.branches.branch(place.branch)
        else { return }
        try door.log.seal(progress.delta.seal, at: last.number, of: branch)
    }

    private func settle(_ index: Int) throws -> Verdict {
        let progress = all[index]
        switch progress.stop {
        case nil: return .stored(new: progress.new)
        case .refused(let reason): return .refused(reason)
        case .waits(let reason, let need):
            let isHeld = try waiting.hold(
                progress.delta, from: progress.next, reason: reason, need: need, since: progress.since ?? now)
            return isHeld ? .waiting(reason) : .refused(.tooMuchWaiting)
        }
    }
}
