import CRDT
import ChangeLog
import GRDB

/// The acts in the log, as its table of them tells: who did what, and whether they had the right to.
///
/// Whether somebody had the right follows from the causal past alone, so it is judged once, when an act comes in.
final class Roll {
    private let log: Log
    private var held: [Deed]?

    init(_ log: Log) { self.log = log }

    /// All rightful deeds, in a causal order, those of one change next to each other.
    func deeds() throws -> [Deed] {
        if let held { return held }
        let deeds = try read().filter { $0.rank != nil }
        held = deeds
        return deeds
    }

    func add(_ deeds: [Deed]) throws {
        for deed in deeds {
            try write(deed)
            guard deed.rank != nil else { continue }
            // What comes in is nearly always among the latest.
            let place = held?.lastIndex { Self.precedes($0, deed) }.map { $0 + 1 } ?? 0
            held?.insert(deed, at: place)
        }
    }

    /// For whatever alters the table in another way.
    func forget() { held = nil }

    private static func precedes(_ left: Deed, _ right: Deed) -> Bool {
        (left.stamp, left.place, left.item) < (right.stamp, right.place, right.item)
    }

    // MARK: Rows

    /// The acts of one change.
    func deeds(at place: LocalPlace) throws -> [Deed] { try read(from: place, through: place) }

    /// Every act of a change that is not void, whether its author had the right to or not.
    func read() throws -> [Deed] {
        try read(from: LocalPlace(packed: 0), through: LocalPlace(packed: UInt64(Int64.max)))
    }

    private func read(from first: LocalPlace, through last: LocalPlace) throws -> [Deed] {
        let read = try log.statements(.deedsBetween) {
            "\(Self.rows) WHERE act.place BETWEEN ?1 AND ?2 ORDER BY change.at, act.place, act.item"
        }
        read.bind(1, first.packed)
        read.bind(2, last.packed)
        var deeds: [Deed] = []
        _ = try self.first(of: read) { deed in
            deeds.append(deed)
            return false
        }
        return deeds
    }

    private static let rows = """
        SELECT act.place, act.item, act.rank, act.against, act.names, act.data, change.at, change.id, branch.replica
        FROM act JOIN change ON change.place = act.place JOIN branch ON branch.id = act.place >> 40
        """

    private func first(of read: SQLStatement, where isWanted: (Deed) throws -> Bool) throws -> Deed? {
        defer { read.reset() }
        while try read.step() {
            guard let deed = Deed(read) else { throw StorageFailure.corrupt }
            if try isWanted(deed) { return deed }
        }
        return nil
    }

    private func write(_ deed: Deed) throws {
        let insert = try log.statements(
            """
            INSERT OR REPLACE INTO act(place, item, rank, against, names, data, kind, subject)
            VALUES(?1,?2,?3,?4,?5,?6,?7,?8)
            """)
        insert.bind(1, deed.place.packed)
        insert.bind(2, Int64(deed.item))
        if let rank = deed.rank { insert.bind(3, Int64(rank)) } else { insert.bindNull(3) }
        insert.bind(4, Int64(deed.isAgainstOwner ? 1 : 0))
        insert.bind(5, CausalPast.packed(deed.names))
        insert.bind(6, deed.act.bytes)
        insert.bind(7, deed.act.kind.rawValue)
        insert.bind(8, deed.subject.bytes)
        try insert.run()
    }

    // MARK: Rightful deeds, by what they are about

    /// The latest of one kind about a device for which something holds. It is asked of the latest first.
    func latest(_ kind: Act.Kind, about device: DeviceID, where isWanted: (Deed) throws -> Bool) throws -> Deed? {
        let read = try log.statements(.deedsAbout) {
            """
            \(Self.rows) WHERE act.subject=?1 AND act.kind=?2 AND act.rank IS NOT NULL
            ORDER BY change.at DESC, change.id DESC, act.item DESC, act.data DESC
            """
        }
        read.bind(1, device.bytes)
        read.bind(2, kind.rawValue)
        return try first(of: read, where: isWanted)
    }

    /// The earliest admission of a device under the grant at `place` for which something holds.
    func admission(
        of device: DeviceID, under place: LocalPlace, where isWanted: (Deed) throws -> Bool
    ) throws -> Deed? {
        let read = try log.statements(.admissions) {
            """
            \(Self.rows) WHERE act.kind = 4 AND act.rank IS NOT NULL AND act.names=?1 AND act.subject=?2
            ORDER BY change.at
            """
        }
        read.bind(1, CausalPast.packed([place]))
        read.bind(2, device.bytes)
        return try first(of: read, where: isWanted)
    }

    /// How many devices were admitted under the grant at `place`.
    func admissions(under place: LocalPlace) throws -> UInt64 {
        let count = try log.statements(
            "SELECT count(DISTINCT subject) FROM act WHERE kind = 4 AND rank IS NOT NULL AND names=?1")
        defer { count.reset() }
        count.bind(1, CausalPast.packed([place]))
        return try count.step() ? count.unsigned(0) : 0
    }

    /// Whether a device did anything that may bear on what others did: more than to join, and to say what it is called
    /// or what happened to it.
    func hasBearing(_ device: DeviceID) throws -> Bool {
        try log.branches.of(device).contains { branch in
            let find = try log.statements(
                """
                SELECT 1 FROM act WHERE place BETWEEN ?1 AND ?2 AND rank IS NOT NULL AND kind NOT IN (3, 5, 9, 10) LIMIT 1
                """)
            defer { find.reset() }
            find.bind(1, branch.tip.branchStart.packed)
            find.bind(2, branch.tip.branchEnd.packed)
            return try find.step()
        }
    }
}

extension Deed {
    fileprivate init?(_ row: SQLStatement) {
        guard let stamp = Stamp(packed: row.unsigned(6)), let change = ChangeID(bytes: row.bytes(7)),
            let replica = ReplicaID(row.bytes(8)), let act = try? Act(bytes: row.bytes(5))
        else { return nil }
        (place, item) = (LocalPlace(packed: row.unsigned(0)), Int(row.integer(1)))
        (self.stamp, self.change, device, self.act) = (stamp, change, replica.device, act)
        rank = row.isNull(2) ? nil : Int(row.integer(2))
        isAgainstOwner = row.integer(3) != 0
        names = CausalPast.unpacked(row.bytes(4))
    }
}
