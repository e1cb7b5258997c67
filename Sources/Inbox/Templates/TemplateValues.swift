/// Why words of a command line give no values.
public enum TemplateArgumentProblem: Error, Hashable, Sendable {
    /// The word of that index has no `=`, or nothing before it.
    case noName(index: Int)
    /// What stands before the `=` spells no place of a template.
    case badName(String)
    /// The same place twice.
    case repeated(TemplateSlot)
}

/// What goes into a template, by place. `TemplateSlot` says how places are spelled.
public struct TemplateValues: Hashable, Sendable {
    /// By place; whether the template has such a place, and takes the value, its checks say.
    public private(set) var bySlot: [TemplateSlot: String]

    /// As given.
    public init(_ bySlot: [TemplateSlot: String] = [:]) { self.bySlot = bySlot }

    /// - Parameter arguments: each `name=value`; only the first `=` divides, so that a value may have some.
    public init(arguments: [String]) throws(TemplateArgumentProblem) {
        bySlot = [:]
        for (index, argument) in arguments.enumerated() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let name = parts.first, !name.isEmpty, parts.count == 2 else { throw .noName(index: index) }
            guard let slot = TemplateSlot(spelling: name) else { throw .badName(name) }
            guard bySlot.updateValue(parts[1], forKey: slot) == nil else { throw .repeated(slot) }
        }
    }

    /// - Parameter canonicalJSON: as the property of that name writes it.
    /// - Returns: nil for anything else than texts under names of places.
    public init?(canonicalJSON: String) {
        guard case .object(let object) = JSONValue(json: Array(canonicalJSON.utf8)) else { return nil }
        bySlot = [:]
        for (name, value) in object {
            guard let slot = TemplateSlot(spelling: name), let text = value.text else { return nil }
            guard bySlot.updateValue(text, forKey: slot) == nil else { return nil }
        }
    }

    /// The examples of a template, to show it as its author meant it; what has none is missing.
    public init(examplesOf definition: TemplateDefinition) {
        bySlot = [:]
        for field in definition.fields { bySlot[field.slot] = definition.exampleValue(of: field) }
    }

    /// The value for a place.
    public subscript(slot: TemplateSlot) -> String? { bySlot[slot] }

    /// A JSON object with sorted keys, the names as they are spelled: the same for equal values.
    public var canonicalJSON: String {
        let pairs = bySlot.map { ($0.spelling, JSONValue.text($1)) }
        return JSONValue.object(Dictionary(pairs) { first, _ in first }).canonicalText
    }
}

extension TemplateDefinition {
    /// Of an address, Meta has the whole one as the example: what is before the variable is taken off.
    fileprivate func exampleValue(of field: TemplateField) -> String? {
        guard let example = field.example, case .button(let index) = field.slot, case .urlEnd = field.kind,
            case .url(let url) = buttons[index].action, case .text(let start) = url.pieces.first,
            example.hasPrefix(start)
        else { return field.example }
        return String(example.dropFirst(start.count))
    }
}
