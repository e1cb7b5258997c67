public import ChangeLog

/// Every field of every root, declared once. Tables, merging, digest and rights derive from it; nothing about a field
/// is written anywhere else.
public struct Schema: Sendable {
    /// Rises with every field that is added. A released field's kind and writers never change.
    public let version: Int
    /// The kinds of root.
    public let roots: [Root]

    /// A schema.
    public init(version: Int, roots: [Root]) { (self.version, self.roots) = (version, roots) }

    /// A kind of root.
    public struct Root: Sendable {
        /// Its number on the wire.
        public let number: UInt64
        /// Its name, which is its table's.
        public let name: String
        /// What it stands for, in a sentence.
        public let about: String
        /// Its fields.
        public let fields: [Field]
        /// What the fields' writers come to.
        let rights: Rights

        /// A kind of root.
        public init(_ number: UInt64, _ name: String, about: String = "", fields: [Field]) {
            (self.number, self.name, self.about, self.fields) = (number, name, about, fields)
            rights = Rights(fields)
        }
    }

    /// A field of a root.
    public struct Field: Sendable {
        /// Its number on the wire.
        public let number: UInt64
        /// Its name, which is its column's or part of its table's.
        public let name: String
        /// How writes merge.
        public let kind: Kind
        /// Who may write what into it.
        public let writers: Writers
        /// Of a causal register: the roles whose writes take no other role's away, and stand beside them.
        public let yielding: Set<Role>
        /// The schema version that brought it.
        public let since: Int
        /// What it holds, in a sentence.
        public let about: String

        /// A field.
        public init(
            _ number: UInt64, _ name: String, _ kind: Kind, writers: Writers, yielding: Set<Role> = [], since: Int = 1,
            about: String = ""
        ) {
            (self.number, self.name, self.kind) = (number, name, kind)
            (self.writers, self.yielding) = (writers, yielding)
            (self.since, self.about) = (since, about)
        }
    }

    /// The CRDT that a field is.
    public enum Kind: Sendable {
        /// Last writer wins. A value of another type is stored as null.
        case register(ColumnType)
        /// All values that no later write has seen. A value of another type is stored as null.
        case causalRegister(ColumnType)
        /// Adds win over concurrent removes. A value of another type is no member.
        case set(ColumnType)
        /// Append-only, in the order of a stored position. `marked` tells, as an SQL condition on the columns, which
        /// elements high-water marks count; nil where there are no such marks.
        case sequence([Column], marked: String?)
        /// For each person, how much of the sequence of that name they have seen.
        case mark(over: String)
    }

    /// A column of a sequence's elements.
    public struct Column: Sendable {
        /// Its number on the wire.
        public let number: UInt64
        /// Its name.
        public let name: String
        /// What it holds; a value of another type is stored as null.
        public let type: ColumnType
        /// What it means, in a sentence.
        public let about: String
        /// Whether elements of a root are looked for by it.
        public let isIndexed: Bool

        /// A column.
        public init(_ number: UInt64, _ name: String, _ type: ColumnType, isIndexed: Bool = false, about: String = "") {
            (self.number, self.name, self.type, self.about) = (number, name, type, about)
            self.isIndexed = isIndexed
        }
    }

    /// What a field or column holds: readers rely on it, whatever others send.
    public enum ColumnType: String, Sendable {
        /// A signed integer.
        case integer
        /// Unicode text.
        case text
        /// Bytes.
        case bytes
    }
}

extension Schema {
    /// The kind of root with that number.
    func root(_ number: UInt64) -> Root? { roots.first { $0.number == number } }
}

extension Schema.Root {
    /// The field with that number.
    func field(_ number: UInt64) -> Schema.Field? { fields.first { $0.number == number } }

    /// The field of that name. Asking for one that was not declared is a bug.
    public func field(named name: String) -> Schema.Field {
        guard let field = fields.first(where: { $0.name == name }) else {
            preconditionFailure("no field \(name) in \(self.name)")
        }
        return field
    }

    /// The current writes of all causal registers of this root.
    var currentTable: String { "\(name)_current" }
    /// The members of all sets of this root, a row a dot.
    var setTable: String { "\(name)_set" }
    /// The high-water marks of this root.
    var markTable: String { "\(name)_mark" }
    /// The elements of one sequence of this root.
    func sequenceTable(_ field: String) -> String { "\(name)_\(field)" }
}

extension Schema.ColumnType {
    func accepts(_ value: Value) -> Bool {
        switch (self, value) {
        case (.integer, .integer), (.text, .text), (.bytes, .bytes): true
        default: false
        }
    }

    /// What is stored of a value: nothing in place of one of another type.
    func stored(_ value: Value) -> Value { accepts(value) ? value : .null }
}
