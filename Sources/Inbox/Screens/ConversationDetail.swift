public import CRDT
public import ChangeLog

/// A conversation as its screen shows it.
public struct ConversationDetail: Sendable {
    /// Names the conversation.
    public let id: RootID
    /// What it is about.
    public let subject: String?
    /// The kind of channel.
    public let channel: String?
    /// The channel account, if it is known.
    public let account: (id: RootID, name: String?)?
    /// Who is to deal with it.
    public let status: ConversationStatus
    /// Why a close that stands does not show; nil where none does.
    public let obstacle: StatusRule.Obstacle?
    /// Why the assistant is paused; nil if it may answer.
    public let pause: Pause?
    /// Whether and until when a person may write freely.
    public let window: MessagingWindow
    /// What a person can do instead where the window is closed, the best first.
    public let offers: [WindowOffer]
    /// The customer.
    public let lead: Lead?
    /// Sorted.
    public let labels: [String]
    /// Who works on it.
    public let assignee: Person?
    /// Whose word that is; nil for nobody's.
    public let assignedBy: SharedField.Source?
    /// Whom a concurrent assignment named, whose stamp was lower.
    public let displaced: [Person]
    /// Out of sight until then, in milliseconds since 1970; nil when it is in sight.
    public let snoozedUntil: Int64?
    /// What it is about so far.
    public let summary: ConversationSummary?
    /// Conversations with the same customer that go on from this one or before it.
    public let links: [RootID]
    /// The customer's language.
    public let locale: String?
    /// Imported: the name of the source.
    public let source: String?
    /// In the order of the thread.
    public let messages: [MessageDetail]
}

/// A message as its conversation's screen shows it.
public struct MessageDetail: Sendable {
    /// Names the message.
    public let id: ElementID
    /// Who it is from.
    public let sender: Sender
    /// The name of who wrote it, if known.
    public let author: String?
    /// What it is.
    public let kind: MessageKind
    /// Its text, as its author left it; empty once it was taken back.
    public let text: String
    /// Whether its author corrected it.
    public let isEdited: Bool
    /// Whether its author took it back.
    public let isRevoked: Bool
    /// Milliseconds since 1970, of sending once it was sent; nil when the source knew none.
    public let at: Int64?
    /// For a message of the team: how far it has come.
    public let state: DeliveryState?
    /// The same with its reasons; nil for what the team did not send from here.
    public let outbox: OutboxState?
    /// For a message of the team: those above it that its author had not been shown. For a customer's: those of the
    /// team above it that had not left when it was written.
    public let unseen: [ElementID]
    /// Whether it came in when something below it was there already.
    public let isLate: Bool
    /// The message that it answers, if it names one.
    public let about: ElementID?
    /// Who reacted to it how, each one's last word.
    public let reactions: [Reaction]
    /// What is said in it, in words.
    public let transcript: String?
    /// The file that it carries.
    public let file: File?
    /// JSON: what its kind needs besides, or an import carried.
    public let details: String?
    /// The template that it fills in.
    public let template: RootID?
    /// Of a note: whom it calls by name.
    public let mentions: [Person]

    /// Somebody's reaction.
    public struct Reaction: Hashable, Sendable {
        /// Whose it is.
        public let sender: Sender
        /// The emoji.
        public let text: String
    }

    /// A file, as its message describes it.
    public struct File: Hashable, Sendable {
        /// The hash of its bytes; nil where nobody has fetched it.
        public let blob: [UInt8]?
        /// Its media type.
        public let mime: String?
        /// In bytes.
        public let size: Int64?
        /// What it is called.
        public let name: String?
    }
}
