import CRDT
import ChangeLog

/// The acts of one change that alter nothing but what they speak of: nearly all acts do no more. They are judged by a few
/// rows, where judging all anew would read every act there is.
///
/// What comes in lies in the causal past of nothing that is held. So it may alter verdicts in few ways only: a revocation,
/// and an admission, those on the acts of the device that it names; whatever gives or takes the role owner, who is spared
/// as the last one; a word about this device, whether its own join still waits. An act is added if it does none of these,
/// or the device named has done nothing that others may hang on, and is no owner. Whether a revocation counts is asked
/// under those of lower rank alone, which no table tells: so it has to come from somebody beyond doubt.
struct Addition {
    private let members: Members
    private let deeds: [Deed]

    /// - Parameter deeds: the rightful ones of one change, noted already.
    /// - Returns: nil if they may alter more.
    init?(_ deeds: [Deed], to members: Members) throws {
        (self.members, self.deeds) = (members, deeds)
        var assurance = Assurance(members)
        for deed in deeds where try !isContained(deed, &assurance) { return nil }
    }

    // MARK: What may be added

    private func isContained(_ deed: Deed, _ assurance: inout Assurance) throws -> Bool {
        switch deed.act {
        case .rename, .nameDevice, .declare, .withdraw, .adopt: true
        case .grant(let grant): try !grant.isDevice || grant.role != .owner && isOrdinary(deed.subject)
        case .join:
            try deed.names.first.flatMap(members.invitation(at:)).map { $0.content.role != .owner } ?? false
                && isOrdinary(deed.subject)
        case .admit: try isOrdinary(deed.subject) && !members.roll.hasBearing(deed.subject)
        case .revoke:
            try isOrdinary(deed.subject) && !members.roll.hasBearing(deed.subject)
                && !deeds.contains { $0.act.kind == .join } && assurance.isBeyondDoubt(deed.device)
        case .found, .bid, .rule, .unknown: false
        }
    }

    /// Whether a device is not this one, and was never an owner.
    private func isOrdinary(_ device: DeviceID) throws -> Bool {
        try members.own().device != device
            && !members.tenure(of: device).appointments.contains { $0.role == .owner }
    }

    // MARK: Adding

    /// Writes what follows.
    func write() throws -> Reversal {
        var reversal = Reversal()
        var devices: Set<DeviceID> = []
        // With a join its author's role begins, which the other acts of the change may ask for.
        for deed in deeds.filter({ $0.act.kind == .join }) + deeds.filter({ $0.act.kind != .join }) {
            guard try apply(deed, &reversal) else { continue }
            devices.insert(deed.subject)
        }
        try MemberTable(members).write(devices)
        return reversal
    }

    /// - Returns: whether its subject may look otherwise now.
    private func apply(_ deed: Deed, _ reversal: inout Reversal) throws -> Bool {
        switch deed.act {
        case .join:
            try alter(deed.subject, &reversal) { try appoint(deed, to: &$0) }
            return true
        case .revoke:
            try alter(deed.subject, &reversal) { $0.cuts.append(Cut(deed, among: deeds)) }
            return true
        default: break
        }
        let counts = try members.counts(deed)
        switch deed.act {
        case .rename, .nameDevice: return counts
        case .grant(let grant) where grant.isDevice:
            try alter(deed.subject, &reversal) { try appoint(deed, to: &$0) }
            return true
        case .grant, .withdraw: try members.writeInvitation(of: deed, counts: counts)
        case .adopt where counts: reversal.adoptions.formUnion(try members.writeAdoption(of: deed))
        case .admit where counts:
            try alter(deed.subject, &reversal) { try admit(under: deed.names, in: &$0) }
            return true
        default: break
        }
        return false
    }

    private func alter(
        _ device: DeviceID, _ reversal: inout Reversal, _ alteration: (inout Tenure) throws -> Void
    ) throws {
        let old = try members.tenure(of: device)
        var new = old
        try alteration(&new)
        guard new.isOther(than: old) else { return }
        if reversal.tenures[device] == nil { reversal.tenures[device] = old }
        try members.write(new, of: device)
    }

    private func appoint(_ deed: Deed, to tenure: inout Tenure) throws {
        let invitation = try deed.names.first.flatMap(members.invitation(at:))
        guard var appointment = deed.appointment(under: invitation, promise: nil) else { return }
        if appointment.isByJoining {
            appointment.counts =
                try members.isCounting(invitationAt: appointment.grant)
                && members.admission(of: deed.subject, under: appointment.grant) != nil
        } else {
            appointment.counts = try members.counts(deed)
        }
        tenure.appointments.append(appointment)
    }

    private func admit(under grants: [LocalPlace], in tenure: inout Tenure) throws {
        for index in tenure.appointments.indices where tenure.appointments[index].isByJoining {
            let grant = tenure.appointments[index].grant
            if grants.contains(grant), try members.isCounting(invitationAt: grant) {
                tenure.appointments[index].counts = true
            }
        }
    }
}
