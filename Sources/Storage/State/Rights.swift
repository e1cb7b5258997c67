public import ChangeLog

/// The rights to write one kind of root, worked out from its fields' writers once, so that judging an operation looks
/// nothing up in a set or dictionary and allocates nothing: merging asks for every operation there is.
struct Rights: Sendable {
    /// The fields' numbers; what follows is in the same order.
    private let numbers: [UInt64]
    private let rows: [Row]

    /// The rights to one field.
    private struct Row: Sendable {
        /// May write anything.
        var free = Roles()
        /// May write what their limit says.
        var limited = Roles()
        /// For those limited, by role.
        var limits: [Limit?] = []
    }

    init(_ fields: [Schema.Field]) {
        numbers = fields.map(\.number)
        rows = fields.map { field in
            var row = Row()
            row.limits = Array(repeating: nil, count: Roles.count)
            for role in Role.allCases where field.writers.contains(role) {
                guard let only = field.writers.only[role] else {
                    row.free.insert(role)
                    continue
                }
                row.limited.insert(role)
                row.limits[Roles.index(of: role)] = Limit(only, on: field.kind)
            }
            return row
        }
    }

    /// Whether a role may do what an operation says. What is unknown here, be it the field or the operation, has no
    /// effect and so needs no right.
    func permit(_ operation: Operation, as role: Role) -> Bool {
        guard let index = numbers.firstIndex(of: operation.field) else { return true }
        if rows[index].free.contains(role) { return true }
        if case .unknown = operation.action { return true }
        guard rows[index].limited.contains(role) else { return false }
        return rows[index].limits[Roles.index(of: role)]?.allows(operation.action) ?? false
    }
}

extension Schema.Root {
    /// Whether a role may do what an operation says: from the role and the operation alone, so that every replica comes
    /// to the same answer, whatever else it holds.
    public func permits(_ operation: Operation, as role: Role) -> Bool { rights.permit(operation, as: role) }

    /// Whether a role may do all that a segment says; if not, nothing of it has effect.
    func permits(_ segment: Segment, as role: Role) -> Bool {
        segment.operations.allSatisfy { rights.permit($0, as: role) }
    }
}

/// A set of roles, as bits.
private struct Roles: Sendable {
    /// One more than the highest role's index.
    static let count = Role.allCases.reduce(0) { max($0, index(of: $1) + 1) }
    private var bits: UInt64 = 0

    static func index(of role: Role) -> Int { Int(role.rawValue) }

    func contains(_ role: Role) -> Bool { bits & 1 << UInt64(role.rawValue) != 0 }

    mutating func insert(_ role: Role) { bits |= 1 << UInt64(role.rawValue) }
}

/// What a limited role may do to a field. An operation of another kind than the field's has no effect, and is not
/// judged.
private enum Limit: Sendable {
    case register([Value], Schema.ColumnType)
    case causalRegister([Value], Schema.ColumnType)
    case set([Value], Schema.ColumnType)
    case sequence([Shape])

    /// An element's shape, with the columns by number.
    struct Shape: Sendable {
        let mayBeNamed: Bool
        let mayBePlaced: Bool
        let columns: [Column]
    }

    struct Column: Sendable {
        let number: UInt64
        let type: Schema.ColumnType
        let values: [Value]
    }

    /// A limit that does not go with the field's kind, or names no column of it, is a bug in the schema.
    init(_ limit: Schema.Limit, on kind: Schema.Kind) {
        switch (kind, limit) {
        case (.register(let type), .values(let values)): self = .register(values, type)
        case (.causalRegister(let type), .values(let values)): self = .causalRegister(values, type)
        case (.set(let type), .values(let values)): self = .set(values, type)
        case (.sequence(let columns, _), .shapes(let shapes)):
            self = .sequence(shapes.map { Shape($0, among: columns) })
        default: preconditionFailure("no such limit on a \(kind.text)")
        }
    }

    func allows(_ action: Operation.Action) -> Bool {
        switch (self, action) {
        case (.register(let values, let type), .write(let value)),
            (.causalRegister(let values, let type), .set(let value, _)):
            return values.contains(type.stored(value))
        case (.set(let values, let type), .add(let value)), (.set(let values, let type), .remove(let value, _)):
            return !type.accepts(value) || values.contains(value)
        case (.sequence(let shapes), .append(let element)): return shapes.contains { $0.fits(element) }
        default: return true
        }
    }
}

extension Limit.Shape {
    init(_ shape: Schema.Shape, among columns: [Schema.Column]) {
        (mayBeNamed, mayBePlaced) = (shape.mayBeNamed, shape.mayBePlaced)
        self.columns = columns.compactMap { column in
            shape.columns[column.name].map { Limit.Column(number: column.number, type: column.type, values: $0) }
        }
        precondition(self.columns.count == shape.columns.count, "no such column for \(shape.name)")
    }

    func fits(_ element: Element) -> Bool {
        guard mayBeNamed || element.id == nil, mayBePlaced || element.position == nil else { return false }
        return columns.allSatisfy { $0.values.contains($0.type.stored($0.value(in: element))) }
    }
}

extension Limit.Column {
    func value(in element: Element) -> Value { element.fields.first { $0.number == number }?.value ?? .null }
}
