import CRDT
import ChangeLog

/// What was said before, as far as it was rightful.
protocol Precedents {
    /// All that was said about a device.
    func tenure(of device: DeviceID) throws -> Tenure
    /// The invitation that a change made; of several in one change, the first.
    func invitation(at place: LocalPlace) throws -> (content: Grant, deed: Deed)?
    /// What an invitation promised a replica, as long as the grant itself is not here.
    func promise(to replica: ReplicaID) throws -> Promise?
}

/// Judges the acts of one change by what its author had seen, once and for ever: the right to do them, and their rank.
struct Noting<Past: Precedents> {
    private let log: Log
    private let precedents: Past
    private let change: Change
    private let place: LocalPlace
    /// What the author was by then; acts of the same change may add to it.
    private var tenure: Tenure

    init(_ change: Change, at place: LocalPlace, in log: Log, after precedents: Past) throws {
        (self.log, self.precedents, self.change, self.place) = (log, precedents, change, place)
        tenure = try precedents.tenure(of: change.replica.device)
    }

    mutating func deeds() throws -> [Deed] {
        var deeds: [Deed] = []
        for (item, act) in change.acts.enumerated() where act.isOfMembership {
            var deed = Deed(
                place: place, item: item, stamp: change.stamp, change: change.id, device: change.replica.device,
                act: act)
            deed.names = try names(in: act)
            deed.isAgainstOwner = try isAgainstOwner(act)
            deed.rank = try rank(of: deed)
            deeds.append(deed)
            try take(deed)
        }
        return deeds
    }

    // MARK: What it names

    private func names(in act: Act) throws -> [LocalPlace] {
        switch act {
        case .join(let grant, _, _), .admit(_, let grant, _), .withdraw(let grant): try known([grant])
        case .revoke(let device, let tips): try known(tips.filter { $0.replica.device == device })
        default: []
        }
    }

    /// What lies in the causal past, and is not the change itself; in the order in which the table keeps it.
    private func known(_ causes: [Cause]) throws -> [LocalPlace] {
        let known = try causes.compactMap { cause -> LocalPlace? in
            guard let found = try log.place(of: cause), found != place, try log.holds(found, in: place) else {
                return nil
            }
            return found
        }
        return known.sorted()
    }

    private func isAgainstOwner(_ act: Act) throws -> Bool {
        let subject: DeviceID
        switch act {
        case .revoke(let device, _): subject = device
        case .grant(let grant) where grant.isDevice: subject = grant.key
        default: return false
        }
        return try precedents.tenure(of: subject).standing(at: place, in: log).right == .owner
    }

    // MARK: The right to it

    /// - Returns: nil without the right.
    private func rank(of deed: Deed) throws -> Int? {
        switch deed.act {
        case .found: return change.hash.bytes == log.workspace.bytes ? 0 : nil
        case .join: return try joinRank(of: deed)
        case .unknown: return nil
        default: break
        }
        let inForce = try tenure.appointments.filter { try $0.isInForce(at: place, in: log) }
        guard let role = try Tenure.decisive(inForce, in: log)?.role, let rank = inForce.map(\.rank).min(),
            try deed.isOpen(to: role, in: log)
        else { return nil }
        return rank
    }

    /// A join takes effect if the one-time key of the grant vouches for it. This device's own, before the grant is here,
    /// is believed: it was made from the invitation.
    private func joinRank(of deed: Deed) throws -> Int? {
        if let place = deed.names.first, let invitation = try precedents.invitation(at: place),
            change.isJoin(deed.act, under: invitation.content, in: log.workspace)
        {
            return invitation.deed.rank.map { $0 + 1 }
        }
        return try precedents.promise(to: change.replica) == nil ? nil : 0
    }

    /// What the author is from this act on.
    private mutating func take(_ deed: Deed) throws {
        guard deed.rank != nil, deed.subject == change.replica.device else { return }
        let grant = try deed.names.first.flatMap(precedents.invitation(at:))
        let promise = try precedents.promise(to: change.replica)
        guard let appointment = deed.appointment(under: grant, promise: promise) else { return }
        tenure.appointments.append(appointment)
    }
}

extension Change {
    /// Whether an act of this change takes up an invitation: the first change of a chain does, citing the grant, and with
    /// the one-time key's word for it.
    func isJoin(_ act: Act, under grant: Grant, in workspace: WorkspaceID) -> Bool {
        guard case .join(let cause, let proof, _) = act, number == 1, causes.contains(cause) else { return false }
        return grant.key.verifies(proof, of: Act.joinProof(workspace: workspace, replica: replica))
    }
}

/// What was said before, put together from deeds alone: for judging all of them anew.
struct Precedence: Precedents {
    private let members: Members
    private var tenures: [DeviceID: Tenure] = [:]
    private var invitations: [LocalPlace: (content: Grant, deed: Deed)] = [:]

    init(_ members: Members) { self.members = members }

    func tenure(of device: DeviceID) -> Tenure { tenures[device] ?? Tenure() }
    func invitation(at place: LocalPlace) -> (content: Grant, deed: Deed)? { invitations[place] }
    func promise(to replica: ReplicaID) throws -> Promise? { try members.promise(to: replica) }

    mutating func add(_ deed: Deed, by replica: ReplicaID) throws {
        guard deed.rank != nil else { return }
        if case .grant(let grant) = deed.act, !grant.isDevice, invitations[deed.place] == nil {
            invitations[deed.place] = (grant, deed)
        }
        let invitation = deed.names.first.flatMap { invitations[$0] }
        guard let appointment = deed.appointment(under: invitation, promise: try promise(to: replica)) else { return }
        tenures[deed.subject, default: Tenure()].appointments.append(appointment)
    }
}
