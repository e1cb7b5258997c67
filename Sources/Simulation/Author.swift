import CRDT
import ChangeLog
import Inbox
import Storage

/// Makes up what somebody does at a replica: mostly what the inbox's own commands might write, now and then what only
/// a changed program would.
///
/// Few roots and few values, so that people are in each other's way.
struct Author {
    /// The conversation and lead that everyone works on, and one more.
    static let targets = [
        Target(kind: InboxSchema.conversation, root: RootID(high: 1, low: 1)),
        Target(kind: InboxSchema.conversation, root: RootID(high: 1, low: 2)),
        Target(kind: InboxSchema.lead, root: RootID(high: 2, low: 1)),
    ]

    /// What the schema's `marked` condition of messages says: a customer's, and not imported.
    static func isCounted(_ values: [String: Value]) -> Bool {
        values["sender"] == .integer(Sender.customer.rawValue) && values["historic"] == .null
    }

    /// A root, of which kind.
    struct Target {
        let kind: Schema.Root
        let root: RootID
    }

    let role: Role
    let tables: StateTables
    /// Every change that anybody wrote: what only a crafted change can name all of.
    let history: [Change]

    /// At most one operation for each field of a root: what two of them mean is not the question here.
    func draft(in transaction: Transaction, _ dice: inout Dice) throws -> Draft {
        var draft = Draft()
        for target in dice.shuffled(Self.targets).prefix(dice.number(1...2)) {
            // Now and then without regard to rights: then none of the segment may count, for anybody.
            let isCareless = dice.once(in: 20)
            let allowed = target.kind.fields.filter { isCareless || $0.writers.contains(role) }
            var operations: [Operation] = []
            for field in fields(among: allowed, dice.number(1...4), &dice) {
                let limit = isCareless ? nil : field.writers.only[role]
                let action = try action(on: field, of: target, within: limit, transaction, &dice)
                operations.append(Operation(field: field.number, action: action))
            }
            guard !operations.isEmpty else { continue }
            draft.segments.append(Segment(kind: target.kind.number, root: target.root, operations: operations))
        }
        return draft
    }

    /// A kind first, and then a field of that kind: registers are many, and would crowd out the others. Of each kind
    /// there are two, so that people meet on them.
    private func fields(among allowed: [Schema.Field], _ count: Int, _ dice: inout Dice) -> [Schema.Field] {
        var left = Set(allowed.map(\.kind.number)).sorted().flatMap { kind in
            allowed.filter { $0.kind.number == kind }.prefix(2)
        }
        var chosen: [Schema.Field] = []
        while chosen.count < count, !left.isEmpty {
            let kind = dice.pick(Set(left.map(\.kind.number)).sorted())
            let field = dice.pick(left.filter { $0.kind.number == kind })
            chosen.append(field)
            left.removeAll { $0.number == field.number }
        }
        return chosen
    }

    private func action(
        on field: Schema.Field, of target: Target, within limit: Schema.Limit?, _ transaction: Transaction,
        _ dice: inout Dice
    ) throws -> Operation.Action {
        switch field.kind {
        case .register(let type): return .write(value(type, within: limit, &dice))
        case .causalRegister(let type):
            return .set(value(type, within: limit, &dice), basis: try basis(target.root, transaction, &dice))
        case .set(let type):
            let label = value(type, among: ["vip", "late"], &dice)
            guard dice.once(in: 2) else { return .add(label) }
            let name = FieldName(target.kind.name, target.root, field.name)
            return .remove(label, dots: try dots(of: label, name, field, transaction, &dice))
        case .sequence(let columns, _):
            return .append(try message(columns, in: target.root, within: limit, transaction, &dice))
        case .mark: return .raise(try basis(target.root, transaction, &dice))
        }
    }

    // MARK: Values

    private func value(_ type: Schema.ColumnType, within limit: Schema.Limit?, _ dice: inout Dice) -> Value {
        if case .values(let values) = limit { return dice.pick(values) }
        let values: [Value] = [
            .text(dice.pick(["active", "human_needed", "closed", "new", "manual", "anna"])),
            .integer(dice.number(0...100)), .bytes(dice.pick(Self.targets).root.bytes), .null,
        ]
        // Readers rely on a field's type, whatever others send.
        return dice.once(in: 10) ? dice.pick(values) : values.first { type.holding($0) == $0 && $0 != .null } ?? .null
    }

    /// One of a few members that a set of that type takes.
    private func value(_ type: Schema.ColumnType, among names: [String], _ dice: inout Dice) -> Value {
        let name = dice.pick(names)
        return type.holding(.bytes(Array(name.utf8))) == .null ? .text(name) : .bytes(Array(name.utf8))
    }

    private func message(
        _ columns: [Schema.Column], in root: RootID, within limit: Schema.Limit?, _ transaction: Transaction,
        _ dice: inout Dice
    ) throws -> Element {
        var shape = Schema.Shape("anything", mayBeNamed: true, mayBePlaced: true, columns: [:])
        if case .shapes(let shapes) = limit { shape = dice.pick(shapes) }
        let content: [String: Value] = [
            "sender": .integer(dice.number(0...3)), "kind": .integer(0),
            "text": .text("message \(dice.number(0...999))"), "historic": dice.once(in: 3) ? .integer(1) : .null,
        ]
        let fields = columns.compactMap { column -> Element.Field? in
            let value = shape.columns[column.name].map { dice.pick($0) } ?? content[column.name]
            return value.map { Element.Field(column.number, $0) }
        }
        // Two people may import one file. Live messages have one gateway, so they are created once: see "What is not
        // there yet" in ARCHITECTURE on what marks make of two.
        let isImported = fields.contains(Element.Field(5, .integer(1)))
        let id = isImported && shape.mayBeNamed ? ElementID(high: 7, low: dice.pick([1, 3])) : nil
        let isPlaced = shape.mayBePlaced && dice.once(in: 3) && !history.isEmpty
        let position = isPlaced ? dice.pick(history).stamp : nil
        let basis = try basis(root, transaction, &dice)
        return Element(id: id, position: position, basis: basis, fields: fields)
    }

    // MARK: What was seen

    /// What was on the screen, or all, or nothing; now and then what cannot have been.
    private func basis(_ root: RootID, _ transaction: Transaction, _ dice: inout Dice) throws -> Basis {
        switch dice.number(0...5) {
        case 0: return .nothing
        case 1: return .everything
        case 2 where !history.isEmpty:
            let named = (0..<dice.number(1...3)).map { _ in dice.pick(history).asCause }
            let headByReplica = Dictionary(named.map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
            return .heads(headByReplica.values.sorted())
        default: return try transaction.basis(of: root, token: nil, otherwise: .everything)
        }
    }

    /// The adds that hold a label here; now and then also some that this replica cannot know of.
    private func dots(
        of label: Value, _ name: FieldName, _ field: Schema.Field, _ transaction: Transaction, _ dice: inout Dice
    ) throws -> [ChangeID] {
        let seen = try tables.dots(of: label, in: name, transaction.database)
        guard dice.once(in: 2) else { return seen }
        let adds = history.filter { change in
            change.segments.contains { segment in
                segment.root == name.root
                    && segment.operations.contains { $0.field == field.number && $0.action == .add(label) }
            }
        }
        // The latest ones are the least likely to have come here.
        let others = adds.map(\.id).filter { !seen.contains($0) }
        return Set(seen + dice.some(of: others.suffix(4))).sorted()
    }
}

extension Schema.Kind {
    /// Tells kinds apart, whatever they hold.
    fileprivate var number: Int {
        switch self {
        case .register: 0
        case .causalRegister: 1
        case .set: 2
        case .sequence: 3
        case .mark: 4
        }
    }
}
