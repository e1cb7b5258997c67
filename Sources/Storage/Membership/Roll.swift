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
        for deed in deeds { try write(deed) }
        guard let held else { return }
        self.held = (held + deeds.filter { $0.rank != nil }).sorted(by: Self.precedes)
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
        let read = try log.statements(
            """
            SELECT act.place, act.item, act.rank, act.against, act.names, act.data, change.at, change.id, branch.replica
            FROM act JOIN change ON change.place = act.place JOIN branch ON branch.id = act.place >> 40
            WHERE act.place BETWEEN ?1 AND ?2
            ORDER BY change.at, act.place, act.item
            """)
        defer { read.reset() }
        read.bind(1, first.packed)
        read.bind(2, last.packed)
        var deeds: [Deed] = []
        while try read.step() {
            guard let deed = Deed(read) else { throw StorageFailure.corrupt }
            deeds.append(deed)
        }
        return deeds
    }

    private func write(_ deed: Deed) throws {
        let insert = try log.statements(
            """
            INSERT OR REPLACE INTO act(place, item, rank, against, names, data) VALUES(?1,?2,?3,?4,?5,?6)
            """)
        insert.bind(1, deed.place.packed)
        insert.bind(2, Int64(deed.item))
        if let rank = deed.rank { insert.bind(3, Int64(rank)) } else { insert.bindNull(3) }
        insert.bind(4, Int64(deed.isAgainstOwner ? 1 : 0))
        insert.bind(5, CausalPast.packed(deed.names))
        insert.bind(6, deed.act.bytes)
        try insert.run()
    }

    /// How many devices were admitted under the grant at `place`.
    func admissions(under place: LocalPlace) throws -> UInt64 {
        let devices = try deeds().filter { $0.act.isAdmission && $0.names == [place] }.map(\.subject)
        return UInt64(Set(devices).count)
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
