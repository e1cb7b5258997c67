internal import ChangeLog

/// Why a template was not taken. Facts only; never a piece of it.
public enum TemplateRejection: Error, Hashable, Sendable {
    /// Not JSON of the shape a template must have, or nested deeper than any template is.
    case malformed
    /// The field is missing or empty.
    case missing(String)
    /// It does not fit into a field of the log.
    case tooLarge(byteCount: Int)
}

extension TemplateDefinition {
    /// Bytes of its canonical JSON.
    public static let byteLimit = 1 << 16
    /// Bytes of what it is read from: one template or a page of them.
    public static let pageByteLimit = 1 << 22

    /// One template, as submitted or as `GET /message_templates` lists it; unknown fields are passed over.
    ///
    /// - Parameter json: UTF-8.
    public init(json: [UInt8]) throws(TemplateRejection) {
        try self.init(Self.value(json))
    }

    /// The answer of `GET /message_templates`, a list of templates, or one alone.
    ///
    /// - Returns: each judged by itself, in the order they came.
    public static func page(json: [UInt8]) throws(TemplateRejection) -> [Result<TemplateDefinition, TemplateRejection>]
    {
        let value = try value(json)
        return (value["data"]?.list ?? value.list ?? [value]).map { template in
            do throws(TemplateRejection) {
                return .success(try TemplateDefinition(template))
            } catch {
                return .failure(error)
            }
        }
    }

    /// The whole: JSON with sorted keys, the same for equal templates, and read back by `init(json:)`.
    public var canonicalJSON: String { value(components: TemplateParts(self).components).canonicalText }

    /// What it is made of: the canonical JSON without what the log has in fields of its own.
    ///
    /// So that a status or category that changes leaves it as it is, and the two cannot contradict each other.
    public var contentJSON: String { content(components: TemplateParts(self).components).canonicalText }

    /// From fields of their own.
    ///
    /// - Parameter contentJSON: as the property of that name writes it.
    public init(
        name: String, language: String, category: TemplateCategory, status: TemplateStatus?, contentJSON: String
    ) throws(TemplateRejection) {
        guard case .object(var fields) = try Self.value(Array(contentJSON.utf8)) else { throw .malformed }
        fields["name"] = .text(name)
        fields["language"] = .text(language)
        fields["category"] = .text(category.rawValue)
        fields["status"] = status.map { .text($0.rawValue) }
        try self.init(.object(fields))
    }

    /// What a message depends on, in 16 bytes: with another one the template is not the one a reply was written for.
    ///
    /// It covers components, parameter format, category and language, but neither examples nor status.
    public var sendingHash: [UInt8] {
        let components = TemplateParts(self).components.map { $0.removing(key: "example") }
        let what = content(components: components).merging([
            "category": .text(category.rawValue), "language": .text(language),
        ])
        return Digest.of(Array(what.canonicalText.utf8), domain: "nexus template", byteCount: 16)
    }

    private init(_ value: JSONValue) throws(TemplateRejection) {
        guard case .object = value else { throw .malformed }
        guard let name = value["name"]?.text, !name.isEmpty else { throw .missing("name") }
        guard let language = value["language"]?.text, !language.isEmpty else { throw .missing("language") }
        guard let components = (value["components"] ?? .list([])).list else { throw .malformed }
        self.init(
            name: name, language: language,
            category: TemplateCategory(rawValue: value["category"]?.text ?? ""),
            status: value["status"]?.text.map(TemplateStatus.init(rawValue:)),
            parameterFormat: value["parameter_format"]?.text.flatMap {
                TemplateParameterFormat(rawValue: $0.uppercased())
            },
            parts: TemplateParts(components: components))
        let byteCount = canonicalJSON.utf8.count
        guard byteCount <= Self.byteLimit else { throw .tooLarge(byteCount: byteCount) }
    }

    private static func value(_ json: [UInt8]) throws(TemplateRejection) -> JSONValue {
        guard json.count <= pageByteLimit else { throw .tooLarge(byteCount: json.count) }
        guard let value = JSONValue(json: json) else { throw .malformed }
        return value
    }

    private func value(components: [JSONValue]) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .text(name), "language": .text(language), "category": .text(category.rawValue),
        ]
        if let status { fields["status"] = .text(status.rawValue) }
        return content(components: components).merging(fields)
    }

    private func content(components: [JSONValue]) -> JSONValue {
        .object(["parameter_format": .text(parameterFormat.rawValue), "components": .list(components)])
    }
}
