/// Which status shows, when several people have set it without knowing of each other.
///
/// A close never hides a message its author had not seen, and nothing but a person's word ends an escalation.
public enum StatusRule {
    /// A current write: one that no later write has seen.
    public struct Write: Hashable, Sendable {
        /// What was written.
        public let status: ConversationStatus
        /// For a close: whether its author had seen every customer message there is.
        public let hasSeenAll: Bool

        /// A current write.
        public init(_ status: ConversationStatus, hasSeenAll: Bool) {
            (self.status, self.hasSeenAll) = (status, hasSeenAll)
        }
    }

    /// Human Needed if a current write says so; else Closed if a current close has seen every customer message and
    /// no current write says Active; else Active.
    public static func shown(_ writes: [Write]) -> ConversationStatus {
        if writes.contains(where: { $0.status == .humanNeeded }) { return .humanNeeded }
        let isReopened = writes.contains { $0.status == .active }
        let isClosed = writes.contains { $0.status == .closed && $0.hasSeenAll }
        return isClosed && !isReopened ? .closed : .active
    }
}

/// Whether the assistant is paused, when several people have said something about it.
public enum AIRule {
    /// A pause wins over a concurrent resume; an escalation's reason over a manual one.
    ///
    /// - Returns: the reason, or nil if the assistant may answer.
    public static func pause(among writes: [AIControl]) -> AIControl? {
        if writes.contains(.escalation) { return .escalation }
        return writes.contains(.manual) ? .manual : nil
    }
}
