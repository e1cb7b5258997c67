/// A template with values filled in, as the customer sees it.
///
/// It can always be drawn: where a value is missing, the variable with its braces stands; what is not supported here,
/// is left out. WhatsApp's marks, such as `*bold*`, stay as they are.
public struct TemplatePreview: Hashable, Sendable {
    /// What is above the body.
    public enum Header: Hashable, Sendable {
        /// A line of text.
        case text(String)
        /// A file, by what was given for it.
        case file(TemplateFileKind, String?)
        /// A place on a map.
        case location([TemplateSlot.Place: String])
    }

    /// One button.
    public struct Button: Hashable, Sendable {
        /// What stands on it; empty where WhatsApp words it.
        public let label: String
        /// Which kind it is.
        public let kind: TemplateButton.Kind
        /// What it opens, calls, copies or brings back.
        public let target: String?
    }

    /// Above the body.
    public let header: Header?
    /// The message.
    public let body: String?
    /// Below it.
    public let footer: String?
    /// Below all.
    public let buttons: [Button]

    /// - Parameter values: any; `TemplateDefinition.problems(in:)` judges them.
    public init(_ definition: TemplateDefinition, _ values: TemplateValues) {
        header = definition.header.flatMap { Self.header($0, values) }
        body = definition.body?.filled { values[.body($0)] }
        footer = definition.footer
        buttons = definition.buttons.enumerated().map { index, button in
            Button(label: button.label, kind: button.kind, target: button.target(values[.button(index)]))
        }
    }

    /// As lines of text: files, places and buttons in brackets. A body with line breaks is several.
    public var lines: [String] {
        let texts = [header?.line, body, footer].compactMap { $0 }
        let words = buttons.map { $0.label.isEmpty ? $0.target ?? $0.kind.rawValue : $0.label }
        return texts.flatMap {
            $0.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        }
            + words.map { "[\($0)]" }
    }

    /// What the values of these places made, with what it may measure.
    func filledParts(_ slots: [TemplateSlot]) -> [(TemplatePart, limit: Int, String)] {
        var parts: [(TemplatePart, limit: Int, String)] = []
        if slots.contains(.header), case .text(let text) = header {
            parts.append((.header, TemplateLimit.header, text))
        }
        let isInBody = slots.contains { slot in
            guard case .body = slot else { return false }
            return true
        }
        if isInBody, let body { parts.append((.body, TemplateLimit.body, body)) }
        for (index, button) in buttons.enumerated() where slots.contains(.button(index)) {
            if let target = button.target { parts.append((.target(index), button.kind.limit, target)) }
        }
        return parts
    }

    private static func header(_ header: TemplateHeader, _ values: TemplateValues) -> Header? {
        switch header {
        case .text(let text): .text(text.filled { _ in header.isFillable ? values[.header] : nil })
        case .file(let kind): .file(kind, values[.header])
        case .location:
            .location(
                Dictionary(
                    uniqueKeysWithValues: TemplateSlot.Place.allCases.compactMap { place in
                        values[.location(place)].map { (place, $0) }
                    }))
        case .unsupported: nil
        }
    }
}

extension TemplatePreview.Header {
    fileprivate var line: String {
        switch self {
        case .text(let text): text
        case .file(let kind, let file): "[\(([kind.rawValue] + [file].compactMap { $0 }).joined(separator: ": "))]"
        case .location(let places):
            "[\(TemplateSlot.Place.allCases.reversed().compactMap { places[$0] }.joined(separator: ", "))]"
        }
    }
}

extension TemplateButton {
    fileprivate func target(_ value: String?) -> String? {
        switch action {
        case .url(let url): url.filled { _ in isFillable ? value : nil }
        case .phone(let number): number
        case .quickReply, .copyCode: value
        case .unsupported: nil
        }
    }
}

extension TemplateButton.Kind {
    fileprivate var limit: Int {
        switch self {
        case .url: TemplateLimit.url
        case .phone: TemplateLimit.phone
        case .quickReply: TemplateLimit.payload
        case .copyCode: TemplateLimit.code
        case .unsupported: 0
        }
    }
}
