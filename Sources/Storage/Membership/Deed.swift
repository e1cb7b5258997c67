import CRDT
import ChangeLog

/// An act of membership as the log has it: who did what, where, and what it names, found in its causal past.
struct Deed: Hashable {
    /// Where it was done.
    let place: LocalPlace
    /// Which of its change's acts it is.
    let item: Int
    let stamp: Stamp
    let change: ChangeID
    let device: DeviceID
    let act: Act
    /// What it names: of a join, an admission or a withdrawal the grant; of a revocation the tips. Only what lies in the
    /// act's causal past is here; other names mean nothing.
    var names: [LocalPlace] = []
    /// Whether it acts on somebody who is an owner, by what its author had seen.
    var isAgainstOwner = false
    /// How many grants lie between the founder and its author, by the shortest way in its causal past. Nil for a deed
    /// that its author had no right to do, which means nothing for ever.
    var rank: Int?

    /// Whom it concerns.
    var subject: DeviceID { act.subject(by: device) }
}

extension Deed {
    /// Whether a role is enough for it. Whoever made an invitation may admit under it in any role.
    func isOpen(to role: Role, in chronicle: some Chronicle) throws -> Bool {
        if act.isOpen(to: role, isAgainstOwner: isAgainstOwner) { return true }
        guard act.kind == .admit, let grant = names.first else { return false }
        return try chronicle.device(at: grant) == device
    }
}

extension Act {
    /// What kind of act it is, by its code in the format; what only a later version understands has none.
    enum Kind: Int64 {
        case unknown, found, grant, join, admit, rename, revoke, adopt, withdraw, declare, nameDevice, bid, rule
    }

    /// Whom it concerns, if a device does it.
    func subject(by author: DeviceID) -> DeviceID {
        switch self {
        case .grant(let grant): grant.key
        case .admit(let device, _, _), .revoke(let device, _): device
        default: author
        }
    }

    var kind: Kind {
        switch self {
        case .found: .found
        case .grant: .grant
        case .join: .join
        case .admit: .admit
        case .rename: .rename
        case .revoke: .revoke
        case .adopt: .adopt
        case .withdraw: .withdraw
        case .declare: .declare
        case .nameDevice: .nameDevice
        case .bid: .bid
        case .rule: .rule
        case .unknown: .unknown
        }
    }

    /// Whether a role may do this.
    ///
    /// - Parameter isAgainstOwner: whether whom it concerns is an owner. Only owners make and unmake owners.
    func isOpen(to role: Role, isAgainstOwner: Bool) -> Bool {
        switch self {
        case .found, .join, .rename, .nameDevice, .declare, .unknown: true
        case .grant(let grant): role == .owner || role == .admin && grant.role != .owner && !isAgainstOwner
        case .revoke: role == .owner || role == .admin && !isAgainstOwner
        case .adopt, .withdraw: role.mayInvite
        case .admit, .rule: role == .relay
        case .bid: role == .gateway
        }
    }
}
