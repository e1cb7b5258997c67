public import CRDT
public import ChangeLog

/// What owners and admins do about people and their devices. Each is one change, and refused before it is made if others
/// would not let it count.
extension Transaction {
    /// How many devices one change deals with: two acts each, and room to spare.
    private static let devicesPerChange = 30

    /// Lets somebody in, or one more device of somebody who is in.
    ///
    /// - Parameters:
    ///   - role: what they may do.
    ///   - key: of the invitation.
    ///   - expires: when it lapses, in milliseconds since 1970; nil never does.
    ///   - uses: how many devices it lets in.
    ///   - person: whose device it is for; nil lets somebody new in.
    /// - Returns: the change, which an invitation names.
    public func invite(
        as role: Role, key: DeviceID, expires: UInt64?, uses: UInt64, for person: ChangeID? = nil
    ) throws -> Change {
        let author = try governor()
        if role == .owner, author.role != .owner { throw MembershipFailure.ownersOnly }
        let grant = Grant(role: role, key: key, isDevice: false, expires: expires, uses: uses, person: person)
        return try commit(Draft(acts: [.grant(grant)]))
    }

    /// Takes an invitation back: nobody else comes in with it.
    public func withdraw(_ invitation: InvitationRecord) throws -> Change {
        _ = try governor()
        return try commit(Draft(acts: [.withdraw(grant: invitation.grant)]))
    }

    /// Cuts devices off, of what they wrote leaving what was here by a time.
    ///
    /// - Parameter since: milliseconds since 1970 by this device's clock: nothing that came here later counts. Nil leaves
    ///   all that is here, 0 nothing.
    public func revoke(_ devices: [DeviceID], since: UInt64? = nil) throws -> [Change] {
        let members = try members(devices)
        if since == nil, members.allSatisfy(\.isRevoked) { throw MembershipFailure.alreadySo }
        try checkOwners(without: devices)
        return try devices.chunks(of: Self.devicesPerChange).map { devices in
            let acts = try devices.map { Act.revoke(device: $0, upTo: try tips(of: $0, since: since)) }
            return try commit(Draft(acts: acts))
        }
    }

    /// Gives all devices of a person another role. Of what they wrote and nobody has here yet, that counts which the new
    /// role may do.
    public func setRole(of person: ChangeID, to role: Role) throws -> [Change] {
        guard role.isForPeople else { throw MembershipFailure.notForPeople(role) }
        let current = try Member.all(in: database).filter { $0.person == person && !$0.isRevoked }
        guard !current.isEmpty else { throw MembershipFailure.personGone }
        let other = current.filter { $0.role != role }
        guard !other.isEmpty else { throw MembershipFailure.alreadySo }
        _ = try members(other.map(\.device))
        if role == .owner, try author().role != .owner { throw MembershipFailure.ownersOnly }
        if role != .owner { try checkOwners(without: other.map(\.device)) }
        return try other.chunks(of: Self.devicesPerChange).map { devices in
            try commit(Draft(acts: devices.flatMap { try acts(giving: role, to: $0) }))
        }
    }

    /// More rights are granted; fewer ones are cut and granted, so that what was not heard of yet is judged by them.
    private func acts(giving role: Role, to member: Member) throws -> [Act] {
        let grant = Act.grant(Grant(role: role, key: member.device, isDevice: true, person: member.person))
        if role.rawValue < member.role.rawValue { return [grant] }
        return [.revoke(device: member.device, upTo: try tips(of: member.device, since: nil)), grant]
    }

    /// Makes quarantined changes count again.
    public func adopt(_ changes: [ChangeID]) throws -> [Change] {
        _ = try governor()
        return try Array(Set(changes)).sorted().chunks(of: 1000).map { try commit(Draft(acts: [.adopt($0)])) }
    }

    /// Calls this device something.
    public func nameDevice(_ name: String) throws -> Change {
        _ = try author()
        return try commit(Draft(acts: [.nameDevice(name)]))
    }

    // MARK: Who may

    /// A founder who was cut off may answer all the same: nobody ranks before them.
    private func governor() throws -> Member {
        let author = try isFounder() ? founder() : author()
        guard author.role.mayInvite else { throw MembershipFailure.notAllowed(author.role) }
        return author
    }

    private func isFounder() throws -> Bool {
        try members.tenure(of: replica.id.device).appointments.contains { $0.rank == 0 }
    }

    private func founder() throws -> Member {
        guard let member = try members.member(replica.id.device) else { throw StorageFailure.notAMember }
        return member
    }

    /// Those devices, if this one may do something about them.
    private func members(_ devices: [DeviceID]) throws -> [Member] {
        let author = try governor()
        let all = try Member.all(in: database).filter { devices.contains($0.device) }
        if author.role != .owner, all.contains(where: { $0.role == .owner }) { throw MembershipFailure.ownersOnly }
        return all
    }

    private func checkOwners(without devices: [DeviceID]) throws {
        let owners = try Member.all(in: database).filter { $0.role == .owner && !$0.isRevoked && $0.admitted != nil }
        // What cut a founder off may be what is cut off now.
        let isLeft =
            try owners.contains { !devices.contains($0.device) } || isFounder() && !devices.contains(replica.id.device)
        guard isLeft else { throw MembershipFailure.lastOwner }
    }

    /// Where each branch of a device's chains is left.
    private func tips(of device: DeviceID, since: UInt64?) throws -> [Cause] {
        let branches = try log.branches.of(device).filter { $0.number > 0 }
        guard let since else { return branches.map(\.tipAsCause).sorted() }
        return try branches.compactMap { branch in
            let find = try log.statements(
                "SELECT max(place) FROM change WHERE place BETWEEN ?1 AND ?2 AND received < ?3")
            defer { find.reset() }
            find.bind(1, LocalPlace(branch: branch.id, number: branch.fork + 1).packed)
            find.bind(2, branch.tip.packed)
            find.bind(3, since)
            guard try find.step(), !find.isNull(0) else { return nil }
            return try log.cause(LocalPlace(packed: find.unsigned(0)))
        }.sorted()
    }
}

extension Role {
    /// Whether a person has it, and not a machine.
    public var isForPeople: Bool { rawValue <= Role.viewer.rawValue }
}

extension Array {
    fileprivate func chunks(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
