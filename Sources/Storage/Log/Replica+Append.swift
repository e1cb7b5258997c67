import CRDT
public import ChangeLog
public import GRDB

extension Replica {
    /// Takes in what others wrote: all of it in one transaction. Storing a change twice is the same as storing it
    /// once, and deltas may come in any order; what cannot be applied yet waits, with its reason.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970; what is stamped more than five minutes later waits until due.
    ///   - then: runs in the same transaction, for instance to move the cursor.
    /// - Returns: a verdict for each delta, in order.
    public func append(
        _ deltas: [VerifiedDelta], now: UInt64, durability: Durability = .full,
        then: (Database) throws -> Void = { _ in }
    ) throws(StorageFailure) -> [Verdict] {
        try write(durability: durability) { door in
            let verdicts = try Arrivals(door, now: now).take(deltas)
            try then(door.log.database)
            return verdicts
        }
    }
}

/// Deltas on their way through the door: applied in causal order, chain by chain, as far as they go.
private struct Arrivals {
    private let door: Door
    private let now: UInt64

    init(_ door: Door, now: UInt64) { (self.door, self.now) = (door, now) }

    /// A delta, and how far it has come.
    private struct Progress {
        let delta: VerifiedDelta
        var next = 0
        var new = 0
        var stop: Door.Readiness?

        var isDone: Bool { next == delta.changes.count }
    }

    /// Path of a change, stop 9: each goes through the door as soon as its causes have; what is left waits.
    func take(_ deltas: [VerifiedDelta]) throws -> [Verdict] {
        let waiting = try Waiting(log: door.log)
        let released = try waiting.release()
        var all = (deltas + released).map { Progress(delta: $0) }
        while try all.indices.reduce(false, { try advance(&all[$1]) || $0 }) {}
        for progress in all where !progress.isDone {
            guard case .waits(let reason) = progress.stop else { continue }
            try waiting.hold(progress.delta, from: progress.next, reason: reason, now: now)
        }
        return all.prefix(deltas.count).map(verdict)
    }

    /// Applies what can be applied of one delta.
    ///
    /// - Returns: whether anything was.
    private func advance(_ progress: inout Progress) throws -> Bool {
        let before = progress.next
        while !progress.isDone {
            let change = progress.delta.changes[progress.next]
            let readiness = try door.readiness(of: change, now: now)
            switch readiness {
            case .ready:
                try door.admit(change)
                progress.new += 1
            case .known: break
            case .waits, .refused:
                progress.stop = readiness
                return progress.next > before
            }
            progress.next += 1
        }
        if progress.next > before, let last = progress.delta.changes.last {
            try door.log.seal(progress.delta.seal, at: last.number, of: last.replica)
        }
        return progress.next > before
    }

    private func verdict(_ progress: Progress) -> Verdict {
        if progress.isDone { return .stored(new: progress.new) }
        switch progress.stop {
        case .waits(let reason): return .waiting(reason)
        case .refused(let reason): return .refused(reason)
        default: return .stored(new: progress.new)
        }
    }
}
