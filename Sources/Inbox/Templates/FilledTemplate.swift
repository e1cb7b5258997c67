/// Values that do not go into a template, and why: at least one reason.
public struct UnfilledTemplate: Error, Hashable, Sendable {
    /// In the order of the template's places.
    public let problems: [TemplateValueProblem]
}

/// The file of a header, as WhatsApp is told of it.
public struct TemplateMedia: Hashable, Sendable {
    /// Where WhatsApp finds it.
    public enum Location: Hashable, Sendable {
        /// Uploaded before: the id it was given, valid for 30 days.
        case id(String)
        /// Fetched from there.
        case link(String)
    }

    /// Where WhatsApp finds it.
    public let location: Location
    /// What a document is called; other files have no name.
    public let filename: String?

    /// As given.
    public init(_ location: Location, filename: String? = nil) {
        (self.location, self.filename) = (location, filename)
    }

    /// From what was given for the header: an address begins with `https://` or `http://`, all else is an id.
    init(value: String) {
        let isLink = ["https://", "http://"].contains { value.lowercased().hasPrefix($0) }
        self.init(isLink ? .link(value) : .id(value))
    }
}

/// A template with all its values: holding one is the proof that they go into it.
///
/// Whether the template may be sent at that moment is another question: its status and `sendingHash` answer it.
public struct FilledTemplate: Hashable, Sendable {
    /// What is filled.
    public let definition: TemplateDefinition
    /// With what.
    public let values: TemplateValues

    /// - Throws: all reasons at once.
    public init(_ definition: TemplateDefinition, _ values: TemplateValues) throws(UnfilledTemplate) {
        let problems = definition.problems(in: values)
        guard problems.isEmpty else { throw UnfilledTemplate(problems: problems) }
        (self.definition, self.values) = (definition, values)
    }

    /// What the customer sees.
    public var preview: TemplatePreview { TemplatePreview(definition, values) }

    /// The `template` of WhatsApp's send request: name, language and components.
    ///
    /// - Parameter media: the header's file once it is uploaded; without it, what was given for the header is taken as
    ///   its address or id.
    public func sendTemplate(media: TemplateMedia? = nil) -> JSONValue {
        let components = sendComponents(media: media)
        var fields: [String: JSONValue] = [
            "name": .text(definition.name), "language": .object(["code": .text(definition.language)]),
        ]
        if !components.isEmpty { fields["components"] = .list(components) }
        return .object(fields)
    }

    /// Only what has values: the header, the body, and each button with one. Texts without variables, phone buttons
    /// and quick replies without a payload WhatsApp knows by itself.
    public func sendComponents(media: TemplateMedia? = nil) -> [JSONValue] {
        let header = headerParameters(media)
        let body = definition.bodyVariables.compactMap { name in
            values[.body(name)].map { parameter($0, name: name) }
        }
        let texts = [("header", header), ("body", body)].filter { !$1.isEmpty }
        return texts.map { .object(["type": .text($0), "parameters": .list($1)]) }
            + definition.buttons.enumerated().compactMap { button($1, at: $0) }
    }

    private func headerParameters(_ media: TemplateMedia?) -> [JSONValue] {
        switch definition.header {
        case .text(let text):
            guard let name = text.variables.first, let value = values[.header] else { return [] }
            return [parameter(value, name: name)]
        case .file(let kind):
            guard let media = media ?? values[.header].map(TemplateMedia.init(value:)) else { return [] }
            return [.object(["type": .text(kind.rawValue), kind.rawValue: media.json(kind)])]
        case .location:
            let places = TemplateSlot.Place.allCases.compactMap { place in
                values[.location(place)].map { (place.rawValue, JSONValue.text($0)) }
            }
            return [
                .object(["type": .text("location"), "location": .object(Dictionary(uniqueKeysWithValues: places))])
            ]
        case .unsupported, nil: return []
        }
    }

    private func parameter(_ value: String, name: String) -> JSONValue {
        var fields: [String: JSONValue] = ["type": .text("text"), "text": .text(value)]
        if definition.parameterFormat == .named { fields["parameter_name"] = .text(name) }
        return .object(fields)
    }

    private func button(_ button: TemplateButton, at index: Int) -> JSONValue? {
        guard let value = values[.button(index)], let type = button.parameterType else { return nil }
        return .object([
            "type": .text("button"), "sub_type": .text(button.kind.rawValue.lowercased()), "index": .text("\(index)"),
            "parameters": .list([.object(["type": .text(type), type: .text(value)])]),
        ])
    }
}

extension TemplateMedia {
    fileprivate func json(_ kind: TemplateFileKind) -> JSONValue {
        var fields: [String: JSONValue] =
            switch location {
            case .id(let id): ["id": .text(id)]
            case .link(let link): ["link": .text(link)]
            }
        if kind == .document, let filename { fields["filename"] = .text(filename) }
        return .object(fields)
    }
}

extension TemplateButton {
    /// What WhatsApp calls a value for it, which is also the key it is under.
    fileprivate var parameterType: String? {
        switch action {
        case .url: "text"
        case .quickReply: "payload"
        case .copyCode: "coupon_code"
        case .phone, .unsupported: nil
        }
    }
}
