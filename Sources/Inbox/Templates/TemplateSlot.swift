/// A place for a value, and how a command line spells it.
///
///     header                the header's variable; or its file, by address or by id
///     header.latitude       of a place: the degrees, its name, its address
///     1, customer_name      a variable of the body, by what stands between its braces
///     body.header           the same in full, for a variable whose name is "header"
///     button.0              of that button, counted from 0: the end of its address, its code, or its payload
///
/// A variable's name has no period, so no two places are spelled alike.
public enum TemplateSlot: Hashable, Sendable {
    /// What is to be told about a place on a map, by the name that is spelled.
    public enum Place: String, CaseIterable, Hashable, Sendable {
        /// Degrees, north positive.
        case latitude
        /// Degrees, east positive.
        case longitude
        /// What it is called.
        case name
        /// Where it is.
        case address
    }

    /// The header's variable or file.
    case header
    /// Of the header's place.
    case location(Place)
    /// The body's variable of that name.
    case body(String)
    /// Of the button of that index, from 0.
    case button(Int)

    /// - Returns: nil for what spells no place.
    public init?(spelling: String) {
        let parts = spelling.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch (parts.count, parts.first, parts.last) {
        case (1, "header"?, _): self = .header
        case (1, let name?, _) where TemplateText.isVariable(name): self = .body(name)
        case (2, "body"?, let name?) where TemplateText.isVariable(name): self = .body(name)
        case (2, "header"?, let name?):
            guard let place = Place(rawValue: name) else { return nil }
            self = .location(place)
        case (2, "button"?, let digits?):
            // One spelling for one index: no sign, no zeros in front.
            guard let index = Int(digits), index >= 0, String(index) == digits else { return nil }
            self = .button(index)
        default: return nil
        }
    }

    /// As short as it can be without being another one.
    public var spelling: String {
        switch self {
        case .header: "header"
        case .location(let place): "header.\(place.rawValue)"
        case .body(let name): name == "header" ? "body.header" : name
        case .button(let index): "button.\(index)"
        }
    }
}

/// A value that a template asks for.
public struct TemplateField: Hashable, Sendable {
    /// What the value is.
    public enum Kind: Hashable, Sendable {
        /// Shown as it is.
        case text
        /// A file: the address of one, or what tells it apart otherwise.
        case file(TemplateFileKind)
        /// Degrees, up to this many in either direction.
        case degrees(limit: Double)
        /// The end of an address.
        case urlEnd
        /// A code to copy.
        case code
        /// What a quick reply brings back; the customer never sees it.
        case payload
    }

    /// Where it goes.
    public let slot: TemplateSlot
    /// What it is.
    public let kind: Kind
    /// What the template's author gave for it; never sent.
    public let example: String?

    /// Whether nothing can be sent without it.
    public var isRequired: Bool { kind != .payload }
}

extension TemplateDefinition {
    /// All values it asks for: the header's, the body's in the order they are sent in, the buttons'.
    public var fields: [TemplateField] {
        headerFields
            + bodyVariables.map { name in
                TemplateField(slot: .body(name), kind: .text, example: body?.examples[name])
            } + buttons.enumerated().compactMap { $1.field(at: $0) }
    }

    /// By number, or in order of appearance.
    var bodyVariables: [String] {
        let names = body?.variables ?? []
        // By length first: "10" comes after "9", and no number is too large.
        return parameterFormat == .named ? names : names.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }

    private var headerFields: [TemplateField] {
        switch header {
        case .text(let text):
            guard text.variables.count == 1 else { return [] }
            return [TemplateField(slot: .header, kind: .text, example: text.examples.values.first)]
        case .file(let kind): return [TemplateField(slot: .header, kind: .file(kind), example: nil)]
        case .location:
            return TemplateSlot.Place.allCases.map { place in
                TemplateField(slot: .location(place), kind: place.kind, example: nil)
            }
        case .unsupported, nil: return []
        }
    }
}

extension TemplateSlot.Place {
    fileprivate var kind: TemplateField.Kind {
        switch self {
        case .latitude: .degrees(limit: 90)
        case .longitude: .degrees(limit: 180)
        case .name, .address: .text
        }
    }
}

extension TemplateButton {
    fileprivate func field(at index: Int) -> TemplateField? {
        switch action {
        case .url(let url):
            guard let variable = url.variables.first, isFillable else { return nil }
            return TemplateField(slot: .button(index), kind: .urlEnd, example: url.examples[variable])
        case .copyCode(let example): return TemplateField(slot: .button(index), kind: .code, example: example)
        case .quickReply: return TemplateField(slot: .button(index), kind: .payload, example: nil)
        case .phone, .unsupported: return nil
        }
    }
}
