public import Inbox

/// Something that a provider tells without being asked.
public enum ProviderEvent: Sendable {
    /// A customer's message, or one that went out by the business phone.
    case message(InboundMessage)
    /// What became of a message that was sent.
    case receipt(ProviderReceipt)
    /// What became of a template.
    case template(TemplateUpdate)
    /// Something that concerns no message: its kind, as the provider calls it.
    case ignored(String)
    /// Something that cannot be read: why, and what it was, at most ``Evidence/byteLimit`` bytes.
    case unreadable(String)
}

/// What became of a message that was sent.
public struct ProviderReceipt: Hashable, Sendable {
    /// The provider's id of the message.
    public let providerID: String
    /// Our id of it, where the provider brings that back.
    public let reference: String?
    /// The provider's id of the customer.
    public let customer: String?
    /// Sent, delivered, read, played or failed.
    public let event: DeliveryEvent
    /// When, by the provider's clock, in milliseconds since 1970.
    public let at: Int64?
    /// Why it failed, by the provider's number.
    public let code: String?
    /// The same in words.
    public let words: String?

    /// A receipt.
    public init(
        providerID: String, reference: String? = nil, customer: String? = nil, event: DeliveryEvent, at: Int64?,
        code: String? = nil, words: String? = nil
    ) {
        (self.providerID, self.reference, self.customer) = (providerID, reference, customer)
        (self.event, self.at, self.code, self.words) = (event, at, code, words)
    }
}

/// What a provider says of a template.
public struct TemplateUpdate: Hashable, Sendable {
    /// What is new.
    public enum News: Hashable, Sendable {
        /// Whether it may be sent; why not, in the provider's words.
        case status(TemplateStatus, reason: String?)
        /// What it is for.
        case category(TemplateCategory)
        /// What it is made of, as far as is told: components in the form in which templates are submitted.
        case components([JSONValue])
        /// How customers take it: GREEN, YELLOW, RED or UNKNOWN.
        case quality(String)
    }

    /// Its name with the provider.
    public let name: String
    /// Its language, as in `en_US`.
    public let language: String
    /// What is new.
    public let news: News

    /// News of a template.
    public init(name: String, language: String, news: News) {
        (self.name, self.language, self.news) = (name, language, news)
    }
}
