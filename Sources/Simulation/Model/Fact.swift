package import CRDT
package import ChangeLog

/// Names one field of one root.
package struct FieldName: Hashable, Sendable {
    /// The kind of root, by its name in the schema.
    package let kind: String
    /// Which root.
    package let root: RootID
    /// The field, by its name in the schema.
    package let field: String

    /// A field of a root.
    package init(_ kind: String, _ root: RootID, _ field: String) {
        (self.kind, self.root, self.field) = (kind, root, field)
    }
}

/// One thing that a merged state says. Tables and model are both read as sets of facts, so that two states can be
/// compared whatever they are made of, and a difference can be read.
package enum Fact: Hashable, Sendable {
    /// There is a root of that kind.
    case root(kind: String, RootID)
    /// A register holds this since then.
    case register(FieldName, Value, Stamp)
    /// A causal register holds this, among others perhaps.
    case current(FieldName, Value, Stamp, ChangeID)
    /// A set holds this because of one add.
    case member(FieldName, Value, dot: ChangeID)
    /// A sequence holds this at that index, with its columns' values in the order of the schema.
    case element(FieldName, index: Int, ElementID, position: Stamp, [Value])
    /// A person has seen the elements of a chain up to this change, and of no later one that follows on it.
    case mark(FieldName, person: ChangeID, ChangeHash)
}

extension Fact: CustomStringConvertible {
    /// One line.
    package var description: String {
        switch self {
        case .root(let kind, let root): "\(kind) \(root.text)"
        case .register(let name, let value, let stamp): "\(name) = \(value) at \(stamp.packed)"
        case .current(let name, let value, let stamp, let change):
            "\(name) = \(value) at \(stamp.packed) by \(change.text)"
        case .member(let name, let value, let dot): "\(name) has \(value) by \(dot.text)"
        case .element(let name, let index, let id, let position, let values):
            "\(name) [\(index)] \(id.text) at \(position.packed) \(values)"
        case .mark(let name, let person, let change): "\(name) read by \(person.text) to \(change.text)"
        }
    }
}

extension FieldName: CustomStringConvertible {
    /// Kind, root, field.
    package var description: String { "\(kind) \(root.text) \(field)" }
}

extension Set<Fact> {
    /// What is here and not there (`+`), and what is there and not here (`-`); empty when both say the same.
    package func difference(from expected: Set<Fact>) -> [String] {
        subtracting(expected).map { "+ \($0)" }.sorted() + expected.subtracting(self).map { "- \($0)" }.sorted()
    }
}
