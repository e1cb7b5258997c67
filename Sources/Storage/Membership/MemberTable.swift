import CRDT
import ChangeLog
import GRDB

/// Writes what each device is now, and what its person is called: for screens, and for whoever asks who belongs. It all
/// follows from the tables of appointments, cuts and invitations.
struct MemberTable {
    private let members: Members
    private var log: Log { members.log }

    init(_ members: Members) { self.members = members }

    /// Writes the rows of these devices, and of others of the same people, whose name may be another one now.
    func write(_ devices: Set<DeviceID>) throws {
        var people: Set<ChangeID> = []
        for device in devices { people.formUnion(try members.tenure(of: device).appointments.map(\.person)) }
        var devicesByPerson: [ChangeID: [DeviceID]] = [:]
        for person in people { devicesByPerson[person] = try members.devices(of: person) }
        var names: [ChangeID: PersonName] = [:]
        for device in devices.union(devicesByPerson.values.joined()) {
            let (appointment, isRevoked) = try members.tenure(of: device).present(in: log)
            guard let appointment else { continue }
            let person = appointment.person
            let name = try names[person] ?? PersonName(devices: devicesByPerson[person] ?? [device], members)
            names[person] = name
            try write(device, appointment, isRevoked: isRevoked, name)
        }
    }

    private func write(
        _ device: DeviceID, _ appointment: Appointment, isRevoked: Bool, _ name: PersonName
    ) throws {
        let isGone = try isRevoked || !appointment.counts && !members.isPending(device)
        let insert = try log.statements(
            """
            INSERT OR REPLACE INTO member(device, person, role, name, named_at, admitted_at, grant_place, device_name,
                revoked) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)
            """)
        let (admitted, deviceName) = (try admitted(device), try deviceName(device))
        insert.bind(1, device.bytes)
        insert.bind(2, appointment.person.bytes)
        insert.bind(3, Int64(appointment.role.rawValue))
        insert.bind(4, name.text)
        insert.bind(5, name.stamp.packed)
        if let admitted { insert.bind(6, admitted.packed) } else { insert.bindNull(6) }
        if appointment.isByJoining { insert.bind(7, appointment.grant.packed) } else { insert.bindNull(7) }
        insert.bind(8, deviceName)
        insert.bind(9, Int64(isGone ? 1 : 0))
        try insert.run()
        members.forget(device)
    }

    /// When it came in: the earliest of its admissions, or of the grants to its own key.
    private func admitted(_ device: DeviceID) throws -> Stamp? {
        try members.tenure(of: device).appointments.filter(\.counts).compactMap { appointment in
            if appointment.isByJoining {
                return try members.admission(of: device, under: appointment.grant)?.stamp
            }
            return appointment.rank == Deed.unknownRank ? nil : try log.stamp(at: appointment.start)
        }.min()
    }

    /// Its latest word for itself that counts.
    private func deviceName(_ device: DeviceID) throws -> String {
        let deed = try members.roll.latest(.nameDevice, about: device, where: members.counts)
        if case .nameDevice(let name) = deed?.act { return name }
        return ""
    }
}

/// What a person is called: by their latest word that counts, and who has said none by their first. Else a device that
/// was cut off could call itself anything, with one more join.
private struct PersonName {
    let text: String
    let stamp: Stamp

    /// One naming.
    private struct Word {
        let text: String
        let stamp: Stamp
        let deed: Deed
        /// Whether the act does in which it stands.
        let counts: Bool

        func isLater(than other: Word) -> Bool {
            (other.stamp, other.deed.change, other.deed.item, other.text) < (stamp, deed.change, deed.item, text)
        }
    }

    init(devices: [DeviceID], _ members: Members) throws {
        let words = try devices.flatMap { try Self.words(of: $0, members) }
        let word = words.filter(\.counts).max { $1.isLater(than: $0) } ?? words.min { $1.isLater(than: $0) }
        (text, stamp) = (word?.text ?? "", word?.stamp ?? .zero)
    }

    /// What a device called its person when it came, and the latest of its later words that counts; all of them as long
    /// as none does.
    private static func words(of device: DeviceID, _ members: Members) throws -> [Word] {
        var words: [Word] = []
        func note(_ name: String, _ deed: Deed, stamp: Stamp, counts: Bool) {
            if !name.isEmpty { words.append(Word(text: name, stamp: stamp, deed: deed, counts: counts)) }
        }
        for kind in [Act.Kind.found, .join] {
            _ = try members.roll.latest(kind, about: device) { deed in
                switch deed.act {
                case .found(_, let name, _): note(name, deed, stamp: deed.stamp, counts: true)
                case .join(_, _, let name):
                    // A further device brings its person's name along, and does not rename them.
                    let stamp: Stamp = try members.isFurther(deed) ? .zero : deed.stamp
                    note(name, deed, stamp: stamp, counts: try members.counts(deed))
                default: break
                }
                return false
            }
        }
        _ = try members.roll.latest(.rename, about: device) { deed in
            guard case .rename(let name) = deed.act, !name.isEmpty else { return false }
            let counts = try members.counts(deed)
            // Renaming that does not count was never anybody's name, not even the first.
            if counts { note(name, deed, stamp: deed.stamp, counts: true) }
            return counts
        }
        return words
    }
}
