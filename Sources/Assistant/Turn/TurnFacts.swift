public import Inbox

/// What decides whether it is the assistant's turn, as one reading of a conversation tells it.
public struct TurnFacts: Hashable, Sendable {
    /// Who has dealt with the customer's newest message.
    public enum Response: Hashable, Sendable {
        /// Somebody's message stands after it that went out: a person's, or one from the business phone.
        case person(Sender)
        /// A person's reply stands after it that has not gone out: it is queued, or held.
        case draft
        /// The assistant has answered it, whatever became of that.
        case assistant
        /// The assistant has answered it, and a person kept that from going out.
        case overruled
        /// An answer of the assistant's to what the customer wrote before has not gone out yet, and nobody knows here
        /// whether it will.
        case overtaken
    }

    /// When the customer's messages that wait were written, by the provider's time in milliseconds since 1970, oldest
    /// first.
    public var waiting: [Int64] = []
    /// Who has dealt with the newest one; nil is nobody.
    public var response: Response?
    /// Whether the newest one was imported.
    public var isHistoric = false
    /// Whether, when the newest one came in, something that went out or that a person wrote stood below it already.
    public var isLate = false
    /// Why the assistant is paused.
    public var pause: Pause?
    /// Who is to deal with the conversation.
    public var status = ConversationStatus.active
    /// Whether a person works on it.
    public var isAssigned = false
    /// Whether the team may write.
    public var window = MessagingWindow.unlimited

    /// A conversation in which nobody has written.
    public init() {}
}
