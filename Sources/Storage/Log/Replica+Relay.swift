public import ChangeLog
import GRDB

/// How far this replica and its relay have come with each other: kept by this device alone.
public struct RelayProgress: Hashable, Sendable {
    /// A place in a relay's order of arrival.
    public struct Position: Hashable, Sendable {
        /// Which count the number belongs to.
        public let incarnation: UInt64
        /// The last arrival number pulled.
        public let arrival: UInt64
        /// What the relay said to stand for all that arrived up to it.
        public let check: UInt64

        /// A place.
        public init(incarnation: UInt64, arrival: UInt64, check: UInt64) {
            (self.incarnation, self.arrival, self.check) = (incarnation, arrival, check)
        }
    }

    /// Where this replica stands; nil lets both sides say what they hold.
    public var position: Position?
    /// The local arrival up to which the relay has what this device wrote.
    public var acknowledged: UInt64

    /// A progress.
    public init(position: Position? = nil, acknowledged: UInt64 = 0) {
        (self.position, self.acknowledged) = (position, acknowledged)
    }
}

extension Replica {
    /// How far the last sync came.
    ///
    /// What was sent and could not be taken is asked for again as soon as what waits here has changed: the cursor is
    /// forgotten then, so that both sides say what they hold.
    public func relayProgress() throws(StorageFailure) -> RelayProgress {
        try readLog { log in
            let database = log.database
            let word = { (key: LocalValues.Key) in
                try LocalValues.value(key, in: database).integer.map { UInt64(bitPattern: $0) }
            }
            var progress = RelayProgress(acknowledged: try word(.acknowledged) ?? 0)
            if let missed = try word(.missed), try missed != log.waitingCount() { return progress }
            if let incarnation = try word(.incarnation), let arrival = try word(.cursor) {
                let check = try word(.cursorCheck) ?? 0
                progress.position = .init(incarnation: incarnation, arrival: arrival, check: check)
            }
            return progress
        }
    }

    /// Takes in what a relay sent, and how far that brings this replica, in one transaction.
    ///
    /// The relay still has what it sent: after a power cut it is pulled again.
    ///
    /// - Parameters:
    ///   - progress: `acknowledged` passes over what of this device's own comes from the relay itself.
    ///   - now: milliseconds since 1970, by this device's clock.
    ///   - relayTime: the same by the relay's, which decides with it what is early.
    ///   - isLast: whether that was all.
    public func append(
        _ deltas: [VerifiedDelta], bringing progress: inout RelayProgress, now: UInt64, relayTime: UInt64, isLast: Bool
    ) throws(StorageFailure) -> [Verdict] {
        let (verdicts, reached) = try write(durability: .normal) { door in
            var reached = progress
            let before = try door.log.lastArrival()
            var arrivals = try Arrivals(door, now: now, relayTime: relayTime)
            let verdicts = try arrivals.take(deltas)
            if try !door.log.hasOwnArrivals(after: reached.acknowledged, through: before) {
                reached.acknowledged = try door.log.lastArrival()
            }
            try door.log.keep(reached, missed: verdicts.contains(where: \.isWorthAskingAgain))
            if isLast { try LocalValues.set(.lastSync, .integer(Int64(clamping: now)), in: door.log.database) }
            return (verdicts, reached)
        }
        progress = reached
        return verdicts
    }

    /// Keeps how far the relay turned out to have what this device wrote, if that is further than was known.
    public func keep(acknowledged: UInt64) throws(StorageFailure) {
        let known = try localValue(.acknowledged).integer ?? 0
        guard known < Int64(clamping: acknowledged) else { return }
        try setLocalValue(.acknowledged, .integer(Int64(clamping: acknowledged)))
    }

    /// How far this device's own chains go, of what is sealed: only those tips that lie in no other's past. None, as
    /// long as the grant that this device came in under is not here, for then they stand for less than they say.
    public func sealedTips() throws(StorageFailure) -> [Cause] {
        try readLog { log in
            guard try log.hasOwnGrant() else { return [] }
            let places = try log.ownBranches().filter { $0.sealed > $0.fork }.map {
                LocalPlace(branch: $0.id, number: $0.sealed)
            }
            return try places.filter { place in
                try !log.past.holds(place, from: places.filter { $0 != place })
            }.compactMap(log.cause)
        }
    }

    /// Whether all these changes are here, or something of their chains waits.
    public func accountsFor(_ tips: [Cause]) throws(StorageFailure) -> Bool {
        try readLog { log in
            try tips.allSatisfy { try log.place(of: $0) != nil || log.hasWaiting(of: $0.replica) }
        }
    }

    /// What stands for all that arrived here up to a number; nil if nothing has that number.
    public func arrivalCheck(at number: UInt64) throws(StorageFailure) -> UInt64? {
        try readLog { log in
            let read = try log.statements("SELECT sum FROM arrival WHERE number = ?1")
            defer { read.reset() }
            read.bind(1, number)
            return try read.step() ? UInt64(bitPattern: read.integer(0)) : nil
        }
    }

    /// The number of what arrived here last; 0 before anything did.
    public func lastArrival() throws(StorageFailure) -> UInt64 { try readLog { try $0.lastArrival() } }

    /// How many changes of this device the relay is not known to have.
    public func unsentCount() throws(StorageFailure) -> UInt64 {
        try readLog { log in
            let acknowledged = UInt64(clamping: try LocalValues.value(.acknowledged, in: log.database).integer ?? 0)
            return try log.ownBranches().reduce(0) { count, branch in
                try count + branch.number - branch.sealed + log.arrivedCount(of: branch, after: acknowledged)
            }
        }
    }
}

extension Verdict {
    /// Whether what was refused may be taken later, when what waits here has changed.
    fileprivate var isWorthAskingAgain: Bool { self == .refused(.tooMuchWaiting) || self == .refused(.tooManyBranches) }
}

extension Log {
    /// Within one count of the relay's what it has of ours only grows, whatever another sync that ended later had read.
    fileprivate func keep(_ progress: RelayProgress, missed: Bool) throws {
        let known = try LocalValues.value(.incarnation, in: database).integer
        let isSameCount = progress.position.map { Int64(bitPattern: $0.incarnation) } == known
        let acknowledged = isSameCount ? try LocalValues.value(.acknowledged, in: database).integer ?? 0 : 0
        let set = { (key: LocalValues.Key, number: UInt64) in
            try LocalValues.set(key, .integer(Int64(bitPattern: number)), in: self.database)
        }
        if let position = progress.position {
            try set(.incarnation, position.incarnation)
            try set(.cursor, position.arrival)
            try set(.cursorCheck, position.check)
        }
        try set(.acknowledged, max(progress.acknowledged, UInt64(bitPattern: acknowledged)))
        if missed {
            try set(.missed, waitingCount())
        } else if let missed = try LocalValues.value(.missed, in: database).integer,
            try UInt64(clamping: missed) != waitingCount()
        {
            // It was asked for again, and came.
            try LocalValues.set(.missed, .null, in: database)
        }
    }

    fileprivate func waitingCount() throws -> UInt64 { try count("SELECT total(changes) FROM waiting") }

    fileprivate func lastArrival() throws -> UInt64 { try count("SELECT max(number) FROM arrival") }

    private func count(_ sql: StaticString) throws -> UInt64 {
        let read = try statements(sql)
        defer { read.reset() }
        return try read.step() ? read.unsigned(0) : 0
    }

    fileprivate func hasOwnArrivals(after first: UInt64, through last: UInt64) throws -> Bool {
        guard first < last else { return false }
        let read = try statements("SELECT branch FROM arrival WHERE number > ?1 AND number <= ?2")
        defer { read.reset() }
        read.bind(1, first)
        read.bind(2, last)
        let own = Set(try ownBranches().map(\.id))
        while try read.step() { if own.contains(read.integer(0)) { return true } }
        return false
    }

    fileprivate func arrivedCount(of branch: Branch, after arrival: UInt64) throws -> UInt64 {
        let read = try statements("SELECT total(last - first + 1) FROM arrival WHERE number > ?1 AND branch = ?2")
        defer { read.reset() }
        read.bind(1, arrival)
        read.bind(2, branch.id)
        return try read.step() ? read.unsigned(0) : 0
    }

    fileprivate func hasWaiting(of replica: ReplicaID) throws -> Bool {
        let read = try statements("SELECT 1 FROM waiting WHERE replica=?1 LIMIT 1")
        defer { read.reset() }
        read.bind(1, replica.bytes)
        return try read.step()
    }

    /// Whether the grant that this device's first change cites is here, if it cites one.
    func hasOwnGrant() throws -> Bool {
        let credential = try LocalValues.value(.credential, in: database).bytes
        return try credential.flatMap { try? Credential($0).grant }.map { try place(of: $0) != nil } ?? true
    }
}
