import ChangeLog
import Storage

/// Who may write what, read off the schema's declaration: no table, no shortcut.
extension Schema.Root {
    /// Whether a role may do all that a segment says; one operation too many, and none of it counts.
    func mayWrite(_ segment: Segment, as role: Role) -> Bool {
        segment.operations.allSatisfy { operation in
            guard let field = fields.first(where: { $0.number == operation.field }) else { return true }
            if case .unknown = operation.action { return true }
            guard field.writers.any.union(field.writers.own).contains(role) else { return false }
            return field.writers.only[role]?.covers(operation.action, on: field.kind) ?? true
        }
    }
}

extension Schema.Limit {
    /// Whether what an operation would do is within this limit; it is, if that is nothing.
    fileprivate func covers(_ action: Operation.Action, on kind: Schema.Kind) -> Bool {
        switch (self, kind, action) {
        case (.values(let values), .register(let type), .write(let value)): values.contains(type.holding(value))
        case (.values(let values), .causalRegister(let type), .set(let value, _)):
            values.contains(type.holding(value))
        case (.values(let values), .set(let type), .add(let value)),
            (.values(let values), .set(let type), .remove(let value, _)):
            type.holding(value) != value || value == .null || values.contains(value)
        case (.shapes(let shapes), .sequence(let columns, _), .append(let element)):
            shapes.contains { $0.covers(element, columns) }
        default: true
        }
    }
}

extension Schema.Shape {
    fileprivate func covers(_ element: Element, _ columns: [Schema.Column]) -> Bool {
        guard element.id == nil || mayBeNamed, element.position == nil || mayBePlaced else { return false }
        return columns.allSatisfy { column in
            guard let values = self.columns[column.name] else { return true }
            let written = element.fields.first { $0.number == column.number }?.value ?? .null
            return values.contains(column.type.holding(written))
        }
    }
}
