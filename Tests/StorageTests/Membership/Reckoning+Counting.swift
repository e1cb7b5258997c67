import CRDT
import ChangeLog
import Simulation
import Storage

// MARK: What counts (F13.21 to F13.25)

extension Reckoning {
    /// F13.24: again and again until somebody owns the place.
    mutating func settle() {
        while true {
            revocations = countingRevocations()
            guard !hasOwner, let next = candidates.first(where: { !spared.contains($0) }) else { return }
            spared.insert(next)
        }
    }

    /// F13.22, first sentence: by rank, and of one rank first those of oneself.
    private mutating func countingRevocations() -> [Said] {
        let all = rankBySaid.filter { isRevocation($0.key) }.sorted { $0.value < $1.value }
        var counting: [Said] = []
        for rank in Set(all.map(\.value)).sorted() {
            for isOwn in [true, false] {
                admit(under: counting)
                let next = all.map(\.key).filter { said in
                    guard rankBySaid[said] == rank, case .revoke(let device, _) = act(said),
                        (device == self.device(said.change)) == isOwn, !spared.contains(device)
                    else { return false }
                    return holds(said, under: counting)
                }
                counting += next
            }
        }
        admit(under: counting)
        return counting
    }

    /// F13.22: in rounds, from nobody on.
    private mutating func admit(under revocations: [Said]) {
        admitted = []
        while true {
            let more = appointments.filter { appointment in
                appointment.isJoin && !admitted.contains(appointment)
                    && rankBySaid.keys.contains { admits($0, appointment) && holds($0, under: revocations) }
            }
            if more.isEmpty { return }
            admitted.formUnion(more)
        }
    }

    private func admits(_ said: Said, _ appointment: Appointment) -> Bool {
        guard case .admit(let device, let cause, _) = act(said), device == appointment.device else { return false }
        return seen(cause, by: said.change) == appointment.grant.change
    }

    private func isRevocation(_ said: Said) -> Bool { if case .revoke = act(said) { true } else { false } }

    /// F13.22: none covers its change, and its author's role by what counts allows it.
    func holds(_ said: Said, under revocations: [Said]) -> Bool {
        guard rankBySaid[said] != nil else { return false }
        let isCovered = revocations.contains { covers($0, said.change, under: revocations) { mayDo(said, $0) } }
        guard !isCovered else { return false }
        if case .found = act(said) { return true }
        guard let role = role(at: said.change, under: revocations) else { return false }
        return mayDo(said, role)
    }

    /// Whether a role would have been enough for an act.
    private func mayDo(_ said: Said, _ role: Role) -> Bool {
        if case .join = act(said) { return true }
        return allows(act(said), role, at: said.change)
    }

    func role(at change: Int, under revocations: [Said]) -> Role? {
        role(of: inForce(at: change, of: device(change), by: appointments).filter { counts($0, under: revocations) })
    }

    /// F13.22, last sentence.
    func counts(_ appointment: Appointment, under revocations: [Said]) -> Bool {
        if appointment.role != .owner, spared.contains(appointment.device) { return false }
        guard holds(appointment.grant, under: revocations) else { return false }
        return !appointment.isJoin || admitted.contains(appointment)
    }

    /// F13.21 and F13.23.
    ///
    /// - Parameters:
    ///   - revocations: by which it is told which appointments count.
    ///   - mayDo: whether a role would have been enough.
    func covers(_ revocation: Said, _ change: Int, under revocations: [Said], mayDo: (Role) -> Bool) -> Bool {
        guard case .revoke(let named, let tips) = act(revocation), device(change) == named,
            change != revocation.change
        else { return false }
        let seen = tips.compactMap { history.index(of: $0) }.filter { history.pasts[revocation.change].contains($0) }
        if seen.contains(where: { $0 == change || history.chain(of: $0, holds: change) }) { return false }
        let later = inForce(at: change, of: named, by: appointments).contains { appointment in
            history.pasts[appointment.grant.change].contains(revocation.change)
                && counts(appointment, under: revocations)
        }
        if later { return false }
        return newRole(of: named, in: revocation.change).map { !mayDo($0) } ?? true
    }

    /// The weakest role that a device is granted in a change.
    private func newRole(of device: DeviceID, in change: Int) -> Role? {
        let roles = history.changes[change].acts.indices.compactMap { index -> Role? in
            let said = Said(change: change, index: index)
            guard rankBySaid[said] != nil, case .grant(let grant) = act(said), grant.isDevice, grant.key == device
            else { return nil }
            return grant.role
        }
        return roles.max { $0.rawValue < $1.rawValue }
    }

    private func mayDoAll(of change: Int, _ role: Role) -> Bool {
        history.changes[change].segments.allSatisfy { mayWrite($0, role) }
            && history.changes[change].acts.indices.allSatisfy { mayDo(Said(change: change, index: $0), role) }
    }

    func mayWrite(_ segment: Segment, _ role: Role) -> Bool {
        guard let root = schema.roots.first(where: { $0.number == segment.kind }) else { return true }
        return segment.operations.allSatisfy { operation in
            root.fields.first { $0.number == operation.field }?.writers.contains(role) ?? true
        }
    }
}

// MARK: The last owner (F13.24)

extension Reckoning {
    var hasOwner: Bool {
        Set(appointments.map(\.device)).contains { !isRevoked($0) && currentRole($0) == .owner }
    }

    /// The role of a device by all that is held.
    func currentRole(_ device: DeviceID) -> Role? {
        role(of: appointments.filter { $0.device == device && counts($0, under: revocations) })
    }

    /// Whether a revocation counts that no later role followed.
    func isRevoked(_ device: DeviceID) -> Bool {
        revocations.contains { said in
            guard case .revoke(device, _) = act(said), newRole(of: device, in: said.change) == nil else { return false }
            return !appointments.contains {
                $0.device == device && history.pasts[$0.grant.change].contains(said.change)
                    && counts($0, under: revocations)
            }
        }
    }

    /// Who ever had the role owner: by rank, then by key.
    private var candidates: [DeviceID] {
        var rankByDevice: [DeviceID: Int] = [:]
        for appointment in appointments where appointment.role == .owner {
            let rank = appointment.grant.change == founding ? 0 : (rankBySaid[appointment.grant] ?? 0) + 1
            rankByDevice[appointment.device] = min(rank, rankByDevice[appointment.device] ?? rank)
        }
        return rankByDevice.keys.sorted { (rankByDevice[$0] ?? 0, $0) < (rankByDevice[$1] ?? 0, $1) }
    }
}

// MARK: Verdicts (F13.25)

extension Reckoning {
    /// Whether a change counts, leaving copies aside.
    func isCounting(_ change: Int) -> Bool {
        guard role(at: change, under: revocations) != nil else { return false }
        let over = revocations.filter { covers($0, change, under: revocations) { mayDoAll(of: change, $0) } }
        return over.allSatisfy { cut in
            rankBySaid.keys.contains { said in
                guard case .adopt(let ids) = act(said), ids.contains(history.changes[change].id),
                    history.pasts[said.change].isSuperset(of: [cut.change, change])
                else { return false }
                return holds(said, under: revocations)
            }
        }
    }

    /// By the hash of each change.
    var verdicts: [ChangeHash: Verdict] {
        var verdicts: [ChangeHash: Verdict] = [:]
        var lowest: [ChangeID: Int] = [:]
        for index in history.stampOrder where !history.isVoid(index) && isCounting(index) {
            lowest[history.changes[index].id] = lowest[history.changes[index].id] ?? index
        }
        for (index, change) in history.changes.enumerated() {
            if history.isVoid(index) {
                verdicts[change.hash] = .void
            } else if !isCounting(index) {
                verdicts[change.hash] = .cut
            } else {
                verdicts[change.hash] = lowest[change.id] == index ? .counts : .copy
            }
        }
        return verdicts
    }
}
