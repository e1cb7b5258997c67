/// Which status shows, when several people have set it without knowing of each other.
///
/// A close never hides a message its author had not seen, and nothing but a person's word ends an escalation.
public enum StatusRule {
    /// A current write: one that no later write has seen.
    public struct Write: Hashable, Sendable {
        /// What was written.
        public let status: ConversationStatus
        /// For a close: what keeps it from closing.
        public let obstacle: Obstacle?

        /// A current write.
        public init(_ status: ConversationStatus, obstacle: Obstacle? = nil) {
            (self.status, self.obstacle) = (status, obstacle)
        }
    }

    /// What keeps a close from closing.
    public enum Obstacle: String, Hashable, Sendable {
        /// Its author had not seen every message of the customer, or every reply that left.
        case unseen
        /// A reply that its author wrote before has not left yet.
        case ownReply = "own-reply"
    }

    /// Human Needed if a current write says so; else Closed if a current close has no obstacle and no current write says
    /// Active; else Human Needed while a person's reply pauses the assistant; else Active.
    public static func shown(_ writes: [Write], isPausedByReply: Bool) -> ConversationStatus {
        if writes.contains(where: { $0.status == .humanNeeded }) { return .humanNeeded }
        let isReopened = writes.contains { $0.status == .active }
        if !isReopened, writes.contains(where: { $0.status == .closed && $0.obstacle == nil }) { return .closed }
        return isPausedByReply ? .humanNeeded : .active
    }
}
