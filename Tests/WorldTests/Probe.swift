import CRDT
import ChangeLog
import Inbox
import Storage

/// One write that somebody tries, and what it says in the words of the reference page.
struct Probe {
    let kind: Schema.Root
    let field: Schema.Field
    let action: Operation.Action
    let content: Content

    /// What is written, as the page would have it: "-" is nothing.
    enum Content {
        case value(String)
        /// By column, and by "natural id" and "own position".
        case element([String: String])
        case mark
    }

    var name: String { "\(kind.name).\(field.name)" }
    var operation: Operation { Operation(field: field.number, action: action) }

    /// What there is to try on a field: each word of the inbox, and nothing, and what is of another type; for elements
    /// every sender, live or imported, with and without what only some may add.
    ///
    /// - Parameter dot: under which the label "there" is in every set.
    static func all(on field: Schema.Field, of kind: Schema.Root, dot: ChangeID) -> [Probe] {
        let probe = { (action: Operation.Action, content: Content) in
            Probe(kind: kind, field: field, action: action, content: content)
        }
        switch field.kind {
        case .register(let type):
            return values(of: type).map { probe(.write($0), .value(type.page($0))) }
        case .causalRegister(let type):
            return values(of: type).map { probe(.set($0, basis: .everything), .value(type.page($0))) }
        case .set(let type):
            let (new, there) = (member("vip", of: type), member("there", of: type))
            return [
                probe(.add(new), .value(type.page(new))),
                probe(.remove(there, dots: [dot]), .value(type.page(there))),
            ]
        case .sequence(let columns, _):
            return elements(columns).map { probe(.append($0), .element(page($0, columns))) }
        case .mark: return [probe(.raise(.everything), .mark)]
        }
    }

    /// Something that a set of that type takes.
    static func member(_ name: String, of type: Schema.ColumnType) -> Value {
        switch type {
        case .text: .text(name)
        case .bytes: .bytes(Array(name.utf8))
        case .integer: .integer(Int64(name.utf8.count))
        }
    }

    private static let words: [Value] =
        (ConversationStatus.allCases.map(\.rawValue) + LeadStatus.allCases.map(\.rawValue)
        + ["on", "manual", "escalation", "Anna"]).map(Value.text)

    private static func values(of type: Schema.ColumnType) -> [Value] {
        switch type {
        case .text: words + [.null, .integer(1)]
        case .integer: [.integer(0), .integer(50), .null, .text("50")]
        case .bytes: [.bytes([1, 2]), .null, .text("x")]
        }
    }

    private static func elements(_ columns: [Schema.Column]) -> [Element] {
        let senders: [Value] = (0...5).map { .integer($0) } + [.null, .text("1")]
        let ages: [Value] = [.null, .integer(1), .integer(0), .text("1")]
        let others: [(inout [String: Value], inout Element) -> Void] = [
            { _, _ in }, { _, element in element.id = ElementID(high: 1, low: 1) },
            { _, element in element.position = Stamp(milliseconds: 1, counter: 0) },
            { values, _ in values["author"] = .text("Maya") }, { values, _ in values["timeless"] = .integer(1) },
            { values, _ in values["provider"] = .text("wamid.1") }, { values, _ in values["details"] = .text("{}") },
            { values, _ in values["kind"] = .integer(1) },
        ]
        return senders.flatMap { sender in
            ages.flatMap { age in
                others.map { add in
                    var values: [String: Value] = ["sender": sender, "historic": age, "text": .text("Hello")]
                    var element = Element(fields: [])
                    add(&values, &element)
                    element.fields = columns.compactMap { column in
                        values[column.name].flatMap { $0 == .null ? nil : .init(column.number, $0) }
                    }
                    return element
                }
            }
        }
    }

    private static func page(_ element: Element, _ columns: [Schema.Column]) -> [String: String] {
        var page = [
            "natural id": element.id == nil ? "-" : "any", "own position": element.position == nil ? "-" : "any",
        ]
        for column in columns {
            let value = element.fields.first { $0.number == column.number }?.value ?? .null
            page[column.name] = column.type.page(value)
        }
        return page
    }
}

extension Schema.ColumnType {
    /// As the page writes a value that is stored; of another type nothing is.
    fileprivate func page(_ value: Value) -> String {
        switch (self, value) {
        case (.integer, .integer(let number)): String(number)
        case (.text, .text(let text)): text
        case (.bytes, .bytes(let bytes)): "\(bytes)"
        default: "-"
        }
    }
}
