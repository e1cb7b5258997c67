/// Why an outgoing message is held or dropped.
public enum OutboxReason: String, CaseIterable, Hashable, Sendable {
    /// The customer wrote, or took something back, after what the author had been shown.
    case conversationMoved = "conversation-moved"
    /// The assistant has answered meanwhile.
    case aiAnswered = "ai-answered"
    /// Somebody else of the team has answered meanwhile.
    case collision
    /// The provider lets nothing but a template out just now.
    case windowClosed = "window-closed"
    /// The template is another one now, or may not be sent.
    case templateChanged = "template-changed"
    /// It has waited too long.
    case stale
    /// The channel account does not work, or was taken away.
    case channelDown = "channel-down"
    /// The channel cannot carry such a message.
    case unsupported
    /// Its author was cut off.
    case authorRevoked = "author-revoked"
    /// The relay may have forgotten that it was sent.
    case relayRestored = "relay-restored"
    /// Its time is over, as its author set it.
    case expired
    /// The assistant's: a person acted, or had said that it should not answer.
    case personActed = "person-acted"
}
