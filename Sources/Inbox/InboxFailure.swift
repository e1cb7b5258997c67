public import ChangeLog

/// Why a command cannot be carried out. Facts only; the words are made at the edge. Nothing was written.
public enum InboxFailure: Error, Hashable, Sendable {
    /// What an id was looked for among.
    public enum Kind: String, Hashable, Sendable {
        /// A conversation.
        case conversation
        /// A lead.
        case lead
        /// A message.
        case message
        /// A person of the team.
        case person
        /// A channel account.
        case channel
        /// A template.
        case template
        /// A text to answer with.
        case savedReply = "saved-reply"
        /// What the assistant answers from.
        case article
        /// A filter of the inbox.
        case view
        /// A change.
        case change
    }

    /// Nothing there has an id that begins so, or that name.
    case unknown(Kind, String)
    /// Several have.
    case ambiguous(Kind, String)
    /// The role of this device does not allow it.
    case notAllowed(Role)
    /// The text has more bytes of UTF-8 than the format allows.
    case textTooLong(byteCount: Int)
    /// The text has more characters than the channel takes.
    case textTooLongForChannel(limit: Int)
    /// The channel's window is closed, since a time in milliseconds since 1970 or, without one, because the customer has
    /// never written; what can be done instead, the best first.
    case windowClosed(since: Int64?, [WindowOffer])
    /// People do not write on this channel; what can be done instead.
    case notForPeople([WindowOffer])
    /// A message without a text.
    case emptyText
    /// A lead, or what leads hang on, cannot be set so.
    case lead(LeadFault)
    /// Not a label: empty, or longer than 100 characters.
    case badLabel(String)
    /// Only WhatsApp conversations with an account take templates.
    case noTemplates
    /// The provider has not approved the template, or it has a part that this version cannot fill in.
    case templateNotSendable(name: String, status: TemplateStatus?)
    /// The customer has no phone number that can be read.
    case noPhone
    /// The workspace has no WhatsApp account.
    case noWhatsApp
    /// The conversation is the one on WhatsApp already.
    case sameConversation
    /// Only a gateway can, and this device is none.
    case notAGateway
    /// Somebody else wrote that message.
    case notYours
    /// The message has left, or may have: it cannot be taken back or sent once more.
    case hasLeft(DeliveryState)
    /// A template that was filled in cannot be edited.
    case notEditable
}

/// Why a lead cannot be set so.
public enum LeadFault: Error, Hashable, Sendable {
    /// A score outside 0 to 100.
    case badScore(Int64)
    /// No lead status of this workspace, whose names come with it; or not a name that one can have.
    case badStatus(String, known: [String])
    /// No phone number. One without a country code is read as dialled in the region, if that is set.
    case badPhone(String, region: String?)
    /// No e-mail address.
    case badEmail(String)
    /// A lead cannot be kept apart from itself.
    case sameLead
}
