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
    private let candidaciesByDevice: [DeviceID: [Candidacy]]
    private let admissions: [DeviceID: [Int]]
    /// Devices all of whose deeds count, beyond doubt.
    fileprivate private(set) var sure: Set<DeviceID> = []
    /// Whether everything counts, beyond doubt.
    private var isPlain = false
    /// Of each deed, whether it counts.
    private(set) var counting: [Bool] = []
    /// The revocations that count.
    private var revocations: [Int] = []
    /// The joins that somebody let in who counts.
    private var admitted: Set<Int> = []
    /// Owners that stay, since nobody else would.
    private var spared: Set<DeviceID> = []

    /// - Parameters:
    ///   - deeds: those that their authors had the right to do, in a causal order.
    ///   - own: this device.
    ///   - promise: what an invitation promised it.
    init(of deeds: [Deed], in chronicle: Past, own: DeviceID?, promise: Promise?) throws {
        (self.deeds, self.chronicle, self.own) = (deeds, chronicle, own)
        candidaciesByDevice = Candidacies(deeds, promise: promise).byDevice
        admissions = Dictionary(grouping: deeds.indices.filter { deeds[$0].act.kind == .admit }) { deeds[$0].subject }
        sure = beyondDoubt()
        isPlain = deeds.allSatisfy { $0.act.kind != .revoke && ($0.act.kind == .join || sure.contains($0.device)) }
        guard isPlain else {
            try judge()
            return
        }
        counting = deeds.map { _ in true }
        admitted = Set(
            candidaciesByDevice.values.joined().filter { isOwnPending($0) || !admissions(for: $0).isEmpty }.compactMap(
                \.join))
    }

    /// Those whom no revocation names, and who owe everything that they are to somebody beyond doubt, up to a founder who
    /// is nothing else. All that they did counts, whatever happened to others.
    private func beyondDoubt() -> Set<DeviceID> {
        let named = Set(deeds.lazy.filter({ $0.act.kind == .revoke }).map(\.subject))
        var sure: Set<DeviceID> = []
        func isSure(_ candidacy: Candidacy) -> Bool {
            guard let grant = candidacy.grant else { return true }
            guard sure.contains(deeds[grant].device) else { return false }
            return candidacy.join == nil || isOwnPending(candidacy)
                || admissions(for: candidacy).contains { sure.contains(deeds[$0].device) }
        }
        while true {
            let more = candidaciesByDevice.filter {
                !sure.contains($0.key) && !named.contains($0.key) && $0.value.allSatisfy(isSure)
            }
            if more.isEmpty { return sure }
            sure.formUnion(more.keys)
        }
    }

    // MARK: Results

    /// Everything said about a device, with what counts of it.
    func tenure(of device: DeviceID) throws -> Tenure {
        var tenure = Tenure(cuts: revocations.filter { deeds[$0].subject == device }.map(cut))
        tenure.appointments = candidacies(of: device).map { candidacy in
            var appointment = candidacy.appointment
            appointment.counts = counts(candidacy, admitted: admitted) { counting[$0] }
            return appointment
        }
        return tenure
    }

    /// Everyone about whom something was said.
    var devices: Set<DeviceID> { Set(candidaciesByDevice.keys).union(deeds.map(\.subject)) }

    // MARK: Judging

    private mutating func judge() throws {
        while true {
            try count()
            guard try !hasOwner(), let heir = heir() else { return }
            spared.insert(heir)
        }
    }

    private mutating func count() throws {
        let all = deeds.indices.filter { deeds[$0].act.kind == .revoke }
        var standing: [Int] = []
        for rank in Set(all.compactMap { deeds[$0].rank }).sorted() {
            // Who cut themselves off is believed before what else is said in their name.
            for isOwn in [true, false] {
                let level = try settled(under: standing)
                let next = try all.filter { index in
                    let deed = deeds[index]
                    guard deed.rank == rank, (deed.subject == deed.device) == isOwn else { return false }
                    return try !spared.contains(deed.subject) && level.counts(index)
                }
                standing += next
            }
        }
        let last = try settled(under: standing)
        (revocations, admitted) = (standing, last.admitted)
        let revoked = Set(standing)
        counting = try deeds.indices.map { index in
            try deeds[index].act.kind == .revoke ? revoked.contains(index) : last.counts(index)
        }
    }

    /// What counts under some revocations. Who is admitted is found in rounds: first by those who need no admission
    /// themselves, then by those whom these admitted, and so on. So nobody lets themselves in.
    private func settled(under revocations: [Int]) throws -> Level<Past> {
        var admitted = Set(sure.flatMap(candidacies).compactMap(\.join))
        while true {
            let level = Level(self, under: revocations, admitted: admitted)
            // In causal order each asks only for what is known already, however long the way of grants is.
            for index in deeds.indices { _ = try level.counts(index) }
            let more = candidaciesByDevice.values.joined().filter { candidacy in
                guard let join = candidacy.join, !admitted.contains(join) else { return false }
                return isOwnPending(candidacy) || admissions(for: candidacy).contains { level.verdict(on: $0) }
            }
            if more.isEmpty { return level }
            admitted.formUnion(more.compactMap(\.join))
        }
    }

    /// The admissions that name the device and the grant of one who joined.
    private func admissions(for candidacy: Candidacy) -> [Int] {
        guard let join = candidacy.join, let grant = candidacy.grant else { return [] }
        return (admissions[deeds[join].device] ?? []).filter { deeds[$0].names == [deeds[grant].place] }
    }

    /// Whether this device joined, and nobody has admitted it yet: on its own replica it counts.
    private func isOwnPending(_ candidacy: Candidacy) -> Bool {
        guard let join = candidacy.join, deeds[join].device == own else { return false }
        return admissions(for: candidacy).isEmpty
    }

    private func hasOwner() throws -> Bool {
        for device in candidaciesByDevice.keys {
            let (appointment, isRevoked) = try tenure(of: device).present(in: chronicle)
            if let appointment, appointment.counts, appointment.role == .owner, !isRevoked { return true }
        }
        return false
    }

    /// Who once was an owner and is spared next.
    private func heir() -> DeviceID? {
        let owners = candidaciesByDevice.compactMap { device, candidacies -> (rank: Int, device: DeviceID)? in
            let ranks = candidacies.map(\.appointment).filter { $0.role == .owner }.map(\.rank)
            return spared.contains(device) ? nil : ranks.min().map { ($0, device) }
        }
        return owners.min { ($0.rank, $0.device) < ($1.rank, $1.device) }?.device
    }

    fileprivate func candidacies(of device: DeviceID) -> [Candidacy] { candidaciesByDevice[device] ?? [] }

    /// Whether an appointment counts, given which grants do and which joins were admitted.
    fileprivate func counts(_ candidacy: Candidacy, admitted: Set<Int>, _ grants: (Int) throws -> Bool) rethrows -> Bool
    {
        let device = candidacy.join.map { deeds[$0].device } ?? candidacy.grant.map { deeds[$0].subject }
        if let device, spared.contains(device), candidacy.appointment.role != .owner { return false }
        guard let grant = candidacy.grant else { return true }
        return try grants(grant) && candidacy.join.map(admitted.contains) ?? true
    }

    /// A revocation, with the role that the same change gives.
    fileprivate func cut(_ index: Int) -> Cut {
        let deed = deeds[index]
        // Deeds of one change stand next to each other.
        let before = deeds[..<index].reversed().prefix { $0.place == deed.place }
        let after = deeds[index...].prefix { $0.place == deed.place }
        return Cut(deed, among: Array(before) + after)
    }
}

extension Cut {
    /// What a revocation does, among the deeds of its change.
    init(_ deed: Deed, among deeds: [Deed]) {
        let roles = deeds.compactMap { $0.roleGiven(to: deed.subject) }
        self.init(place: deed.place, tips: deed.names, role: roles.max { $0.rawValue < $1.rawValue })
    }
}

extension Deed {
    fileprivate func roleGiven(to device: DeviceID) -> Role? {
        if case .grant(let grant) = act, grant.isDevice, grant.key == device { grant.role } else { nil }
    }
}

/// What counts under some revocations.
private final class Level<Past: Chronicle> {
    private let judgement: Judgement<Past>
    private let revocations: [Int]
    /// The joins taken as admitted.
    let admitted: Set<Int>
    private var verdicts: [Int: Bool] = [:]

    init(_ judgement: Judgement<Past>, under revocations: [Int], admitted: Set<Int>) {
        (self.judgement, self.revocations, self.admitted) = (judgement, revocations, admitted)
    }

    /// Whether the author could do this, by what counts of what they had seen.
    func counts(_ index: Int) throws -> Bool {
        if let verdict = verdicts[index] { return verdict }
        let verdict = try judge(judgement.deeds[index])
        verdicts[index] = verdict
        return verdict
    }

    /// Of a deed that was judged.
    func verdict(on index: Int) -> Bool { verdicts[index] ?? false }

    private func judge(_ deed: Deed) throws -> Bool {
        if judgement.sure.contains(deed.device) { return true }
        let standing = try tenure(of: deed.device, at: deed.place).standing(at: deed.place, in: judgement.chronicle)
        return try standing.allows(deed, in: judgement.chronicle)
    }

    /// What was said about a device, as far as a change of its own knew.
    private func tenure(of device: DeviceID, at place: LocalPlace) throws -> Tenure {
        var tenure = Tenure()
        for candidacy in judgement.candidacies(of: device)
        where try candidacy.appointment.isInForce(at: place, in: judgement.chronicle) {
            var appointment = candidacy.appointment
            appointment.counts = try judgement.counts(candidacy, admitted: admitted, counts)
            tenure.appointments.append(appointment)
        }
        tenure.cuts = revocations.filter { judgement.deeds[$0].subject == device }.map(judgement.cut)
        return tenure
    }
}
