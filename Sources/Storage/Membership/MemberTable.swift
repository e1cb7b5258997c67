import CRDT
import ChangeLog
import GRDB

/// Writes what each device is now, and what its person is called: for screens, and for whoever asks who belongs.
struct MemberTable {
    private let log: Log
    private let judgement: Judgement<Log>
    private let names: Names
    private let devicesByPerson: [ChangeID: Set<DeviceID>]

    init(_ log: Log, _ judgement: Judgement<Log>) {
        (self.log, self.judgement) = (log, judgement)
        (names, devicesByPerson) = (Names(judgement), judgement.devicesByPerson)
    }

    /// Writes the rows of these devices, and of others of the same people, whose name may be another one now.
    func write(_ devices: Set<DeviceID>) throws {
        var all = devices
        for device in devices {
            for appointment in try judgement.tenure(of: device).appointments {
                all.formUnion(devicesByPerson[appointment.person] ?? [])
            }
        }
        for device in all { try write(device) }
    }

    private func write(_ device: DeviceID) throws {
        let tenure = try judgement.tenure(of: device)
        let (appointment, isRevoked) = try tenure.present(in: log)
        guard let appointment else { return }
        let isGone = isRevoked || !appointment.counts && !judgement.isPending(device)
        let person = names.person(appointment.person, devices: devicesByPerson[appointment.person] ?? [])
        let insert = try log.statements(
            """
            INSERT OR REPLACE INTO member(device, person, role, name, named_at, admitted_at, grant_place, device_name,
                revoked) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)
            """)
        insert.bind(1, device.bytes)
        insert.bind(2, appointment.person.bytes)
        insert.bind(3, Int64(appointment.role.rawValue))
        insert.bind(4, person.name)
        insert.bind(5, person.stamp.packed)
        if let stamp = try admitted(device, tenure) { insert.bind(6, stamp.packed) } else { insert.bindNull(6) }
        if appointment.start != appointment.grant {
            insert.bind(7, appointment.grant.packed)
        } else {
            insert.bindNull(7)
        }
        insert.bind(8, names.device(device))
        insert.bind(9, Int64(isGone ? 1 : 0))
        try insert.run()
    }

    /// When it came in: the earliest of its admissions, or of the grants to its own key.
    private func admitted(_ device: DeviceID, _ tenure: Tenure) throws -> Stamp? {
        try tenure.appointments.filter(\.counts).compactMap { appointment in
            if appointment.start == appointment.grant {
                return appointment.rank == Deed.unknownRank ? nil : try log.stamp(at: appointment.start)
            }
            return judgement.admission(of: device, under: appointment.grant)?.stamp
        }.min()
    }
}

/// What people and devices are called: by their latest word that counts, and who has said none by their first. Else a
/// device that was cut off could call itself anything, with one more join.
private struct Names {
    private var wordsByDevice: [DeviceID: [Word]] = [:]
    private var nameByDevice: [DeviceID: Word] = [:]

    /// One naming.
    struct Word {
        let name: String
        let stamp: Stamp
        let change: ChangeID
        /// Whether the act does in which it stands.
        let counts: Bool

        func isLater(than other: Word) -> Bool { (other.stamp, other.change) < (stamp, change) }
    }

    init(_ judgement: Judgement<Log>) {
        for (deed, counts) in zip(judgement.deeds, judgement.counting) {
            switch deed.act {
            case .found(_, let person, _): note(person, of: deed, counts: true)
            case .join(_, _, let person):
                // A further device brings its person's name along, and does not rename them.
                note(person, of: deed, stamp: judgement.isFurther(deed) ? .zero : deed.stamp, counts: counts)
            case .rename(let person) where counts: note(person, of: deed, counts: true)
            case .nameDevice(let name) where counts:
                let word = Word(name: name, stamp: deed.stamp, change: deed.change, counts: true)
                if nameByDevice[deed.device]?.isLater(than: word) != true { nameByDevice[deed.device] = word }
            default: continue
            }
        }
    }

    private mutating func note(_ name: String, of deed: Deed, stamp: Stamp? = nil, counts: Bool) {
        guard !name.isEmpty else { return }
        let word = Word(name: name, stamp: stamp ?? deed.stamp, change: deed.change, counts: counts)
        wordsByDevice[deed.device, default: []].append(word)
    }

    func person(_ person: ChangeID, devices: Set<DeviceID>) -> (name: String, stamp: Stamp) {
        let words = devices.flatMap { wordsByDevice[$0] ?? [] }
        let word = words.filter(\.counts).max { $1.isLater(than: $0) } ?? words.min { $1.isLater(than: $0) }
        return (word?.name ?? "", word?.stamp ?? .zero)
    }

    func device(_ device: DeviceID) -> String { nameByDevice[device]?.name ?? "" }
}
