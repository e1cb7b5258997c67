/// How long a conversation stays out of sight.
public enum SnoozeRule {
    /// A current write.
    public struct Write: Hashable, Sendable {
        /// When it shall come back, in milliseconds since 1970; nil at once.
        public let until: Int64?
        /// Whether its author had seen every message of the customer.
        public let hasSeenAll: Bool

        /// A current write.
        public init(until: Int64?, hasSeenAll: Bool) { (self.until, self.hasSeenAll) = (until, hasSeenAll) }
    }

    /// Any message of the customer that its author had not seen wakes it; of concurrent ones the earliest counts, and
    /// whoever wants it back has it back.
    ///
    /// - Returns: nil if it is in sight; a time in the past is over.
    public static func until(_ writes: [Write]) -> Int64? {
        guard !writes.isEmpty, writes.allSatisfy({ $0.until != nil && $0.hasSeenAll }) else { return nil }
        return writes.compactMap(\.until).min()
    }
}
