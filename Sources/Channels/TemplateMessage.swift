import ChangeLog
public import Inbox

/// A filled template as WhatsApp is asked to send it.
public struct TemplateMessage: Hashable, Sendable {
    /// Its name with the provider.
    public let name: String
    /// Its language, as in `en_US`.
    public let language: String
    /// Only those with values, in the API's form.
    public let components: [JSONValue]

    /// - Throws: `.noFile` for a header that shows a file of which neither address nor id is known.
    public init(_ filled: FilledTemplate) throws(TemplateFault) {
        try Self.checkFile(of: filled)
        self.init(name: filled.definition.name, language: filled.definition.language, filled.sendComponents())
    }

    /// From what a queued message keeps of its template.
    ///
    /// - Parameters:
    ///   - details: the message's details.
    ///   - definition: the template as it is now.
    /// - Throws: `.changed` if it is not what the message was written for, `.notSendable` if it may not be sent now.
    public init(details: JSONValue, definition: TemplateDefinition) throws(TemplateFault) {
        guard let values = details["values"].flatMap({ TemplateValues(canonicalJSON: $0.canonicalText) }),
            let hash = details["hash"]?.text
        else { throw .malformed }
        guard details["name"]?.text == definition.name, details["language"]?.text == definition.language,
            hash == Base32.text(definition.sendingHash)
        else { throw .changed }
        guard definition.isSendable else { throw .notSendable(definition.status) }
        let filled: FilledTemplate
        do throws(UnfilledTemplate) {
            filled = try FilledTemplate(definition, values)
        } catch {
            throw .unfilled(error)
        }
        try self.init(filled)
    }

    init(name: String, language: String, _ components: [JSONValue]) {
        (self.name, self.language, self.components) = (name, language, components)
    }

    /// What was given for a header's file has to be an address, or an id as WhatsApp gives them to uploaded files.
    private static func checkFile(of filled: FilledTemplate) throws(TemplateFault) {
        guard case .file = filled.definition.header, let value = filled.values[.header] else { return }
        let isID = !value.isEmpty && value.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let rest = ["https://", "http://"].first { value.lowercased().hasPrefix($0) }.map { value.dropFirst($0.count) }
        guard isID || rest?.isEmpty == false else { throw .noFile }
    }
}

/// Why a template makes no message. Facts only.
public enum TemplateFault: Error, Hashable, Sendable {
    /// The message does not say which template with which values.
    case malformed
    /// The template says another thing than when it was filled in.
    case changed
    /// The provider does not let it be sent now.
    case notSendable(TemplateStatus?)
    /// The values do not go into it.
    case unfilled(UnfilledTemplate)
    /// Its header shows a file, and neither an address nor an id of one was given.
    case noFile
}
