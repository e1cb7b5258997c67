import CRDT
import ChangeLog
import Inbox
import Storage

/// Who wrote what, in words that derive from the schema: field names, kinds, values cut short.
struct OperationWords {
    /// How many columns of a value are shown.
    private static let valueWidth = 60
    private let people: People

    init(_ people: People) { self.people = people }

    // MARK: Who

    /// A member by the name their person goes by now; a gateway or relay by its role.
    func name(of member: Member?) -> String {
        guard let member else { return "a stranger" }
        if let person = people.person(member.person) { return safe(person.name) }
        return safe(member.name.isEmpty ? "the \(member.role.name)" : "\(member.name) (\(member.role.name))")
    }

    /// Who wrote a change, from which device, as its how-manieth.
    func author(of change: ChangeRecord) -> String {
        "\(name(of: change.author)) (device \(change.replica.text.prefix(8)), no. \(change.number))"
    }

    // MARK: What

    func words(_ record: OperationRecord) -> String {
        let field = record.field?.name ?? "unknown field \(record.operation.field)"
        switch record.operation.action {
        case .write(let value): return "sets \(field) to \(text(value))"
        case .set(let value, let basis): return "sets \(field) to \(text(value))\(words(basis))"
        case .add(let value): return "adds \(text(value)) to \(field)"
        case .remove(let value, let dots):
            return "removes \(text(value)) from \(field), as added \(dots.count == 1 ? "once" : "\(dots.count) times")"
        case .append(let element): return "adds to \(field): \(words(element, id: record.element, of: record.field))"
        case .raise(let basis): return "raises \(field)\(basis == .nothing ? " to nothing" : words(basis))"
        case .unknown(let code, let payload):
            return "does to \(field) what this version does not know (code \(code), \(payload.count) bytes)"
        }
    }

    /// Why an operation takes no effect; nil where it does.
    func objection(_ standing: OperationRecord.Standing) -> String? {
        switch standing {
        case .stands: nil
        case .idle: "no effect: its change has none"
        case .stranger: "no effect: its author is no member"
        case .forbidden(let role): "no effect: the role \(role.name) does not allow it"
        case .unknownRoot: "no effect yet: this version does not know what it is about"
        case .unknownField: "no effect yet: this version does not know the field"
        case .misfit: "no effect: the field takes nothing of that kind"
        }
    }

    static func effect(_ effect: ChangeRecord.Effect) -> String? {
        switch effect {
        case .counts: nil
        case .void: "without effect, for ever: it is stamped no later than what it had seen"
        case .copy: "without effect: a copy of it counts"
        case .cut: "without effect for now: its author was cut off, or is not admitted yet"
        }
    }

    private func words(_ basis: Basis) -> String {
        switch basis {
        case .nothing: ""
        case .everything: ", having been shown everything it builds on"
        case .heads(let heads): ", having been shown the conversation up to \(Plural.of(heads.count, "change"))"
        }
    }

    private func words(_ element: Element, id: ElementID?, of field: Schema.Field?) -> String {
        var columns: [Schema.Column] = []
        if case .sequence(let declared, _) = field?.kind { columns = declared }
        let values = element.fields.map { value in
            let name = columns.first { $0.number == value.number }?.name ?? "unknown \(value.number)"
            return "\(name) \(text(value.value))"
        }
        let at = element.position.map { [" at \(Self.time($0.milliseconds))"] } ?? []
        return "\(id?.text.prefix(8) ?? "")\(at.joined()), \(values.joined(separator: ", "))"
    }

    /// A value cut short. Sixteen bytes are an id, mostly: a person's is shown as the name.
    func text(_ value: Value) -> String {
        switch value {
        case .null: return "nothing"
        case .integer(let number): return "\(number)"
        case .text(let text):
            let start = String(text.prefix(4 * Self.valueWidth))
            return "\"\(TerminalText.truncated(safe(start), to: Self.valueWidth))\""
        case .bytes(let bytes):
            guard let id = ChangeID(bytes: bytes) else {
                return "\(Base32.text(bytes.prefix(5)))… (\(bytes.count) bytes)"
            }
            return people.person(id).map { safe($0.name) } ?? String(id.text.prefix(8))
        }
    }

    static func time(_ milliseconds: UInt64) -> String { Instant.text(milliseconds: Int64(clamping: milliseconds)) }

    private func safe(_ text: String) -> String { TerminalText.safe(text, multiline: false) }
}

extension Operation.Action {
    /// Kebab-case, for programs.
    var name: String {
        switch self {
        case .write: "write"
        case .set: "set"
        case .add: "add"
        case .remove: "remove"
        case .append: "append"
        case .raise: "raise"
        case .unknown: "unknown"
        }
    }
}

extension Operation.Action {
    /// The one value in it, if there is one.
    fileprivate var value: Value? {
        switch self {
        case .write(let value), .set(let value, _), .add(let value), .remove(let value, _): value
        case .append, .raise, .unknown: nil
        }
    }
}

extension JSONOutput {
    /// A value, texts cut after 200 characters, bytes in base32.
    fileprivate init(short value: ChangeLog.Value) {
        switch value {
        case .null: self = .null
        case .integer(let number): self = .integer(number)
        case .text(let text): self = .string(text.count > 200 ? "\(text.prefix(200))…" : text)
        case .bytes(let bytes): self = .string(Base32.text(bytes.prefix(32)))
        }
    }
}

extension OperationRecord.Standing {
    /// Kebab-case, for programs.
    var name: String {
        switch self {
        case .stands: "stands"
        case .idle: "idle"
        case .stranger: "stranger"
        case .forbidden: "forbidden"
        case .unknownRoot: "unknown-root"
        case .unknownField: "unknown-field"
        case .misfit: "misfit"
        }
    }
}

extension JSONOutput {
    /// A change's facts, as the first keys of an object.
    static func keys(of change: ChangeRecord, by words: OperationWords) -> [(String, JSONOutput)] {
        [
            ("change", .string(change.id.text)), ("replica", .string(change.replica.text)),
            ("number", JSONOutput(change.number)), ("device", .string(change.replica.device.text)),
            ("author", JSONOutput(change.author.map { _ in words.name(of: change.author) })),
            ("role", JSONOutput(change.author?.role.name)),
            ("claimed", .string(OperationWords.time(change.stamp.milliseconds))),
            ("received", .string(OperationWords.time(change.received))),
            ("effect", .string(change.effect.rawValue)), ("sealed", .bool(change.isSealed)),
        ]
    }

    /// An operation's facts, as the first keys of an object.
    static func keys(of record: OperationRecord, by words: OperationWords) -> [(String, JSONOutput)] {
        [
            ("field", JSONOutput(record.field?.name)), ("kind", JSONOutput(record.field?.kind.text)),
            ("action", .string(record.operation.action.name)),
            ("value", record.operation.action.value.map(JSONOutput.init(short:)) ?? .null),
            ("element", JSONOutput(record.element?.text)),
            ("standing", .string(record.standing.name)), ("words", .string(words.words(record))),
        ]
    }
}
