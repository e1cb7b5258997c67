public import ChangeLog
import GRDB

/// What something waits for.
public enum Need: Hashable, Sendable {
    /// A change of that number in that replica's chain.
    case change(ReplicaID, UInt64)
    /// The clock, in milliseconds since 1970.
    case time(UInt64)
}

/// Deltas that are held and not yet applied. Nothing wedges: each waits with its reason while all else goes on, and is
/// tried again when what it waits for is here.
struct Waiting {
    /// How many changes of one device may wait, over all its epochs and branches.
    static let changesPerDevice = 10_000
    /// How many bytes of one device's changes may wait.
    static let bytesPerDevice = 64 << 20
    /// How many bytes may wait in all of devices that nobody has let in yet.
    static let bytesOfStrangers = 1 << 20

    private let log: Log

    init(log: Log) { self.log = log }

    /// One held delta, and since when it has been held.
    typealias Held = (delta: VerifiedDelta, since: UInt64)

    /// Takes out what waits for a change of `replica` that is here now.
    func release(for replica: ReplicaID) throws -> [Held] {
        guard let highest = try log.branches.of(replica).map(\.number).max() else { return [] }
        let find = try log.statements(
            "SELECT id FROM waiting WHERE need_replica=?1 AND need_number <= ?2 ORDER BY need_number, id")
        find.bind(1, replica.bytes)
        find.bind(2, highest)
        return try take(find)
    }

    /// Takes out what waits for the clock, and is due.
    func releaseDue(now: UInt64) throws -> [Held] {
        let find = try log.statements("SELECT id FROM waiting WHERE due <= ?1 ORDER BY due, id")
        find.bind(1, now)
        return try take(find)
    }

    private func take(_ find: SQLStatement) throws -> [Held] {
        var ids: [Int64] = []
        while try find.step() { ids.append(find.integer(0)) }
        find.reset()
        return try ids.compactMap(take)
    }

    /// - Returns: nil for one that a damaged file holds no longer as it was: it is let go, and will be sent again.
    private func take(_ id: Int64) throws -> Held? {
        let read = try log.statements("SELECT delta, since FROM waiting WHERE id=?1")
        read.bind(1, id)
        guard try read.step() else { throw StorageFailure.corrupt }
        let (bytes, since) = (read.bytes(0), read.unsigned(1))
        read.reset()
        let delete = try log.statements("DELETE FROM waiting WHERE id=?1")
        delete.bind(1, id)
        try delete.run()
        let deleteRoots = try log.statements("DELETE FROM waiting_root WHERE waiting=?1")
        deleteRoots.bind(1, id)
        try deleteRoots.run()
        guard let delta = try? ReceivedDelta(bytes[...]).verified(in: log.workspace) else { return nil }
        return (delta, since)
    }

    /// Holds the changes of a delta from the one at `index` on.
    ///
    /// - Returns: whether there was room.
    func hold(
        _ delta: VerifiedDelta, from index: Int, reason: WaitingReason, need: Need, since: UInt64
    ) throws -> Bool {
        let rest = delta.changes[index...]
        guard let first = rest.first else { return true }
        let bytes = DeltaWriter.bytes(
            replica: first.replica, first: first.number, previous: first.place.previous, wires: rest.map(\.wire),
            seal: delta.seal)
        let digest = Digest.of(bytes, domain: "nexus waiting", byteCount: 16)
        if try isHeld(digest) { return true }
        guard try hasRoom(for: first.replica.device, changes: rest.count, bytes: bytes.count) else { return false }
        let insert = try log.statements(
            """
            INSERT INTO waiting(device, replica, first, changes, size, reason, need_replica, need_number, due, since,
                digest, delta) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)
            """)
        insert.bind(1, first.replica.device.bytes)
        insert.bind(2, first.replica.bytes)
        insert.bind(3, first.number)
        insert.bind(4, Int64(rest.count))
        insert.bind(5, Int64(bytes.count))
        insert.bind(6, Int64(reason.rawValue))
        switch need {
        case .change(let replica, let number):
            insert.bind(7, replica.bytes)
            insert.bind(8, number)
        case .time(let due): insert.bind(9, due)
        }
        insert.bind(10, since)
        insert.bind(11, digest)
        insert.bind(12, bytes)
        try insert.run()
        try note(rest, of: log.database.lastInsertedRowID)
        return true
    }

    /// Which roots a held delta is about, as far as its bodies tell.
    private func note(_ changes: ArraySlice<Change>, of waiting: Int64) throws {
        let insert = try log.statements("INSERT INTO waiting_root(root, waiting) VALUES(?1,?2) ON CONFLICT DO NOTHING")
        for root in Set(changes.flatMap(\.segments).map(\.root)) {
            insert.bind(1, Int64(bitPattern: root.high))
            insert.bind(2, waiting)
            try insert.run()
        }
    }

    /// Whether something that waits is about a root.
    func isAbout(_ root: RootID) throws -> Bool {
        let find = try log.statements("SELECT 1 FROM waiting_root WHERE root=?1 LIMIT 1")
        defer { find.reset() }
        find.bind(1, Int64(bitPattern: root.high))
        return try find.step()
    }

    private func isHeld(_ digest: [UInt8]) throws -> Bool {
        let find = try log.statements("SELECT 1 FROM waiting WHERE digest=?1")
        defer { find.reset() }
        find.bind(1, digest)
        return try find.step()
    }

    private func hasRoom(for device: DeviceID, changes: Int, bytes: Int) throws -> Bool {
        guard try Members(log: log).isGranted(device) else {
            return try bytesOfStrangers() + bytes <= Self.bytesOfStrangers
        }
        let sum = try log.statements("SELECT total(changes), total(size) FROM waiting WHERE device=?1")
        defer { sum.reset() }
        sum.bind(1, device.bytes)
        guard try sum.step() else { return false }
        return Int(sum.integer(0)) + changes <= Self.changesPerDevice
            && Int(sum.integer(1)) + bytes <= Self.bytesPerDevice
    }

    private func bytesOfStrangers() throws -> Int {
        let sum = try log.statements(
            "SELECT total(size) FROM waiting WHERE device NOT IN (SELECT device FROM appointment)")
        defer { sum.reset() }
        return try sum.step() ? Int(sum.integer(0)) : 0
    }
}

/// A delta that is held, as people are told of it.
public struct WaitingDelta: Hashable, Sendable {
    /// Whose changes.
    public let replica: ReplicaID
    /// The number of the first.
    public let first: UInt64
    /// How many.
    public let changes: Int
    /// Why they wait.
    public let reason: WaitingReason
    /// What for.
    public let need: Need
    /// Since when, in milliseconds since 1970.
    public let since: UInt64
}

extension Replica {
    /// Everything that waits, by since when.
    public func waiting() throws(StorageFailure) -> [WaitingDelta] {
        try readLog { log in
            let read = try log.statements(
                """
                SELECT replica, first, changes, reason, need_replica, need_number, due, since FROM waiting
                ORDER BY since, id
                """)
            defer { read.reset() }
            var waiting: [WaitingDelta] = []
            while try read.step() {
                guard let replica = ReplicaID(read.bytes(0)),
                    let reason = WaitingReason(rawValue: Int(read.integer(3)))
                else { continue }
                let need = ReplicaID(read.bytes(4)).map { Need.change($0, read.unsigned(5)) }
                waiting.append(
                    WaitingDelta(
                        replica: replica, first: read.unsigned(1), changes: Int(read.integer(2)), reason: reason,
                        need: need ?? .time(read.unsigned(6)), since: read.unsigned(7)))
            }
            return waiting
        }
    }
}
