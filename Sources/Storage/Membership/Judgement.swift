import CRDT
import ChangeLog

/// Which acts count, from all that are held: the same on every replica that holds the same ones.
///
/// Revocations first, by rank: one counts unless a counting revocation of lower rank covers it or a grant that its
/// author's role comes from. Equals do not unmake each other. Then everything else, by all revocations that count. If no
/// owner were left, the one of the lowest (rank, key) stays.
///
/// What an act of rank k asks of others is asked of those in its causal past, under the revocations of rank below k; so
/// nothing here goes round in circles.
struct Judgement<Past: Chronicle> {
    /// Those that their authors had the right to do, in a causal order.
    let deeds: [Deed]
    let chronicle: Past
    /// The device whose replica this is: what it writes counts here before anybody has admitted it.
    let own: DeviceID?
    private let claimsByDevice: [DeviceID: [Claim]]
    private let admissions: [DeviceID: [Int]]
    /// Of each deed, whether it counts.
    private(set) var counting: [Bool] = []
    /// The revocations that count.
    private var revocations: [Int] = []
    /// Owners that stay, since nobody else would.
    private var spared: Set<DeviceID> = []

    /// - Parameters:
    ///   - deeds: those that their authors had the right to do, in a causal order.
    ///   - own: this device.
    ///   - promise: what an invitation promised it.
    init(of deeds: [Deed], in chronicle: Past, own: DeviceID?, promise: Promise?) throws {
        (self.deeds, self.chronicle, self.own) = (deeds, chronicle, own)
        claimsByDevice = Claims(deeds, promise: promise).byDevice
        admissions = Dictionary(grouping: deeds.indices.filter { deeds[$0].act.isAdmission }) { deeds[$0].subject }
        if isPlain { counting = deeds.map { _ in true } } else { try judge() }
    }

    /// Whether nobody was ever cut off, the founder is what they were, and nobody did anything before they were admitted:
    /// then everything counts.
    var isPlain: Bool {
        let founders = claimsByDevice.values.filter { $0.contains { $0.appointment.rank == 0 } }
        guard founders.allSatisfy({ $0.count == 1 }) else { return false }
        return !deeds.contains { $0.act.isRevocation || !$0.act.isJoin && hasJoinedUnadmitted($0.device) }
    }

    /// Whether the newest deeds alter nothing but what they speak of: everything counts, and did so before.
    func isAddition(_ new: [Deed]) -> Bool {
        isPlain && !new.contains { admission in
            admission.act.isAdmission && deeds.contains { $0.device == admission.subject && !$0.act.isJoin }
        }
    }

    private func hasJoinedUnadmitted(_ device: DeviceID) -> Bool {
        claims(of: device).contains { claim in
            guard claim.join != nil, let grant = claim.grant else { return false }
            return !(admissions[device] ?? []).contains { deeds[$0].names == [deeds[grant].place] }
        }
    }

    // MARK: Results

    /// Everything said about a device, with what counts of it.
    func tenure(of device: DeviceID) throws -> Tenure {
        var tenure = Tenure(cuts: revocations.filter { deeds[$0].subject == device }.map(cut))
        tenure.appointments = try claims(of: device).map { claim in
            var appointment = claim.appointment
            appointment.counts = try counts(claim, under: { counting[$0] }, revocations)
            return appointment
        }
        return tenure
    }

    /// Everyone about whom something was said.
    var devices: Set<DeviceID> { Set(claimsByDevice.keys).union(deeds.map(\.subject)) }

    /// The earliest admission of a device under a grant that counts.
    func admission(of device: DeviceID, under grant: LocalPlace) throws -> Deed? {
        try admissions[device]?.first { try admits($0, under: grant, revocations) }.map { deeds[$0] }
    }

    /// Whether a device has joined under a grant that counts, and nobody has admitted it yet.
    func isPending(_ device: DeviceID) throws -> Bool {
        try claims(of: device).contains { claim in
            guard claim.join != nil, let grant = claim.grant, counting[grant] else { return false }
            return try admission(of: device, under: deeds[grant].place) == nil
        }
    }

    /// Whether a join brings one more device of somebody who is in.
    func isFurther(_ join: Deed) -> Bool {
        claims(of: join.device).contains { $0.appointment.start == join.place && $0.appointment.person != join.change }
    }

    /// The devices of each person.
    var devicesByPerson: [ChangeID: Set<DeviceID>] {
        claimsByDevice.reduce(into: [:]) { devices, claims in
            for claim in claims.value { devices[claim.appointment.person, default: []].insert(claims.key) }
        }
    }

    // MARK: Judging

    private mutating func judge() throws {
        while true {
            try count()
            guard try !hasOwner(), let heir = heir() else { return }
            spared.insert(heir)
        }
    }

    private mutating func count() throws {
        let all = deeds.indices.filter { deeds[$0].act.isRevocation }
        var standing: [Int] = []
        for rank in Set(all.compactMap { deeds[$0].rank }).sorted() {
            let level = Level(self, under: standing)
            // In causal order each asks only for what is known already, however long the way of grants is.
            for index in deeds.indices { _ = try level.counts(index) }
            let ofRank = try all.filter { index in
                try deeds[index].rank == rank && !spared.contains(deeds[index].subject) && level.counts(index)
            }
            standing += ofRank
        }
        let last = Level(self, under: standing)
        revocations = standing
        let revoked = Set(standing)
        counting = try deeds.indices.map { index in
            try deeds[index].act.isRevocation ? revoked.contains(index) : last.counts(index)
        }
    }

    private func hasOwner() throws -> Bool {
        for device in claimsByDevice.keys {
            let (appointment, isRevoked) = try tenure(of: device).present(in: chronicle)
            if let appointment, appointment.counts, appointment.role == .owner, !isRevoked { return true }
        }
        return false
    }

    /// Who once was an owner and is spared next.
    private func heir() -> DeviceID? {
        let owners = claimsByDevice.compactMap { device, claims -> (rank: Int, device: DeviceID)? in
            let ranks = claims.map(\.appointment).filter { $0.role == .owner }.map(\.rank)
            return spared.contains(device) ? nil : ranks.min().map { ($0, device) }
        }
        return owners.min { ($0.rank, $0.device) < ($1.rank, $1.device) }?.device
    }

    fileprivate func claims(of device: DeviceID) -> [Claim] { claimsByDevice[device] ?? [] }

    /// Whether an appointment counts, given which grants do and which revocations.
    fileprivate func counts(_ claim: Claim, under grants: (Int) throws -> Bool, _ revocations: [Int]) throws -> Bool {
        let device = claim.join.map { deeds[$0].device } ?? claim.grant.map { deeds[$0].subject }
        if let device, spared.contains(device), claim.appointment.role != .owner { return false }
        guard let grant = claim.grant else { return true }
        guard try grants(grant) else { return false }
        guard let join = claim.join else { return true }
        return try isAdmitted(deeds[join].device, under: deeds[grant].place, revocations)
    }

    private func isAdmitted(_ device: DeviceID, under grant: LocalPlace, _ revocations: [Int]) throws -> Bool {
        let named = (admissions[device] ?? []).filter { deeds[$0].names == [grant] }
        return try named.isEmpty ? device == own : named.contains { try admits($0, under: grant, revocations) }
    }

    /// An admission stands unless its author was cut off by then. Whether the grants count that its author's role comes
    /// from is not asked: they may hang on this very admission.
    private func admits(_ index: Int, under grant: LocalPlace, _ revocations: [Int]) throws -> Bool {
        let deed = deeds[index]
        guard deed.names == [grant] else { return false }
        let inForce = try claims(of: deed.device).map(\.appointment).filter {
            try $0.isInForce(at: deed.place, in: chronicle)
        }
        return try !revocations.contains { revocation in
            guard deeds[revocation].subject == deed.device else { return false }
            let cut = cut(revocation)
            if let role = cut.role, try deed.isOpen(to: role, in: chronicle) { return false }
            return try cut.covers(deed.place, despite: inForce, in: chronicle)
        }
    }

    /// A revocation, with the role that the same change gives.
    fileprivate func cut(_ index: Int) -> Cut {
        let deed = deeds[index]
        // Deeds of one change stand next to each other.
        let before = deeds[..<index].reversed().prefix { $0.place == deed.place }
        let after = deeds[index...].prefix { $0.place == deed.place }
        let roles = (before + after).compactMap { $0.roleGiven(to: deed.subject) }
        return Cut(place: deed.place, tips: deed.names, role: roles.max { $0.rawValue < $1.rawValue })
    }
}

extension Deed {
    fileprivate func roleGiven(to device: DeviceID) -> Role? {
        if case .grant(let grant) = act, grant.isDevice, grant.key == device { grant.role } else { nil }
    }
}

extension Act {
    var isAdmission: Bool { if case .admit = self { true } else { false } }
    var isJoin: Bool { if case .join = self { true } else { false } }
    var isRevocation: Bool { if case .revoke = self { true } else { false } }
}

/// What counts under some revocations.
private final class Level<Past: Chronicle> {
    private let judgement: Judgement<Past>
    private let revocations: [Int]
    private var verdicts: [Int: Bool] = [:]

    init(_ judgement: Judgement<Past>, under revocations: [Int]) {
        (self.judgement, self.revocations) = (judgement, revocations)
    }

    /// Whether the author could do this, by what counts of what they had seen.
    func counts(_ index: Int) throws -> Bool {
        if let verdict = verdicts[index] { return verdict }
        let verdict = try judge(judgement.deeds[index])
        verdicts[index] = verdict
        return verdict
    }

    private func judge(_ deed: Deed) throws -> Bool {
        let standing = try tenure(of: deed.device, at: deed.place).standing(at: deed.place, in: judgement.chronicle)
        guard standing.cuts.isEmpty, let role = standing.role else { return false }
        // By act, not by change: who belongs is judged without any body.
        return try (standing.limits.map(\.role) + [role]).allSatisfy { try deed.isOpen(to: $0, in: judgement.chronicle) }
    }

    /// What was said about a device, as far as a change of its own knew.
    private func tenure(of device: DeviceID, at place: LocalPlace) throws -> Tenure {
        var tenure = Tenure()
        for claim in judgement.claims(of: device)
        where try claim.appointment.isInForce(at: place, in: judgement.chronicle) {
            var appointment = claim.appointment
            appointment.counts = try judgement.counts(claim, under: counts, revocations)
            tenure.appointments.append(appointment)
        }
        tenure.cuts = revocations.filter { judgement.deeds[$0].subject == device }.map(judgement.cut)
        return tenure
    }
}
