import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// What a new judgement of membership altered.
struct Reversal {
    /// Devices about which something else is true now, with what was.
    var tenures: [DeviceID: Tenure] = [:]
    /// Changes that were adopted, or are no longer.
    var adoptions: Set<ChangeID> = []

    /// With what a later one altered.
    mutating func merge(_ later: Reversal) {
        tenures.merge(later.tenures) { first, _ in first }
        adoptions.formUnion(later.adoptions)
    }
}

/// Writes what counts.
extension Members {
    /// Notes a change's acts, and judges anew what they may alter.
    func take(_ change: Change, at place: LocalPlace) throws -> Reversal {
        var noting = try Noting(change, at: place, in: log, after: self)
        let deeds = try noting.deeds()
        try roll.add(deeds)
        return try judge(after: deeds.filter { $0.rank != nil })
    }

    /// Every act judged anew, by nothing but the log.
    func deedsAnew() throws -> [Deed] {
        var precedence = Precedence(self)
        var deeds: [Deed] = []
        for place in Self.places(of: try roll.read()) {
            let change = try log.change(at: place)
            var noting = try Noting(change, at: place, in: log, after: precedence)
            for deed in try noting.deeds() {
                try precedence.add(deed, by: change.replica)
                deeds.append(deed)
            }
        }
        return deeds
    }

    /// Judges a device's acts anew, once the grant has come that it came in under.
    func takeAgain(device: DeviceID) throws -> Reversal {
        let deeds = try roll.read().filter { $0.device == device }
        roll.forget()
        var reversal = Reversal()
        for place in Self.places(of: deeds) {
            reversal.merge(try take(try log.change(at: place), at: place))
        }
        return reversal
    }

    /// Notes every act anew, and writes what counts.
    func takeAll() throws {
        let deeds = try deedsAnew()
        try log.database.execute(sql: "DELETE FROM act")
        try roll.add(deeds)
        try deriveAll()
    }

    /// Writes what counts of the acts noted, to tables that are empty.
    func deriveAll() throws {
        forget()
        roll.forget()
        _ = try judge(after: roll.deeds())
    }

    private static func places(of deeds: [Deed]) -> [LocalPlace] {
        deeds.map(\.place).reduce(into: []) { places, place in if places.last != place { places.append(place) } }
    }

    private func judge(after deeds: [Deed]) throws -> Reversal {
        guard !deeds.isEmpty else { return Reversal() }
        let promise = try promise(to: own())
        let judgement = try Judgement(of: roll.deeds(), in: log, own: own().device, promise: promise)
        let isAddition = judgement.isAddition(deeds)
        let devices = isAddition ? Set(deeds.map(\.subject)) : judgement.devices
        var reversal = Reversal()
        for device in devices {
            let (old, new) = (try tenure(of: device), try judgement.tenure(of: device))
            guard old.isOther(than: new) else { continue }
            reversal.tenures[device] = old
            try write(new, of: device)
        }
        reversal.adoptions = try writeAdoptions(of: judgement)
        try writeInvitations(of: judgement, adding: isAddition ? deeds : nil)
        try MemberTable(log, judgement).write(devices)
        forget()
        return reversal
    }

    private func write(_ tenure: Tenure, of device: DeviceID) throws {
        for table in ["appointment", "cut"] {
            try log.database.cachedStatement(sql: "DELETE FROM \(table) WHERE device=?")
                .execute(arguments: [Data(device.bytes)])
        }
        for appointment in tenure.appointments { try write(appointment, of: device) }
        for cut in tenure.cuts { try write(cut, of: device) }
    }

    private func write(_ appointment: Appointment, of device: DeviceID) throws {
        let insert = try log.statements(
            """
            INSERT OR REPLACE INTO appointment(device, start, grant_place, role, person, rank, counts)
            VALUES(?1,?2,?3,?4,?5,?6,?7)
            """)
        insert.bind(1, device.bytes)
        insert.bind(2, appointment.start.packed)
        insert.bind(3, appointment.grant.packed)
        insert.bind(4, Int64(appointment.role.rawValue))
        insert.bind(5, appointment.person.bytes)
        insert.bind(6, Int64(appointment.rank))
        insert.bind(7, Int64(appointment.counts ? 1 : 0))
        try insert.run()
    }

    private func write(_ cut: Cut, of device: DeviceID) throws {
        let insert = try log.statements("INSERT OR REPLACE INTO cut(device, place, tips, role) VALUES(?1,?2,?3,?4)")
        insert.bind(1, device.bytes)
        insert.bind(2, cut.place.packed)
        insert.bind(3, CausalPast.packed(cut.tips))
        if let role = cut.role { insert.bind(4, Int64(role.rawValue)) } else { insert.bindNull(4) }
        try insert.run()
    }

    // MARK: Adoptions

    private struct Adoption: Hashable {
        let change: ChangeID
        let place: LocalPlace
    }

    private func writeAdoptions(of judgement: Judgement<Log>) throws -> Set<ChangeID> {
        var new: Set<Adoption> = []
        for (deed, counts) in zip(judgement.deeds, judgement.counting) where counts {
            guard case .adopt(let changes) = deed.act else { continue }
            for change in changes { new.insert(Adoption(change: change, place: deed.place)) }
        }
        let old = try adoptions()
        for adoption in old.subtracting(new) {
            try set(adoption, "DELETE FROM adoption WHERE id=?1 AND place=?2")
        }
        for adoption in new.subtracting(old) { try set(adoption, "INSERT INTO adoption(id, place) VALUES(?1,?2)") }
        return Set(old.symmetricDifference(new).map(\.change))
    }

    private func set(_ adoption: Adoption, _ sql: StaticString) throws {
        let statement = try log.statements(sql)
        statement.bind(1, adoption.change.bytes)
        statement.bind(2, adoption.place.packed)
        try statement.run()
    }

    private func adoptions() throws -> Set<Adoption> {
        let read = try log.statements("SELECT id, place FROM adoption")
        defer { read.reset() }
        var adoptions: Set<Adoption> = []
        while try read.step() {
            guard let change = ChangeID(bytes: read.bytes(0)) else { continue }
            adoptions.insert(Adoption(change: change, place: LocalPlace(packed: read.unsigned(1))))
        }
        return adoptions
    }

    // MARK: Invitations

    /// - Parameter new: what was added, if that left everything else as it was.
    private func writeInvitations(of judgement: Judgement<Log>, adding new: [Deed]?) throws {
        if let new {
            for deed in new { try writeInvitation(of: deed, counts: true) }
        } else {
            try log.database.execute(sql: "DELETE FROM invitation")
            for (deed, counts) in zip(judgement.deeds, judgement.counting) {
                try writeInvitation(of: deed, counts: counts)
            }
        }
    }

    private func writeInvitation(of deed: Deed, counts: Bool) throws {
        switch deed.act {
        case .grant(let grant) where !grant.isDevice: try write(grant, at: deed.place, counts: counts)
        case .withdraw where counts: try withdraw(deed.names)
        default: return
        }
    }

    private func write(_ grant: Grant, at place: LocalPlace, counts: Bool) throws {
        let insert = try log.statements(
            """
            INSERT INTO invitation(place, key, role, expires, uses, person, counts) VALUES(?1,?2,?3,?4,?5,?6,?7)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, place.packed)
        insert.bind(2, grant.key.bytes)
        insert.bind(3, Int64(grant.role.rawValue))
        if let expires = grant.expires { insert.bind(4, expires) } else { insert.bindNull(4) }
        insert.bind(5, grant.uses)
        if let person = grant.person { insert.bind(6, person.bytes) } else { insert.bindNull(6) }
        insert.bind(7, Int64(counts ? 1 : 0))
        try insert.run()
    }

    private func withdraw(_ grants: [LocalPlace]) throws {
        for grant in grants {
            let update = try log.statements("UPDATE invitation SET withdrawn=1 WHERE place=?1")
            update.bind(1, grant.packed)
            try update.run()
        }
    }
}

extension Tenure {
    /// Whether something else is said, in whatever order.
    fileprivate func isOther(than other: Tenure) -> Bool {
        Set(appointments) != Set(other.appointments) || Set(cuts) != Set(other.cuts)
    }
}
