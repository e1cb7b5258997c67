public import CRDT
public import ChangeLog
public import GRDB

/// A device that belongs, or belonged, to the workspace.
public struct Member: Hashable, Sendable {
    /// Its key.
    public let device: DeviceID
    /// Who uses it: named by the grant, or by the change with which they came in or, for a device granted by its own key,
    /// by that key.
    public let person: ChangeID
    /// What it may do.
    public let role: Role
    /// The name its person goes by. Two who chose one name offline both keep it here; screens number them.
    public let name: String
    /// When it was admitted; nil before that. The founder counts as admitted by the founding change, a device granted
    /// by its own key by the grant.
    public let admitted: Stamp?
    /// What its person calls it; often nothing.
    public let deviceName: String
    /// Whether it was cut off: what it writes from then on counts for nobody.
    public let isRevoked: Bool
}

extension Member {
    /// Whether it may let others in.
    public var mayInvite: Bool { role.mayInvite && !isRevoked }

    static let columns = "device, person, role, name, admitted_at, device_name, revoked"

    /// From ``columns``.
    init?(_ row: SQLStatement) {
        guard let device = DeviceID(row.bytes(0)), let person = ChangeID(bytes: row.bytes(1)),
            let role = Role(rawValue: UInt8(clamping: row.integer(2)))
        else { return nil }
        (self.device, self.person, self.role) = (device, person, role)
        name = String(decoding: row.bytes(3), as: UTF8.self)
        admitted = row.isNull(4) ? nil : Stamp(packed: row.unsigned(4))
        deviceName = String(decoding: row.bytes(5), as: UTF8.self)
        isRevoked = row.integer(6) != 0
    }

    /// Everyone who came in, in the order of admission; the founder and those not admitted yet by when they came.
    public static func all(in database: Database) throws -> [Member] {
        let read = try SQLStatement(
            database, "SELECT \(columns) FROM member ORDER BY coalesce(admitted_at, named_at), device")
        var members: [Member] = []
        while try read.step() { if let member = Member(read) { members.append(member) } }
        return members
    }
}

/// An open way in: the grant of an invitation.
struct Opening {
    let place: LocalPlace
    let grant: Grant
    /// Whether it still lets somebody in: its author was not cut off before, and nobody took it back.
    let isOpen: Bool
}
