public import CRDT
public import ChangeLog

/// Something that a person may want to be told of.
public struct Event: Hashable, Sendable {
    /// What happened.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A customer wrote.
        case message
        /// A person was asked for.
        case escalation
        /// A note calls whoever watches.
        case mention
        /// Somebody else gave a conversation to whoever watches.
        case assigned
        /// Whoever watches had a conversation, and somebody else has it, or nobody.
        case lost
        /// A customer who waits for an answer can soon not be written to freely any more.
        case windowClosing = "window-closing"
        /// A lead's score came to be very high.
        case hotLead = "hot-lead"
        /// A reply of whoever watches is held.
        case held
        /// A reply of whoever watches has failed.
        case failed
        /// Of a reply of whoever watches nobody knows whether it left.
        case unknown
    }

    /// What happened.
    public let kind: Kind
    /// Names it for ever on every device, in letters, digits and hyphens.
    public let id: String
    /// When, in milliseconds since 1970: by the provider's clock for what a customer wrote, else by the author's.
    public let at: Int64
    /// The conversation, if it is about one.
    public var conversation: RootID?
    /// The lead: of a conversation, its customer.
    public var lead: RootID?
    /// The customer's name.
    public var customer: String?
    /// The message, note or reply.
    public var message: ElementID?
    /// The start of its text, on one line.
    public var text: String?
    /// Who did it, of the team.
    public var by: String?
    /// Held or failed: why. Assigned to somebody else: to whom.
    public var reason: String?
    /// When the window closes, in milliseconds since 1970.
    public var until: Int64?
    /// The score.
    public var score: Int64?

    init(_ kind: Kind, id: String, at: Int64) { (self.kind, self.id, self.at) = (kind, id, at) }
}
