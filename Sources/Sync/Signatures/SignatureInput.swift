import RawStructuredFieldValues

/// What a signature covers, in order, and its parameters: the value of `Signature-Input`.
///
/// Source: RFC 9421, sections 2.3 and 4.1.
struct SignatureInput {
    /// Names the signature; it means nothing else.
    let label: String
    /// Names of header fields, and derived components such as `@method`.
    let components: [String]
    /// Each by its name, in order.
    let parameters: OrderedMap<String, RFC9651BareItem>

    init(label: String, components: [String], parameters: OrderedMap<String, RFC9651BareItem>) {
        (self.label, self.components, self.parameters) = (label, components, parameters)
    }

    /// Reads a field with one signature. Of several it would not be plain whose request it is.
    init(field: String) throws(SignatureRejection) {
        let members = try StructuredField.dictionary(field)
        guard let (label, value) = members.first, case .innerList(let list) = value else { throw .malformed }
        guard members.count == 1 else { throw .ambiguous }
        (self.label, parameters) = (label, list.rfc9651Parameters)
        components = try Self.components(list.bareInnerList)
    }

    private static func components(_ list: BareInnerList) throws(SignatureRejection) -> [String] {
        var components: [String] = []
        for item in list {
            guard case .string(let name) = item.rfc9651BareItem else { throw .malformed }
            // A parameter (sf, key, bs, tr, req, name) would change what the component stands for.
            guard item.rfc9651Parameters.isEmpty else { throw .unsupported }
            guard !components.contains(name) else { throw .ambiguous }
            components.append(name)
        }
        return components
    }

    /// The field's value.
    var field: String { "\(label)=\(signatureParameters)" }

    /// What is signed (RFC 9421, section 2.5).
    func base(of message: SignedMessage) throws(SignatureRejection) -> [UInt8] {
        var lines = ""
        for component in components { lines += "\"\(component)\": \(try message.value(of: component))\n" }
        return Array("\(lines)\"@signature-params\": \(signatureParameters)".utf8)
    }

    /// The components and parameters as RFC 9651 writes them.
    private var signatureParameters: String {
        var list = BareInnerList()
        for component in components { list.append(Item(bareItem: RFC9651BareItem.string(component), parameters: [:])) }
        var serializer = StructuredFieldValueSerializer()
        let written = try? serializer.writeListFieldValue([
            .innerList(InnerList(bareInnerList: list, parameters: parameters))
        ])
        guard let written else { preconditionFailure("only what was parsed, or is ASCII and within range") }
        return String(decoding: written, as: UTF8.self)
    }
}
