import CRDT
import ChangeLog

/// A role that a device was given: by the founding, by a grant to its own key, or by one that its join takes up.
struct Appointment: Hashable {
    /// Where it was given. For a device that joined and does not hold its grant yet, where it joined.
    let grant: LocalPlace
    /// From where on it holds: where it was given or, for one who joined, where they did.
    let start: LocalPlace
    let role: Role
    let person: ChangeID
    /// How many grants lie between the founder and the device, by this one; 0 for the founder.
    let rank: Int
    /// Whether it counts, by all acts held here. One that does not may yet.
    var counts: Bool

    /// Whether it is in force at a change of its device. A grant to oneself is so from the next change on: it gives no
    /// right to itself, nor to what is said with it.
    func isInForce(at place: LocalPlace, in chronicle: some Chronicle) throws -> Bool {
        if start == place, start == grant, !isOrigin { return false }
        return try chronicle.holds(start, in: place)
    }

    /// Whether a join takes it up, which asks for an admission.
    var isByJoining: Bool { start != grant }

    /// Whether it hangs on no grant that is here: the founding, or an invitation's promise.
    private var isOrigin: Bool { rank == 0 || rank == Deed.unknownRank }
}

/// A revocation that counts, as it concerns one device.
struct Cut: Hashable {
    /// Where it was said.
    let place: LocalPlace
    /// The ends of what it leaves: changes of the device that lay in the revocation's causal past.
    let tips: [LocalPlace]
    /// The role that the same change gives, where it is a demotion.
    let role: Role?
}

/// What had been seen when: the one question that judging membership asks of the log.
protocol Chronicle {
    /// Whether a change lies in the causal past of another, or is it.
    func holds(_ earlier: LocalPlace, in later: LocalPlace) throws -> Bool
    /// How far along a branch the changes are that a tip stands on, in its chain; 0 for none.
    func reach(of tip: LocalPlace, along branch: Int64) throws -> UInt64
    /// Whose change stands at a place.
    func device(at place: LocalPlace) throws -> DeviceID?
}

/// All that was said about one device.
struct Tenure: Hashable {
    var appointments: [Appointment] = []
    var cuts: [Cut] = []
}

/// A demotion, and the role that it left.
struct Demotion: Hashable {
    let place: LocalPlace
    let role: Role
}

/// What one change of a device may do, and whether it counts.
struct Standing: Hashable {
    /// By everything in its causal past: for ever. Without it a write is void.
    var right: Role?
    /// By what counts of that, as far as all acts held here tell.
    var role: Role?
    /// Whose device it was.
    var person: ChangeID?
    /// The demotions that concern it: each covers it unless the role that it left may do all of it.
    var demotions: [Demotion] = []
    /// The revocations that cover it.
    var cuts: [LocalPlace] = []
}

extension Tenure {
    /// How a change of this device stands.
    func standing(at place: LocalPlace, in chronicle: some Chronicle) throws -> Standing {
        let inForce = try appointments.filter { try $0.isInForce(at: place, in: chronicle) }
        let counting = inForce.filter(\.counts)
        let decisive = try Self.decisive(counting, in: chronicle)
        var standing = Standing(
            right: try Self.decisive(inForce, in: chronicle)?.role, role: decisive?.role, person: decisive?.person)
        for cut in cuts where try cut.covers(place, despite: counting, in: chronicle) {
            if let role = cut.role {
                standing.demotions.append(Demotion(place: cut.place, role: role))
            } else {
                standing.cuts.append(cut.place)
            }
        }
        return standing
    }

    /// What the device is now, by everything held here.
    func present(in chronicle: some Chronicle) throws -> (appointment: Appointment?, isRevoked: Bool) {
        let counting = appointments.filter(\.counts)
        let isRevoked = try cuts.contains { cut in
            try cut.role == nil && !counting.contains { try cut.precedes($0, in: chronicle) }
        }
        return (try Self.decisive(counting.isEmpty ? appointments : counting, in: chronicle), isRevoked)
    }

    /// The latest: of several that did not know of each other, the weakest.
    static func decisive(_ appointments: [Appointment], in chronicle: some Chronicle) throws -> Appointment? {
        guard appointments.count > 1 else { return appointments.first }
        let latest = try appointments.filter { appointment in
            try !appointments.contains { other in
                try other.grant != appointment.grant && chronicle.holds(appointment.grant, in: other.grant)
            }
        }
        return latest.min { ($1.role.rawValue, $0.person) < ($0.role.rawValue, $1.person) }
    }
}

extension Standing {
    /// Whether a deed counts whose change stands so: by act, not by change, for who belongs is judged without any body.
    func allows(_ deed: Deed, in chronicle: some Chronicle) throws -> Bool {
        guard cuts.isEmpty, let role else { return false }
        return try (demotions.map(\.role) + [role]).allSatisfy { try deed.isOpen(to: $0, in: chronicle) }
    }
}

extension Cut {
    /// Whether it takes a change away: one after its tips, unless the change knew of a later grant. Whoever cuts
    /// themselves off still does so, and what they do with it.
    func covers(_ place: LocalPlace, despite appointments: [Appointment], in chronicle: some Chronicle) throws -> Bool {
        guard place != self.place else { return false }
        for tip in tips where try chronicle.reach(of: tip, along: place.branch) >= place.number { return false }
        return try !appointments.contains { try precedes($0, in: chronicle) }
    }

    /// Whether a grant was given by somebody who knew of this cut, or together with it.
    func precedes(_ appointment: Appointment, in chronicle: some Chronicle) throws -> Bool {
        try chronicle.holds(place, in: appointment.grant)
    }
}

extension Log: Chronicle {
    func holds(_ earlier: LocalPlace, in later: LocalPlace) throws -> Bool { try past.holds(earlier, from: [later]) }

    func device(at place: LocalPlace) throws -> DeviceID? { try branches.branch(place.branch)?.replica.device }

    func reach(of tip: LocalPlace, along branch: Int64) throws -> UInt64 {
        var place = tip
        // A branch forks from one that was there before: in a damaged file this might go round in circles.
        while place.branch != branch {
            guard let parent = try branches.branch(place.branch)?.parent, parent.branch < place.branch else { return 0 }
            place = parent
        }
        return place.number
    }
}
