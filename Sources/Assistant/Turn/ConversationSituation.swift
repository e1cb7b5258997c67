public import CRDT
import ChangeLog
public import Inbox

/// What the assistant is told of a conversation.
public struct ConversationSituation: Hashable, Sendable {
    /// A message, as far as the assistant needs it.
    public struct Message: Hashable, Sendable {
        /// Names the message.
        public let id: ElementID
        /// Who it is from.
        public let sender: Sender
        /// What it is. Notes among the team are not told.
        public let kind: MessageKind
        /// Its text as its author left it or, of a voice message, what is said in it.
        public let text: String
        /// Milliseconds since 1970; nil when the source knew none.
        public let at: Int64?

        /// A message.
        public init(id: ElementID, sender: Sender, kind: MessageKind = .text, text: String, at: Int64?) {
            (self.id, self.sender, self.kind, self.text, self.at) = (id, sender, kind, text, at)
        }
    }

    /// What is known of the customer.
    public struct Customer: Hashable, Sendable {
        /// What to call them.
        public var name: String?
        /// Their language as a channel tells it, as in `pt_BR`.
        public var language: String?
        /// How far the lead has come; nil without a lead.
        public var status: String?
        /// Whether a person has set the status.
        public var isStatusPinned = false
        /// 0 to 100.
        public var score: Int64?
        /// Whether a person has set the score.
        public var isScorePinned = false

        /// Nobody in particular.
        public init() {}
    }

    /// In the order of the thread: the last ones of a long conversation.
    public var messages: [Message]
    /// The same customer's other conversations, the last messages of each.
    public var elsewhere: [[Message]] = []
    /// The customer's messages that wait for an answer, the last of ``messages`` from a customer: how many.
    public var waiting: Int
    /// How many times the customer came back without having got an answer; 1 is the first time.
    public var attempts = 1
    /// Who they are.
    public var customer = Customer()
    /// What there is to answer from.
    public var articles: [Article] = []
    /// The longest text that the channel takes, in characters; nil where no limit is known.
    public var textLimit: Int?

    /// A situation.
    public init(messages: [Message], waiting: Int) { (self.messages, self.waiting) = (messages, waiting) }

    /// What waits for an answer, oldest first.
    public var burst: [Message] { Array(messages.filter { $0.sender == .customer }.suffix(waiting)) }
}
