import CRDT
public import ChangeLog
import GRDB

import struct Foundation.Data

/// Who may bid for what just now: at most one device in each scope, as one relay keeps it.
public struct Lease: Hashable, Sendable {
    /// How long a lease holds that is not renewed, in milliseconds.
    public static let duration: UInt64 = 30_000
    /// Which one it is.
    public let token: LeaseToken
    /// Whose.
    public let holder: DeviceID
    /// Until when, in milliseconds since 1970 by the relay's clock.
    public let until: UInt64

    /// A lease.
    public init(token: LeaseToken, holder: DeviceID, until: UInt64) {
        (self.token, self.holder, self.until) = (token, holder, until)
    }
}

/// What comes of asking for a lease.
public enum LeaseAnswer: Hashable, Sendable {
    /// It is the asker's.
    case lent(Lease)
    /// Somebody else has it, until then: milliseconds since 1970 by the relay's clock.
    case taken(until: UInt64)
}

/// The leases that this copy has given.
struct Leases {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func lease(of scope: LeaseScope) throws -> Lease? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT incarnation, counter, holder, until FROM lease WHERE scope=?", arguments: [Data(scope.bytes)])
        guard let row, let counter = row["counter"] as Int64?,
            let holder = (row["holder"] as Data?).flatMap({ DeviceID($0) }), let until = row["until"] as Int64?,
            let incarnation = row["incarnation"] as Int64?
        else { return nil }
        let token = LeaseToken(
            scope: scope, incarnation: UInt64(bitPattern: incarnation), counter: UInt64(clamping: counter))
        return Lease(token: token, holder: holder, until: UInt64(clamping: until))
    }

    func keep(_ lease: Lease) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO lease(scope, incarnation, counter, holder, until) VALUES(?,?,?,?,?)",
            arguments: [
                Data(lease.token.scope.bytes), Int64(bitPattern: lease.token.incarnation),
                Int64(clamping: lease.token.counter), Data(lease.holder.bytes),
                Int64(clamping: lease.until),
            ])
    }
}

extension Replica {
    /// As a relay: begins a count of arrivals, and with it of leases: those that it gave are none any more.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func begin(_ incarnation: UInt64, now: UInt64) throws(StorageFailure) {
        try write { door in
            let database = door.log.database
            try LocalValues.set(.incarnation, .integer(Int64(bitPattern: incarnation)), in: database)
            try LocalValues.set(.incarnationSince, .integer(Int64(clamping: now)), in: database)
            try database.execute(sql: "DELETE FROM lease")
        }
    }

    /// As a relay: gives a lease, or makes the one that the asker holds last longer. One that has run out, or was given
    /// back, is followed by another with a higher number.
    ///
    /// - Parameters:
    ///   - device: a gateway that counts.
    ///   - now: milliseconds since 1970.
    public func lend(
        _ scope: LeaseScope, to device: DeviceID, incarnation: UInt64, now: UInt64
    ) throws(StorageFailure) -> LeaseAnswer {
        try write { door in
            let leases = Leases(door.log.database)
            let held = try leases.lease(of: scope)
            if let held, held.until > now, held.token.incarnation == incarnation, held.holder != device {
                return .taken(until: held.until)
            }
            let isRenewal = held.map { $0.holder == device && $0.until > now && $0.token.incarnation == incarnation }
            let counter = (held?.token.counter ?? 0) + (isRenewal == true ? 0 : 1)
            let token = LeaseToken(scope: scope, incarnation: incarnation, counter: counter)
            let lease = Lease(token: token, holder: device, until: now + Lease.duration)
            try leases.keep(lease)
            return .lent(lease)
        }
    }

    /// As a relay: takes a lease back before it has run out, if the device holds it.
    public func takeBack(_ scope: LeaseScope, from device: DeviceID, now: UInt64) throws(StorageFailure) {
        try write { door in
            let leases = Leases(door.log.database)
            guard let held = try leases.lease(of: scope), held.holder == device, held.until > now else { return }
            try leases.keep(Lease(token: held.token, holder: device, until: now))
        }
    }

    /// As a relay: takes in what others wrote, and rules on what they bid for, all in one transaction.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: a verdict for each delta, in order; and whether anything was ruled, which is to be published.
    public func appendAndRule(
        _ deltas: [VerifiedDelta], now: UInt64
    ) throws(StorageFailure) -> (verdicts: [Verdict], hasRuled: Bool) {
        try write(durability: .full) { door in
            var arrivals = try Arrivals(door, now: now)
            let verdicts = try arrivals.take(deltas)
            let desk = try ClaimDesk(door)
            return (verdicts, try !desk.isEmpty && desk.rule(by: Transaction(door, replica: self, now: now)))
        }
    }
}
