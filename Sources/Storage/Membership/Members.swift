public import CRDT
public import ChangeLog
public import GRDB

/// A device that belongs to the workspace.
public struct Member: Hashable, Sendable {
    /// Its key.
    public let device: DeviceID
    /// Who uses it: named by the change with which they came in or, for a device granted by its own key, by that key.
    public let person: ChangeID
    /// What it may do.
    public let role: Role
    /// The name its person goes by. Two who chose one name offline both keep it here; screens number them.
    public let name: String
    /// When the relay admitted it; nil before that. The founder counts as admitted by the founding change, a device
    /// granted by its own key by the grant.
    public let admitted: Stamp?
}

extension Member {
    /// From columns device, person, role, name, admitted_at.
    init?(_ row: SQLStatement) {
        guard let device = DeviceID(row.bytes(0)), let person = ChangeID(bytes: row.bytes(1)),
            let role = Role(rawValue: UInt8(clamping: row.integer(2)))
        else { return nil }
        (self.device, self.person, self.role) = (device, person, role)
        name = String(decoding: row.bytes(3), as: UTF8.self)
        admitted = row.isNull(4) ? nil : Stamp(packed: row.unsigned(4))
    }

    /// Everyone who came in, in the order of admission; the founder and those not admitted yet by when they came.
    public static func all(in database: Database) throws -> [Member] {
        let read = try SQLStatement(
            database,
            """
            SELECT device, person, role, name, admitted_at FROM member ORDER BY coalesce(admitted_at, named_at), device
            """)
        var members: [Member] = []
        while try read.step() { if let member = Member(read) { members.append(member) } }
        return members
    }
}

/// An open way in: the grant of an invitation or of a device.
struct Opening {
    let place: LocalPlace
    let grant: Grant
}

/// Reads and writes who belongs, from the acts in changes' headers.
final class Members {
    let log: Log
    private var membersByDevice: [DeviceID: Member] = [:]

    init(log: Log) { self.log = log }

    func member(_ device: DeviceID) throws -> Member? {
        if let held = membersByDevice[device] { return held }
        let find = try log.statements("SELECT device, person, role, name, admitted_at FROM member WHERE device=?1")
        defer { find.reset() }
        find.bind(1, device.bytes)
        guard try find.step(), let member = Member(find) else { return nil }
        membersByDevice[device] = member
        return member
    }

    /// For whatever alters the table.
    func forget() { membersByDevice = [:] }

    func opening(for key: DeviceID) throws -> Opening? {
        let find = try log.statements("SELECT place, role, device, expires, uses FROM invitation WHERE key=?1")
        defer { find.reset() }
        find.bind(1, key.bytes)
        guard try find.step(), let role = Role(rawValue: UInt8(clamping: find.integer(1))) else { return nil }
        let grant = Grant(
            role: role, key: key, isDevice: find.integer(2) != 0, expires: find.isNull(3) ? nil : find.unsigned(3),
            uses: find.unsigned(4))
        return Opening(place: LocalPlace(packed: find.unsigned(0)), grant: grant)
    }

    /// The opening that a grant at `place` made.
    func opening(at place: LocalPlace) throws -> Opening? {
        let find = try log.statements("SELECT key FROM invitation WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), let key = DeviceID(find.bytes(0)) else { return nil }
        return try opening(for: key)
    }

    /// How many devices were admitted under the grant at `place`.
    func admissions(under place: LocalPlace) throws -> UInt64 {
        let count = try log.statements(
            "SELECT count(*) FROM member WHERE grant_place=?1 AND admitted_at IS NOT NULL")
        defer { count.reset() }
        count.bind(1, place.packed)
        return try count.step() ? count.unsigned(0) : 0
    }

    /// Whether a device was let in, be it that it has written nothing yet.
    func isGranted(_ device: DeviceID) throws -> Bool {
        try member(device) != nil || opening(for: device)?.grant.isDevice == true
    }

    /// Whether the author of `change` belongs, from the change itself and what is applied before it.
    func belongs(_ change: Change) throws -> Bool {
        if try isGranted(change.replica.device) || change.hash.bytes == log.workspace.bytes { return true }
        return try change.acts.contains { try joinOpening($0, of: change) != nil }
    }

    /// The opening a join takes up, if its proof holds.
    func joinOpening(_ act: Act, of change: Change) throws -> Opening? {
        guard case .join(let grant, let proof, _) = act, change.number == 1, change.causes.contains(grant) else {
            return nil
        }
        let message = Act.joinProof(workspace: log.workspace, replica: change.replica)
        guard let opening = try opening(of: grant), opening.grant.key.verifies(proof, of: message) else { return nil }
        return opening
    }

    /// Takes note of a change's acts.
    ///
    /// - Parameter localRole: what an invitation promised the author, should the grant itself not be here.
    func apply(_ change: Change, at place: LocalPlace, localRole: () throws -> Role?) throws {
        // First: a relay's very first change may hold an admission, which counts only if the relay is a member.
        try addGranted(change)
        for act in change.acts { try apply(act, of: change, at: place, localRole: localRole) }
    }

    private func apply(
        _ act: Act, of change: Change, at place: LocalPlace, localRole: () throws -> Role?
    ) throws {
        switch act {
        case .found(_, let person, _):
            guard change.hash.bytes == log.workspace.bytes else { return }
            try add(change, person: person, role: .owner, grant: nil, admitted: change.stamp)
        case .grant(let grant):
            guard let author = try member(change.replica.device), author.role.mayInvite else { return }
            try open(grant, at: place, stamp: change.stamp)
        case .join(_, _, let person):
            let opening = try joinOpening(act, of: change)
            guard let role = try opening?.grant.role ?? localRole() else { return }
            try add(change, person: person, role: role, grant: opening?.place)
        case .admit(let device, let grant, _):
            guard try member(change.replica.device)?.role == .relay else { return }
            try admit(device, grant: grant, stamp: change.stamp)
        case .rename(let person): try rename(change.replica.device, to: person, stamp: change.stamp)
        case .revoke, .adopt, .withdraw, .declare, .nameDevice, .unknown: return
        }
    }

    /// A device that was granted its role by its own key needs no act of its own.
    private func addGranted(_ change: Change) throws {
        guard try member(change.replica.device) == nil, let opening = try opening(for: change.replica.device),
            opening.grant.isDevice
        else { return }
        // Not the change's id: such a device may write two chains, for instance a relay that lost its data, and
        // replicas hear of them in any order.
        let id = Digest.of(change.replica.device.bytes, domain: "nexus person", byteCount: ChangeID.byteCount)
        try add(
            change, as: ChangeID(bytes: id), person: "", named: .zero, role: opening.grant.role, grant: opening.place,
            admitted: try log.past.entry(at: opening.place)?.stamp)
    }

    /// Two may let one device in without knowing of each other, for instance a relay at their first syncs: the earlier
    /// grant stands on every replica.
    private func open(_ grant: Grant, at place: LocalPlace, stamp: Stamp) throws {
        forget()
        let insert = try log.statements(
            """
            INSERT INTO invitation(place, key, role, device, expires, uses) VALUES(?1,?2,?3,?4,?5,?6)
            ON CONFLICT(key) DO UPDATE SET place=excluded.place, role=excluded.role, device=excluded.device,
                expires=excluded.expires, uses=excluded.uses
            WHERE (SELECT at, id FROM change WHERE place = excluded.place)
                < (SELECT at, id FROM change WHERE place = invitation.place)
            """)
        insert.bind(1, place.packed)
        insert.bind(2, grant.key.bytes)
        insert.bind(3, Int64(grant.role.rawValue))
        insert.bind(4, Int64(grant.isDevice ? 1 : 0))
        if let expires = grant.expires { insert.bind(5, expires) }
        insert.bind(6, grant.uses)
        try insert.run()
        guard grant.isDevice else { return }
        let update = try log.statements("UPDATE member SET admitted_at=?2 WHERE device=?1 AND admitted_at > ?2")
        update.bind(1, grant.key.bytes)
        update.bind(2, stamp.packed)
        try update.run()
    }

    /// - Parameters:
    ///   - id: names the person; nil is the change with which they come in.
    ///   - named: when they were named; nil is that change's stamp.
    private func add(
        _ change: Change, as id: ChangeID? = nil, person: String, named: Stamp? = nil, role: Role, grant: LocalPlace?,
        admitted: Stamp? = nil
    ) throws {
        forget()
        let insert = try log.statements(
            """
            INSERT INTO member(device, person, role, name, named_at, grant_place, admitted_at)
            VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO NOTHING
            """)
        insert.bind(1, change.replica.device.bytes)
        insert.bind(2, (id ?? change.id).bytes)
        insert.bind(3, Int64(role.rawValue))
        insert.bind(4, person)
        insert.bind(5, (named ?? change.stamp).packed)
        if let grant { insert.bind(6, grant.packed) }
        if let admitted { insert.bind(7, admitted.packed) }
        try insert.run()
    }

    /// Of two admissions, for instance by a relay and by its replacement, the earlier one stands on every replica.
    private func admit(_ device: DeviceID, grant: Cause, stamp: Stamp) throws {
        forget()
        let update = try log.statements(
            """
            UPDATE member SET admitted_at=?2, grant_place=coalesce(?3, grant_place)
            WHERE device=?1 AND (admitted_at IS NULL OR admitted_at > ?2)
            """)
        update.bind(1, device.bytes)
        update.bind(2, stamp.packed)
        if let place = try log.place(of: grant) { update.bind(3, place.packed) }
        try update.run()
    }

    private func rename(_ device: DeviceID, to name: String, stamp: Stamp) throws {
        forget()
        let update = try log.statements("UPDATE member SET name=?2, named_at=?3 WHERE device=?1 AND named_at < ?3")
        update.bind(1, device.bytes)
        update.bind(2, name)
        update.bind(3, stamp.packed)
        try update.run()
    }
}
