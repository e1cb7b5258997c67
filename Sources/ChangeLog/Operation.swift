public import CRDT

/// One write on one CRDT field of a root.
public struct Operation: Hashable, Sendable {
    /// The field's number in its root; unknown ones are kept and have no effect.
    public let field: UInt64
    /// What is done to it.
    public let action: Action

    /// An operation on a field.
    public init(field: UInt64, action: Action) { (self.field, self.action) = (field, action) }

    /// What an operation can do. Each belongs to one CRDT kind; on a field of another kind it has no effect.
    public enum Action: Hashable, Sendable {
        /// Writes a register.
        case write(Value)
        /// Writes a causal register; the basis says what its author had been shown.
        case set(Value, basis: Basis)
        /// Adds to an observed-remove set, under the change's own id as the dot.
        case add(Value)
        /// Takes back the adds named by their dots.
        case remove(Value, dots: [ChangeID])
        /// Appends to a causal sequence.
        case append(Element)
        /// Raises a person's high-water marks to what the basis holds.
        case raise(Basis)
        /// Of a later version: kept and forwarded, without effect.
        case unknown(code: UInt64, payload: [UInt8])
    }
}

/// An element on its way into a sequence.
public struct Element: Hashable, Sendable {
    /// A natural id where two replicas may create the same thing; otherwise nil, and it derives from the change. One that
    /// is not ``ElementID/isNatural`` is refused.
    public var id: ElementID?
    /// Where it stands, at most the change's stamp; nil is the stamp itself.
    public var position: Stamp?
    /// What its author had been shown.
    public var basis: Basis
    /// Field numbers, rising, with their values; a field left out is null.
    public var fields: [Field]

    /// One field of an element.
    public struct Field: Hashable, Sendable {
        /// Its number in the sequence's declaration.
        public let number: UInt64
        /// What it holds.
        public let value: Value
        /// A field.
        public init(_ number: UInt64, _ value: Value) { (self.number, self.value) = (number, value) }
    }

    /// An element.
    public init(id: ElementID? = nil, position: Stamp? = nil, basis: Basis = .nothing, fields: [Field]) {
        (self.id, self.position, self.basis) = (id, position, basis)
        self.fields = fields.filter { $0.value != .null }.sorted { $0.number < $1.number }
    }
}

extension ElementID {
    /// The id of an element that has no natural one: from its change, and the operation's place in it.
    ///
    /// - Parameters:
    ///   - body: which body of the change, from 0.
    ///   - operation: which operation of that body, from 0.
    public init(change: ChangeID, body: Int, operation: Int) {
        var writer = ByteWriter()
        writer.identifier(change)
        writer.integer(body)
        writer.integer(operation)
        self.init(digest: Digest.of(writer.bytes, domain: "nexus element", byteCount: 16), isNatural: false)
    }

    /// The id of an element that is named by what it stands for outside, so that two replicas name it alike.
    ///
    /// - Parameter digest: sixteen bytes that follow from what it stands for.
    public init(naturally digest: [UInt8]) { self.init(digest: digest, isNatural: true) }

    /// Whether it is one that an author may give. Else it is one that derives from a change: nobody can name the element
    /// that somebody else is about to make, so nobody can be there first.
    public var isNatural: Bool { low & 1 == 1 }

    /// The last bit tells which kind it is: beginnings, by which people and programs name things, stay evenly spread.
    private init(digest: [UInt8], isNatural: Bool) {
        let drawn = ElementID(bytes: digest) ?? ElementID(high: 0, low: 0)
        self.init(high: drawn.high, low: isNatural ? drawn.low | 1 : drawn.low & ~1)
    }
}

extension ByteWriter {
    /// Field, code, length, payload: what a reader does not know, it can pass over.
    mutating func operation(_ operation: Operation) {
        var payload = ByteWriter()
        let code = payload.action(operation.action)
        integer(operation.field)
        integer(code)
        sized(payload.bytes)
    }

    private mutating func action(_ action: Operation.Action) -> UInt64 {
        switch action {
        case .write(let value):
            self.value(value)
            return 1
        case .set(let value, let basis):
            self.value(value)
            self.basis(basis)
            return 2
        case .add(let value):
            self.value(value)
            return 3
        case .remove(let value, let dots):
            self.value(value)
            identifiers(dots)
            return 4
        case .append(let element):
            self.element(element)
            return 5
        case .raise(let basis):
            self.basis(basis)
            return 6
        case .unknown(let code, let payload):
            raw(payload)
            return code
        }
    }

    private mutating func element(_ element: Element) {
        byte((element.id == nil ? 0 : 1) | (element.position == nil ? 0 : 2))
        if let id = element.id { identifier(id) }
        if let position = element.position { stamp(position) }
        basis(element.basis)
        integer(element.fields.count)
        for field in element.fields {
            integer(field.number)
            value(field.value)
        }
    }
}

extension ByteReader {
    /// Field, code, length, payload.
    mutating func operation() throws(FormatRejection) -> Operation {
        let field = try integer()
        let code = try integer()
        var payload = ByteReader(try sized(.change))
        let action = try payload.action(code)
        try payload.finish()
        return Operation(field: field, action: action)
    }

    private mutating func action(_ code: UInt64) throws(FormatRejection) -> Operation.Action {
        switch code {
        case 1: return .write(try value())
        case 2:
            let value = try value()
            return .set(value, basis: try basis())
        case 3: return .add(try value())
        case 4:
            let value = try value()
            return .remove(value, dots: try identifiers())
        case 5: return .append(try element())
        case 6: return .raise(try basis())
        default: return .unknown(code: code, payload: Array(try raw(remaining)))
        }
    }

    private mutating func element() throws(FormatRejection) -> Element {
        let flags = try byte()
        guard flags < 4 else { throw .unknownFormat(UInt64(flags)) }
        let id: ElementID? = flags & 1 == 0 ? nil : try identifier()
        guard id?.isNatural != false else { throw .outOfRange }
        let position = flags & 2 == 0 ? nil : try stamp()
        let basis = try basis()
        return Element(id: id, position: position, basis: basis, fields: try elementFields())
    }

    private mutating func elementFields() throws(FormatRejection) -> [Element.Field] {
        var fields: [Element.Field] = []
        for _ in 0..<(try count(.elementFields)) {
            let number = try integer()
            if let previous = fields.last, previous.number >= number { throw .notSorted }
            let value = try value()
            guard value != .null else { throw .outOfRange }
            fields.append(Element.Field(number, value))
        }
        return fields
    }
}
