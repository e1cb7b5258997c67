/// What came of asking a provider to send a message.
public enum SendingOutcome: Hashable, Sendable {
    /// It was taken, under that id. Whether it arrives, receipts tell.
    case accepted(providerID: String)
    /// It was not taken: there is proof of that, so that it may be sent again.
    case refused(Refusal)
    /// It may have been taken. Only a receipt or an echo settles that, never a second try.
    case unknown(Doubt)
}

/// Proof that a message was not taken, and what follows from it.
public struct Refusal: Hashable, Sendable {
    /// The provider's number for it; or, where it was never asked, a word of ours, such as `unreachable`.
    public let code: String
    /// What is to be done.
    public let consequence: Consequence
    /// What the provider said, as it said it; at most ``Evidence/byteLimit`` bytes, and without the access token.
    public let evidence: String

    /// A refusal.
    public init(code: String, consequence: Consequence, evidence: String) {
        (self.code, self.consequence, self.evidence) = (code, consequence, evidence)
    }
}

/// What follows from a refusal.
public enum Consequence: Hashable, Sendable {
    /// It may be sent again, not earlier than after that time.
    case retry(after: Duration)
    /// The customer has not written for too long: a template, or nothing.
    case windowClosed
    /// The template is not, or no longer, what the message was written for.
    case templateChanged
    /// Nothing can be sent on this channel until somebody has seen to it.
    case channelDown
    /// This message will not be taken, now or later.
    case fail
}

/// Why nobody knows whether a message was taken.
public struct Doubt: Hashable, Sendable {
    /// What went wrong.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// No answer in time.
        case timedOut = "timed-out"
        /// The connection ended before the answer did.
        case cut
        /// More of an answer than is read.
        case tooLarge = "too-large"
        /// An answer that is none of a provider's.
        case unreadable
        /// An answer that says both that it was taken and that it was not.
        case contradictory
        /// The provider's server failed, and did not say at what.
        case serverFailed = "server-failed"
    }

    /// What went wrong.
    public let reason: Reason
    /// What the provider said, as it said it; at most ``Evidence/byteLimit`` bytes, and without the access token.
    public let evidence: String

    /// A doubt.
    public init(_ reason: Reason, evidence: String) { (self.reason, self.evidence) = (reason, evidence) }
}
