import CRDT
import ChangeLog
import Simulation
import Storage

/// Who counts, worked out from rules F13.17 to F13.25 of `FORMAT.md` alone: with sets of causes, over all changes at
/// once, anew for every question. Slow, and as close to the words as can be.
struct Reckoning {
    /// One act of one change.
    struct Said: Hashable {
        let change: Int
        let index: Int
    }

    /// F13.17: a role that a device was given. The founding is the grant of the founder's.
    struct Appointment: Hashable {
        let device: DeviceID
        let role: Role
        let grant: Said
        /// The change with which it begins.
        let start: Int
        /// Whether it begins with the joiner's own change, and so asks for an admission.
        let isJoin: Bool
    }

    /// What becomes of a change.
    enum Verdict: Int, Hashable { case void, counts, copy, cut }

    let history: CausalHistory
    let schema: Schema
    private let workspace: WorkspaceID
    /// The acts that are rightful, with their rank.
    private(set) var rankBySaid: [Said: Int] = [:]
    private(set) var appointments: [Appointment] = []
    /// The revocations that count.
    var revocations: [Said] = []
    /// F13.22: the joins that somebody admitted who counts.
    var admitted: Set<Appointment> = []
    /// F13.24: those whom the rule of the last owner spares.
    var spared: Set<DeviceID> = []
    let founding: Int?

    init(_ changes: [Change], workspace: WorkspaceID, schema: Schema) {
        history = CausalHistory(changes)
        (self.schema, self.workspace) = (schema, workspace)
        founding = history.changes.firstIndex { $0.hash.bytes == workspace.bytes }
        // Causes come first, and whether an act is rightful is for its causal past to say.
        for change in history.changes.indices where !history.isVoid(change) { weighActs(of: change) }
        settle()
    }

    func act(_ said: Said) -> Act { history.changes[said.change].acts[said.index] }
    func device(_ change: Int) -> DeviceID { history.changes[change].replica.device }
    var founder: DeviceID? { founding.map(device) }
}

// MARK: Rightful (F13.17 to F13.20)

extension Reckoning {
    private mutating func weighActs(of change: Int) {
        // Founding and joining give the role that the other acts of the change need.
        for (index, act) in history.changes[change].acts.enumerated() {
            let said = Said(change: change, index: index)
            switch act {
            case .found where change == founding:
                rankBySaid[said] = 0
                appointments.append(
                    Appointment(device: device(change), role: .owner, grant: said, start: change, isJoin: false))
            case .join(let cause, let proof, _): weighJoin(said, cause, proof)
            default: continue
            }
        }
        let before = appointments
        let role = role(at: change, of: device(change), by: before)
        for (index, act) in history.changes[change].acts.enumerated() {
            let said = Said(change: change, index: index)
            guard rankBySaid[said] == nil, allows(act, role, at: change) else { continue }
            rankBySaid[said] = rank(of: change, by: before)
            if case .grant(let grant) = act, grant.isDevice {
                appointments.append(
                    Appointment(device: grant.key, role: grant.role, grant: said, start: change, isJoin: false))
            }
        }
    }

    /// F13.13.
    private mutating func weighJoin(_ said: Said, _ cause: Cause, _ proof: Signature) {
        let change = history.changes[said.change]
        guard change.number == 1, change.causes.contains(cause), let named = history.index(of: cause) else { return }
        guard let source = firstInvitation(in: named), case .grant(let grant) = act(source) else { return }
        let words = Act.joinProof(workspace: workspace, replica: change.replica)
        guard grant.key.verifies(proof, of: words) else { return }
        appointments.append(
            Appointment(
                device: change.replica.device, role: grant.role, grant: source, start: said.change, isJoin: true))
        rankBySaid[said] = rank(of: said.change, by: appointments)
    }

    private func firstInvitation(in change: Int) -> Said? {
        for index in history.changes[change].acts.indices {
            let said = Said(change: change, index: index)
            if rankBySaid[said] != nil, case .grant(let grant) = act(said), !grant.isDevice { return said }
        }
        return nil
    }

    /// F13.17. A device's own grant to itself holds from the next change on.
    func inForce(at change: Int, of device: DeviceID, by all: [Appointment]) -> [Appointment] {
        all.filter {
            $0.device == device && history.pasts[change].contains($0.start)
                && ($0.start != change || $0.isJoin || $0.start == founding)
        }
    }

    /// F13.18.
    func role(of held: [Appointment]) -> Role? {
        let kept = held.filter { one in
            !held.contains { other in
                other.grant.change != one.grant.change && history.pasts[other.grant.change].contains(one.grant.change)
            }
        }
        return kept.map(\.role).max { $0.rawValue < $1.rawValue }
    }

    func role(at change: Int, of device: DeviceID, by all: [Appointment]) -> Role? {
        role(of: inForce(at: change, of: device, by: all))
    }

    /// F13.19.
    func allows(_ act: Act, _ role: Role?, at change: Int) -> Bool {
        guard let role else { return false }
        func isOwner(_ device: DeviceID) -> Bool { self.role(at: change, of: device, by: appointments) == .owner }
        switch act {
        case .found: return false
        case .grant(let grant):
            if role == .owner { return true }
            return role == .admin && grant.role != .owner && !(grant.isDevice && isOwner(grant.key))
        case .revoke(let device, _): return role == .owner || role == .admin && !isOwner(device)
        case .adopt, .withdraw: return role == .owner || role == .admin
        case .admit(_, let cause, _):
            return role == .relay || seen(cause, by: change) != nil && cause.replica.device == device(change)
        case .join, .bid, .rule: return false
        case .rename, .declare, .nameDevice, .unknown: return true
        }
    }

    /// What a cause names, if it lies in the causal past.
    func seen(_ cause: Cause, by change: Int) -> Int? {
        history.index(of: cause).flatMap { $0 != change && history.pasts[change].contains($0) ? $0 : nil }
    }

    /// F13.20.
    private func rank(of change: Int, by all: [Appointment]) -> Int {
        if device(change) == founder { return 0 }
        let grants = inForce(at: change, of: device(change), by: all).compactMap { rankBySaid[$0.grant] }
        return (grants.min() ?? 0) + 1
    }
}
