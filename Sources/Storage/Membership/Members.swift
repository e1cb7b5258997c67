import CRDT
import ChangeLog
import GRDB

/// Who belongs, as the acts in changes' headers tell: what of it counts is written to tables, so that a single write
/// is judged by a few rows.
final class Members: Precedents {
    let log: Log
    let roll: Roll
    private var membersByDevice: [DeviceID: Member] = [:]
    private var tenuresByDevice: [DeviceID: Tenure] = [:]
    private lazy var ownValues = Result { try OwnValues(in: log.database) }

    init(log: Log) {
        self.log = log
        roll = Roll(log)
    }

    // MARK: Devices

    func member(_ device: DeviceID) throws -> Member? {
        if let held = membersByDevice[device] { return held }
        let find = try log.statements(.member) { "SELECT \(Member.columns) FROM member WHERE device=?1" }
        defer { find.reset() }
        find.bind(1, device.bytes)
        guard try find.step(), let member = Member(find) else { return nil }
        membersByDevice[device] = member
        return member
    }

    /// For whatever alters the tables.
    func forget() { (membersByDevice, tenuresByDevice) = ([:], [:]) }

    /// For whatever alters what they say of one device.
    func forget(_ device: DeviceID) { (membersByDevice[device], tenuresByDevice[device]) = (nil, nil) }

    func tenure(of device: DeviceID) throws -> Tenure {
        if let held = tenuresByDevice[device] { return held }
        let tenure = Tenure(appointments: try appointments(of: device), cuts: try cuts(of: device))
        tenuresByDevice[device] = tenure
        return tenure
    }

    private func appointments(of device: DeviceID) throws -> [Appointment] {
        let read = try log.statements(
            "SELECT grant_place, start, role, person, rank, counts FROM appointment WHERE device=?1")
        defer { read.reset() }
        read.bind(1, device.bytes)
        var appointments: [Appointment] = []
        while try read.step() {
            guard let role = Role(rawValue: UInt8(clamping: read.integer(2))),
                let person = ChangeID(bytes: read.bytes(3))
            else { continue }
            appointments.append(
                Appointment(
                    grant: LocalPlace(packed: read.unsigned(0)), start: LocalPlace(packed: read.unsigned(1)),
                    role: role, person: person, rank: Int(read.integer(4)), counts: read.integer(5) != 0))
        }
        return appointments
    }

    private func cuts(of device: DeviceID) throws -> [Cut] {
        let read = try log.statements("SELECT place, tips, role FROM cut WHERE device=?1")
        defer { read.reset() }
        read.bind(1, device.bytes)
        var cuts: [Cut] = []
        while try read.step() {
            cuts.append(
                Cut(
                    place: LocalPlace(packed: read.unsigned(0)), tips: CausalPast.unpacked(read.bytes(1)),
                    role: read.isNull(2) ? nil : Role(rawValue: UInt8(clamping: read.integer(2)))))
        }
        return cuts
    }

    /// How a change stands.
    func standing(of device: DeviceID, at place: LocalPlace) throws -> Standing {
        try tenure(of: device).standing(at: place, in: log)
    }

    /// Whether a revocation's hold on a change was undone, for each by an adoption that knew of it. It has to have known
    /// the very change, too: others may take the same id later.
    func isAdopted(_ change: ChangeID, at place: LocalPlace, from cuts: [LocalPlace]) throws -> Bool {
        let read = try log.statements("SELECT place FROM adoption WHERE id=?1")
        defer { read.reset() }
        read.bind(1, change.bytes)
        var adoptions: [LocalPlace] = []
        while try read.step() { adoptions.append(LocalPlace(packed: read.unsigned(0))) }
        adoptions = try adoptions.filter { try log.holds(place, in: $0) }
        return try cuts.allSatisfy { cut in try adoptions.contains { try log.holds(cut, in: $0) } }
    }

    // MARK: Ways in

    /// The invitation that a change made; of several in one change, the first.
    func opening(at place: LocalPlace) throws -> Opening? {
        let find = try log.statements(
            "SELECT role, key, expires, uses, person, counts, withdrawn FROM invitation WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step(), let role = Role(rawValue: UInt8(clamping: find.integer(0))),
            let key = DeviceID(find.bytes(1))
        else { return nil }
        let grant = Grant(
            role: role, key: key, isDevice: false, expires: find.isNull(2) ? nil : find.unsigned(2),
            uses: find.unsigned(3), person: find.isNull(4) ? nil : ChangeID(bytes: find.bytes(4)))
        return Opening(place: place, grant: grant, isOpen: find.integer(5) != 0 && find.integer(6) == 0)
    }

    /// The invitation that a grant made, if it is here.
    func opening(of grant: Cause) throws -> Opening? { try log.place(of: grant).flatMap { try opening(at: $0) } }

    func invitation(at place: LocalPlace) throws -> (content: Grant, deed: Deed)? {
        for deed in try roll.deeds(at: place) where deed.rank != nil {
            if case .grant(let grant) = deed.act, !grant.isDevice { return (grant, deed) }
        }
        return nil
    }

    /// Whether a device was let in, be it that it has written nothing yet, or was cut off since.
    func isGranted(_ device: DeviceID) throws -> Bool { try !tenure(of: device).appointments.isEmpty }

    /// Whether the author of `change` belongs, from the change itself and what is applied before it.
    func belongs(_ change: Change) throws -> Bool {
        if try isGranted(change.replica.device) || change.hash.bytes == log.workspace.bytes { return true }
        return try change.acts.contains { act in
            guard case .join(let grant, _, _) = act, let opening = try opening(of: grant) else { return false }
            return change.isJoin(act, under: opening.grant, in: log.workspace)
        }
    }

    // MARK: The joiner's promise

    func promise(to replica: ReplicaID) throws -> Promise? {
        let own = try ownValues.get()
        guard let promise = own.promise, own.replica == replica, try isToCome(own.grant) else { return nil }
        return promise
    }

    /// The grant that this device's own first change cites, as long as it is not here.
    func grantToCome() throws -> Cause? {
        let grant = try ownGrant()
        return try isToCome(grant) ? grant : nil
    }

    /// The grant that this device came in under.
    func ownGrant() throws -> Cause? { try ownValues.get().grant }

    /// This device's first chain here: the one that joined, whatever happened to the copy since.
    func own() throws -> ReplicaID { try ownValues.get().replica }

    private func isToCome(_ grant: Cause?) throws -> Bool { try grant.map { try log.place(of: $0) == nil } ?? false }

    private struct OwnValues {
        let replica: ReplicaID
        let promise: Promise?
        let grant: Cause?

        init(in database: Database) throws {
            replica = try LocalValues.joiner(in: database)
            let role = try LocalValues.value(.role, in: database).integer.flatMap {
                Role(rawValue: UInt8(clamping: $0))
            }
            let person = try LocalValues.value(.person, in: database).bytes.flatMap { ChangeID(bytes: $0) }
            promise = role.map { Promise(role: $0, person: person) }
            grant = try LocalValues.value(.credential, in: database).bytes.flatMap { try? Credential($0).grant }
        }
    }
}

/// What an invitation promised this device, as long as the grant that says so is not here.
struct Promise {
    let role: Role
    /// Whose further device it is; nil for somebody new.
    let person: ChangeID?
}
