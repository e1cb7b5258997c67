/// What WhatsApp says about a template: whether it may be sent.
///
/// Open, because Meta adds to it: what this version does not know is kept by its text, and is not sent.
public struct TemplateStatus: RawRepresentable, Hashable, Sendable {
    /// Meta's name, in capitals.
    public let rawValue: String

    /// - Parameter rawValue: Meta's name, in any letter case.
    public init(rawValue: String) { self.rawValue = rawValue.uppercased() }

    /// May be sent.
    public static let approved = Self(rawValue: "APPROVED")
    /// No longer flagged or disabled; may be sent again.
    public static let reinstated = Self(rawValue: "REINSTATED")
    /// Customers complained: at risk of being disabled, and sent until then.
    public static let flagged = Self(rawValue: "FLAGGED")

    /// All that Meta documents.
    public static let known: [Self] =
        [approved, reinstated, flagged]
        + [
            "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "DELETED", "PENDING_DELETION", "ARCHIVED",
            "UNARCHIVED", "LIMIT_EXCEEDED", "LOCKED",
        ].map(Self.init(rawValue:))

    /// Whether WhatsApp takes a message made from it.
    public var isSendable: Bool { [.approved, .reinstated, .flagged].contains(self) }
    /// Whether it may cease to be sendable at any time.
    public var isAtRisk: Bool { self == .flagged }
}

/// What a template is for; WhatsApp prices by it, and a person can refuse marketing. Open, as `TemplateStatus` is.
public struct TemplateCategory: RawRepresentable, Hashable, Sendable {
    /// Meta's name, in capitals; empty where none was given.
    public let rawValue: String

    /// - Parameter rawValue: Meta's name, in any letter case.
    public init(rawValue: String) { self.rawValue = rawValue.uppercased() }

    /// Offers and news.
    public static let marketing = Self(rawValue: "MARKETING")
    /// About something the customer ordered or asked for.
    public static let utility = Self(rawValue: "UTILITY")
    /// One-time codes.
    public static let authentication = Self(rawValue: "AUTHENTICATION")
}

/// How the variables of header and body are called: one way in one template.
public enum TemplateParameterFormat: String, Hashable, Sendable {
    /// `{{1}}`, `{{2}}` and so on, sent in that order.
    case positional = "POSITIONAL"
    /// `{{customer_name}}`, sent with the name.
    case named = "NAMED"

    /// The one a variable is of.
    init(ofVariable name: String) {
        self = name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? .positional : .named
    }
}

/// A file that a header shows.
public enum TemplateFileKind: String, CaseIterable, Hashable, Sendable {
    /// A picture.
    case image
    /// A film.
    case video
    /// A file to open, with a name.
    case document
}

/// What Meta documents as the most, in characters (Unicode scalars, the strictest reading) or in number.
///
/// Sources: developers.facebook.com, "Template components" and "Template fundamentals" (2026); the payload's from the
/// reference of sending messages.
public enum TemplateLimit {
    /// Characters of a name.
    public static let name = 512
    /// Characters of a header, with and without its value.
    public static let header = 60
    /// Variables of a header.
    public static let headerVariables = 1
    /// Characters of a body, with and without its values.
    public static let body = 1024
    /// Characters of a footer.
    public static let footer = 60
    /// Buttons of one template.
    public static let buttons = 10
    /// Characters of what stands on a button.
    public static let label = 25
    /// Characters of a button's address, with and without its value.
    public static let url = 2000
    /// Variables of a button's address.
    public static let urlVariables = 1
    /// Characters of the number a button calls.
    public static let phone = 20
    /// Characters of the code a button copies.
    public static let code = 15
    /// Characters of what a quick reply brings back.
    public static let payload = 256
    /// Spaces in a row within a value.
    public static let spaces = 4
}
