public import CRDT
public import ChangeLog
import GRDB

/// An invitation that somebody made, without the secret part.
public struct InvitationRecord: Hashable, Sendable {
    /// Names it: the id of the change that made it.
    public let id: ChangeID
    /// That change.
    public let grant: Cause
    /// Who made it.
    public let author: Member?
    /// What it gives.
    public let role: Role
    /// Whose further device it is for; nil for somebody new.
    public let person: ChangeID?
    /// When it was made, by its author's clock.
    public let made: Stamp
    /// When it lapses, in milliseconds since 1970; nil never does.
    public let expires: UInt64?
    /// How many devices it lets in.
    public let uses: UInt64
    /// How many it let in.
    public let used: UInt64
    /// Whether it still lets somebody in, and if not, why.
    public let state: State

    /// Whether an invitation can be used.
    public enum State: String, Hashable, Sendable {
        /// It can.
        case open
        /// As many came as it lets in.
        case used
        /// It lapsed.
        case expired
        /// It was taken back, or its author was cut off before they made it.
        case withdrawn
    }
}

extension Replica {
    /// Every invitation that anybody made, oldest first.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func invitations(now: UInt64) throws(StorageFailure) -> [InvitationRecord] {
        try readLog { (log: Log) throws -> [InvitationRecord] in
            let members = Members(log: log)
            return try members.roll.deeds().compactMap { try members.invitation(made: $0, now: now) }
        }
    }
}

extension Members {
    fileprivate func invitation(made deed: Deed, now: UInt64) throws -> InvitationRecord? {
        guard case .grant(let grant) = deed.act, !grant.isDevice, let cause = try log.cause(deed.place),
            let opening = try opening(at: deed.place), opening.grant.key == grant.key
        else { return nil }
        let state: InvitationRecord.State =
            switch try lapse(of: opening, now: now) {
            case .expired: .expired
            case .used: .used
            case nil: .open
            default: .withdrawn
            }
        return InvitationRecord(
            id: deed.change, grant: cause, author: try member(deed.device), role: grant.role, person: grant.person,
            made: deed.stamp, expires: grant.expires, uses: grant.uses, used: try roll.admissions(under: deed.place),
            state: state)
    }
}
