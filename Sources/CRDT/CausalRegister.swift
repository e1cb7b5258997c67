/// A field that keeps every value no later write has seen.
///
/// Two people who set it without knowing of each other leave two values; the next person who sees both and writes
/// leaves one. Which of the concurrent values shows is for the domain to say (an escalation beats a close, whatever
/// the clocks read). Operations must arrive after all they have seen (causal delivery); concurrent ones commute.
///
/// Source: Shapiro, Preguiça, Baquero, Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data
/// Types", INRIA RR-7506, 2011, section 3.2.2 (multi-value register).
public struct CausalRegister<Value: Hashable & Sendable>: Hashable, Sendable {
    /// One write that nothing has overwritten knowingly.
    public struct Write: Hashable, Sendable {
        /// What was written.
        public let value: Value
        /// When, by the writer's clock.
        public let stamp: Stamp
        /// The change that wrote it.
        public let change: ChangeID
        /// Whether it gives way to those that do not: an automation's, where people write too.
        public let yields: Bool

        /// One write.
        public init(_ value: Value, stamp: Stamp, change: ChangeID, yields: Bool = false) {
            (self.value, self.stamp, self.change, self.yields) = (value, stamp, change, yields)
        }
    }

    /// The current writes, lowest (stamp, change id) first.
    public private(set) var current: [Write] = []

    /// A field nobody has written.
    public init() {}

    /// A write that yields takes away only others that yield: what a person has set stays beside it.
    ///
    /// - Parameters:
    ///   - write: the new write. One already held changes nothing.
    ///   - hasSeen: whether the author of `write` had applied that change.
    public mutating func apply(_ write: Write, hasSeen: (ChangeID) -> Bool) {
        guard !current.contains(where: { $0.change == write.change }) else { return }
        current.removeAll { hasSeen($0.change) && ($0.yields || !write.yields) }
        let place = current.firstIndex { (write.stamp, write.change) < ($0.stamp, $0.change) } ?? current.endIndex
        current.insert(write, at: place)
    }

    /// The write with the highest (stamp, change id): what shows when the domain has no better rule.
    public var latest: Write? { current.last }
}
