/// A set in which an add wins over a concurrent remove.
///
/// Each add leaves a *dot*, the id of the change that made it. A remove names the dots its author had seen, so it
/// cannot take back an add it did not know of. Because operations arrive after all they have seen (causal delivery),
/// a removed dot never comes back, and no tombstone has to be kept.
///
/// Source: Bieniusa, Zawirski, Preguiça et al., "An optimized conflict-free replicated set", INRIA RR-8083, 2012.
public struct ObservedRemoveSet<Member: Hashable & Sendable>: Hashable, Sendable {
    private var dotsByMember: [Member: Set<ChangeID>] = [:]

    /// The empty set.
    public init() {}

    /// What is in the set, in no particular order.
    public var members: some Collection<Member> { dotsByMember.keys }

    /// The adds that hold `member` in the set: what a remove made now has to name.
    public func dots(of member: Member) -> Set<ChangeID> { dotsByMember[member] ?? [] }

    /// Whether at least one add of `member` stands.
    public func contains(_ member: Member) -> Bool { dotsByMember[member] != nil }

    /// Adding twice under one dot is the same as adding once.
    public mutating func add(_ member: Member, dot: ChangeID) {
        dotsByMember[member, default: []].insert(dot)
    }

    /// Takes back exactly the adds named; a dot that is not there is passed over.
    public mutating func remove(_ member: Member, dots: some Sequence<ChangeID>) {
        guard var left = dotsByMember[member] else { return }
        left.subtract(dots)
        dotsByMember[member] = left.isEmpty ? nil : left
    }
}
