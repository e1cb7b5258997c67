import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// Writes what counts.
extension Members {
    // MARK: Tenures

    func write(_ tenure: Tenure, of device: DeviceID) throws {
        forget(device)
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

        static func all(by deed: Deed) -> [Adoption] {
            guard case .adopt(let changes) = deed.act else { return [] }
            return changes.map { Adoption(change: $0, place: deed.place) }
        }
    }

    /// - Returns: the changes that were adopted, or are no longer.
    func writeAdoptions(of judgement: Judgement<Log>) throws -> Set<ChangeID> {
        let counting = zip(judgement.deeds, judgement.counting).filter(\.1)
        let new = Set(counting.flatMap { Adoption.all(by: $0.0) })
        let old = try adoptions()
        for adoption in old.subtracting(new) {
            _ = try set(adoption, "DELETE FROM adoption WHERE id=?1 AND place=?2")
        }
        for adoption in new.subtracting(old) { _ = try insert(adoption) }
        return Set(old.symmetricDifference(new).map(\.change))
    }

    /// - Returns: the changes that were not adopted there yet.
    func writeAdoption(of deed: Deed) throws -> [ChangeID] {
        try Adoption.all(by: deed).filter(insert).map(\.change)
    }

    private func insert(_ adoption: Adoption) throws -> Bool {
        try set(adoption, "INSERT INTO adoption(id, place) VALUES(?1,?2) ON CONFLICT DO NOTHING")
    }

    /// - Returns: whether that altered anything.
    private func set(_ adoption: Adoption, _ sql: StaticString) throws -> Bool {
        let statement = try log.statements(sql)
        statement.bind(1, adoption.change.bytes)
        statement.bind(2, adoption.place.packed)
        return try statement.run() > 0
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

    func writeInvitations(of judgement: Judgement<Log>) throws {
        try log.database.execute(sql: "DELETE FROM invitation")
        for (deed, counts) in zip(judgement.deeds, judgement.counting) {
            try writeInvitation(of: deed, counts: counts)
        }
    }

    func writeInvitation(of deed: Deed, counts: Bool) throws {
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
