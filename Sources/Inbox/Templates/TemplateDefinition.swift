/// A message that WhatsApp approved beforehand: the only kind it takes when the customer has not written for a day.
///
/// It comes as JSON, either from `GET /message_templates` or in the form in which templates are submitted; see
/// `init(json:)`. What is for sample files is not kept: their addresses change with every reading.
public struct TemplateDefinition: Hashable, Sendable {
    /// Together with the language what a message names it by.
    public let name: String
    /// The code, such as `en_US`.
    public let language: String
    /// What it is for; Meta may change it.
    public var category: TemplateCategory
    /// What Meta said last; nil in the form in which templates are submitted.
    public var status: TemplateStatus?
    /// How header and body call their variables.
    public let parameterFormat: TemplateParameterFormat
    /// Above the body.
    public let header: TemplateHeader?
    /// The message itself; nil where WhatsApp makes the text, as for one-time codes.
    public let body: TemplateText?
    /// Below the body, in grey.
    public let footer: String?
    /// Below the message.
    public let buttons: [TemplateButton]
    /// Components this version cannot fill in, such as a carousel, and those there may be only one of: as they came.
    public let others: [JSONValue]

    init(
        name: String, language: String, category: TemplateCategory, status: TemplateStatus?,
        parameterFormat: TemplateParameterFormat?, parts: TemplateParts
    ) {
        (self.name, self.language, self.category, self.status) = (name, language, category, status)
        (header, body, footer) = (parts.header, parts.body, parts.footer)
        (buttons, others) = (parts.buttons, parts.others)
        self.parameterFormat = parameterFormat ?? parts.parameterFormat
    }

    /// Whether WhatsApp takes a message made from it, as far as is known.
    public var isSendable: Bool { status?.isSendable ?? false }

    /// What cannot be filled in here, so that no message can be made from it.
    public var unsupportedParts: [TemplatePart] {
        var parts: [TemplatePart] = []
        if header?.isFillable == false { parts.append(.header) }
        for (index, button) in buttons.enumerated() where !button.isFillable { parts.append(.target(index)) }
        return parts + others.map { .component($0["type"]?.text?.uppercased() ?? "") }
    }
}

/// A place in a template that something can be said about.
public enum TemplatePart: Hashable, Sendable {
    /// The header.
    case header
    /// The body.
    case body
    /// The footer.
    case footer
    /// What stands on the button of that index, from 0.
    case label(Int)
    /// What the button of that index does: its address, number, code or payload.
    case target(Int)
    /// Any other component, by Meta's name in capitals; empty if it has none.
    case component(String)
}

/// What is above the body.
public enum TemplateHeader: Hashable, Sendable {
    /// A line of text.
    case text(TemplateText)
    /// A file, which is given when the message is written.
    case file(TemplateFileKind)
    /// A place on a map, which is given when the message is written.
    case location
    /// Anything else: the component as it came.
    case unsupported(JSONValue)

    /// More than one variable is more than `header=` could fill.
    var isFillable: Bool {
        switch self {
        case .text(let text): text.variables.count <= TemplateLimit.headerVariables
        case .file, .location: true
        case .unsupported: false
        }
    }
}

/// One button.
public struct TemplateButton: Hashable, Sendable {
    /// What it does.
    public enum Action: Hashable, Sendable {
        /// Opens an address, whose end may be a variable.
        case url(TemplateText)
        /// Calls a number.
        case phone(String)
        /// Answers with its label, and brings a payload back.
        case quickReply
        /// Copies a code, given when the message is written.
        case copyCode(example: String?)
        /// Anything else: the button as it came.
        case unsupported(JSONValue)
    }

    /// The same without what belongs to it, by Meta's name.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Opens an address.
        case url = "URL"
        /// Calls a number.
        case phone = "PHONE_NUMBER"
        /// Answers.
        case quickReply = "QUICK_REPLY"
        /// Copies a code.
        case copyCode = "COPY_CODE"
        /// Anything else.
        case unsupported = "UNSUPPORTED"
    }

    /// What stands on it; empty where WhatsApp words it.
    public let label: String
    /// What it does.
    public let action: Action

    /// More than one variable is more than `button.N=` could fill.
    var isFillable: Bool {
        switch action {
        case .url(let url): url.variables.count <= TemplateLimit.urlVariables
        case .phone, .quickReply, .copyCode: true
        case .unsupported: false
        }
    }

    /// Which kind it is.
    public var kind: Kind {
        switch action {
        case .url: .url
        case .phone: .phone
        case .quickReply: .quickReply
        case .copyCode: .copyCode
        case .unsupported: .unsupported
        }
    }
}
