/// A message as a provider is asked to send it.
public struct OutgoingMessage: Hashable, Sendable {
    /// What the customer gets.
    public enum Content: Hashable, Sendable {
        /// Text, as it was written.
        case text(String)
        /// What may be sent when the customer has not written for long.
        case template(TemplateMessage)
    }

    /// The customer's id with the provider.
    public let to: String
    /// What the customer gets.
    public let content: Content
    /// The provider's id of the message that it answers.
    public let answering: String?
    /// Our id of the message. The provider brings it back with each receipt, and makes nothing of it: it keeps nobody
    /// from sending twice. WhatsApp takes up to 512 characters.
    public let reference: String

    /// A message as a provider is asked to send it.
    public init(to: String, content: Content, answering: String? = nil, reference: String) {
        (self.to, self.content, self.answering, self.reference) = (to, content, answering, reference)
    }
}

/// Whoever carries messages to customers.
public protocol Provider: Sendable {
    /// Asks once for a message to be sent, and waits for what comes of it. Never asks again by itself.
    func send(_ message: OutgoingMessage) -> SendingOutcome
}
