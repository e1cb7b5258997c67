import CRDT
import ChangeLog

/// What counts of single deeds and appointments, as the tables tell.
extension Members {
    /// Whether a rightful deed that is no revocation counts.
    func counts(_ deed: Deed) throws -> Bool {
        let tenure = try tenure(of: deed.device)
        // Of nearly everybody all counts, and what they had the right to. It need not be asked what they had seen.
        if tenure.cuts.isEmpty, tenure.appointments.allSatisfy(\.counts) { return !tenure.appointments.isEmpty }
        return try standing(of: deed.device, at: deed.place).allows(deed, in: log)
    }

    /// Whether the invitation that a change made counts, be it taken back or not.
    func isCounting(invitationAt place: LocalPlace) throws -> Bool {
        let find = try log.statements("SELECT counts FROM invitation WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step() && find.integer(0) != 0
    }

    /// The earliest admission of a device under a grant, by somebody who counts.
    func admission(of device: DeviceID, under grant: LocalPlace) throws -> Deed? {
        try roll.admission(of: device, under: grant, where: counts)
    }

    /// Whether a device has joined under a grant that counts, and nobody has admitted it yet.
    func isPending(_ device: DeviceID) throws -> Bool {
        try tenure(of: device).appointments.contains { appointment in
            try appointment.isByJoining && isCounting(invitationAt: appointment.grant)
                && admission(of: device, under: appointment.grant) == nil
        }
    }

    /// Whether a join brings one more device of somebody who is in.
    func isFurther(_ join: Deed) throws -> Bool {
        try tenure(of: join.device).appointments.contains { $0.start == join.place && $0.person != join.change }
    }

    /// Every device that was given a role as that person's.
    func devices(of person: ChangeID) throws -> [DeviceID] {
        let read = try log.statements("SELECT DISTINCT device FROM appointment WHERE person=?1")
        defer { read.reset() }
        read.bind(1, person.bytes)
        var devices: [DeviceID] = []
        while try read.step() { if let device = DeviceID(read.bytes(0)) { devices.append(device) } }
        return devices
    }
}
