public import ChangeLog

/// What tells that two leads are one person: a phone number, an e-mail address or a name on a channel, in the form in
/// which it is compared.
public struct IdentityKey: Hashable, Comparable, Sendable {
    /// What it is, the surest first: a number or address is written by hand, and may be somebody else's. The codes are
    /// those of the table `identity`.
    public enum Kind: Int64, Sendable {
        /// A name that only this person has, such as `whatsapp:4915112345678`.
        case identity = 0
        /// A phone number.
        case phone = 1
        /// An e-mail address.
        case email = 2
    }

    /// What it is.
    public let kind: Kind
    /// In the form in which it is compared.
    public let value: String

    /// A key.
    public init(_ kind: Kind, _ value: String) { (self.kind, self.value) = (kind, value) }

    /// By kind, then by the bytes of the value.
    public static func < (left: Self, right: Self) -> Bool {
        guard left.kind == right.kind else { return left.kind.rawValue < right.kind.rawValue }
        return left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
    }

    /// Bytes are compared: Swift would take two forms of one letter for the same, and SQLite does not.
    public static func == (left: Self, right: Self) -> Bool {
        left.kind == right.kind && left.value.utf8.elementsEqual(right.value.utf8)
    }

    /// Over the kind and the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        for byte in value.utf8 { hasher.combine(byte) }
    }
}

/// Which leads are shown as one person: those with an equal key, and those that others join, but never two that
/// somebody keeps apart.
///
/// A pure function of the leads, their keys and the pairs kept apart, so that replicas which hold the same state come
/// to the same groups. Keys are taken in their order, of each its pairs of leads in the order of the lower, then of the
/// higher id; a pair is joined unless that would bring two that are kept apart into one group. So where a chain of
/// equal keys leads from one to the other, it is the last link in that order which does not hold.
///
/// A key that more than ``crowd`` leads carry joins nobody: it is a placeholder (`0000`, `info@example.com`), and
/// hundreds of strangers would be one person.
public enum LeadMerging {
    /// The most leads that a key can join.
    public static let crowd = 50

    /// Two leads that are other people. The order of the two does not matter.
    public struct Pair: Hashable, Sendable {
        /// The one with the lower id.
        public let lower: RootID
        /// The one with the higher id.
        public let higher: RootID

        /// A pair of two different leads.
        public init(_ one: RootID, _ other: RootID) { (lower, higher) = (min(one, other), max(one, other)) }
    }

    /// - Parameters:
    ///   - keysByLead: all leads that carry one of the keys that are named.
    ///   - apart: pairs with others than these leads, or with oneself, mean nothing.
    /// - Returns: every lead in one group, each group in the order of the ids; the first names the group.
    public static func groups(of keysByLead: [RootID: Set<IdentityKey>], apart: Set<Pair>) -> [[RootID]] {
        var carriersByKey: [IdentityKey: [RootID]] = [:]
        for (lead, keys) in keysByLead { for key in keys { carriersByKey[key, default: []].append(lead) } }
        var sets = DisjointLeads(keysByLead.keys, apart: apart)
        for (_, carriers) in carriersByKey.sorted(by: { $0.key < $1.key }) where 2...crowd ~= carriers.count {
            let carriers = carriers.sorted()
            for (index, lower) in carriers.enumerated() {
                for higher in carriers[(index + 1)...] { sets.join(lower, higher) }
            }
        }
        return sets.groups
    }
}

/// Groups of leads, each known by one of them, with those that none of its members may be with.
private struct DisjointLeads {
    private var leaderByLead: [RootID: RootID] = [:]
    private var membersByLeader: [RootID: [RootID]] = [:]
    private var strangersByLeader: [RootID: Set<RootID>] = [:]

    init(_ leads: some Sequence<RootID>, apart: Set<LeadMerging.Pair>) {
        for lead in leads { (leaderByLead[lead], membersByLeader[lead]) = (lead, [lead]) }
        for pair in apart where pair.lower != pair.higher {
            strangersByLeader[pair.lower, default: []].insert(pair.higher)
            strangersByLeader[pair.higher, default: []].insert(pair.lower)
        }
    }

    mutating func join(_ one: RootID, _ other: RootID) {
        guard let first = leaderByLead[one], let second = leaderByLead[other], first != second else { return }
        // The smaller group moves, so that no lead moves more often than there are bits in their number.
        let sizes = (membersByLeader[first]?.count ?? 0, membersByLeader[second]?.count ?? 0)
        let (leader, follower) = sizes.0 < sizes.1 ? (second, first) : (first, second)
        let moving = membersByLeader[follower] ?? []
        let strangers = strangersByLeader[leader] ?? []
        guard strangers.isEmpty || !moving.contains(where: strangers.contains) else { return }
        for lead in moving { leaderByLead[lead] = leader }
        membersByLeader[leader, default: []] += moving
        membersByLeader[follower] = nil
        if let more = strangersByLeader.removeValue(forKey: follower) {
            strangersByLeader[leader, default: []].formUnion(more)
        }
    }

    var groups: [[RootID]] { membersByLeader.values.map { $0.sorted() }.sorted { $0[0] < $1[0] } }
}
