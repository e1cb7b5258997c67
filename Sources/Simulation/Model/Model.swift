import CRDT
package import ChangeLog
package import Storage

/// What changes mean, worked out from the definitions with the plain values of `CRDT`: no table, no shortcut.
package struct Model {
    private struct Place: Hashable {
        let kind: UInt64
        let root: RootID
        let field: UInt64
    }

    private struct Mark: Hashable {
        let place: Place
        let person: ChangeID
    }

    private struct Member {
        let role: Role
        let person: ChangeID
    }

    private let schema: Schema
    private let history: CausalHistory
    private let isCounted: ([String: Value]) -> Bool
    private var memberByDevice: [DeviceID: Member] = [:]
    private var roots: Set<Place> = []
    private var registers: [Place: Register<Value>] = [:]
    private var causalRegisters: [Place: CausalRegister<Value>] = [:]
    private var sets: [Place: ObservedRemoveSet<Value>] = [:]
    private var sequences: [Place: CausalSequence<[Value]>] = [:]
    /// Of the elements that count: the changes that made them.
    private var read: [Mark: Set<Int>] = [:]
    private var effectiveByID: [ChangeID: Int] = [:]

    /// - Parameters:
    ///   - order: the indices of all changes, causes first. It must not matter. nil is the order of stamps, in which also
    ///     copies come right: the one that has effect may come later than what has seen another.
    ///   - isCounted: what the schema's `marked` conditions say in SQL, of an element's values by column.
    package init(
        _ history: CausalHistory, order: [Int]? = nil, schema: Schema, isCounted: @escaping ([String: Value]) -> Bool
    ) {
        (self.schema, self.history, self.isCounted) = (schema, history, isCounted)
        for index in order ?? history.stampOrder where history.hasEffect(index) { apply(index) }
    }

    private mutating func apply(_ index: Int) {
        let change = history.changes[index]
        effectiveByID[change.id] = index
        for act in change.acts { apply(act, of: change) }
        guard let member = memberByDevice[change.replica.device] else { return }
        for (body, segment) in change.segments.enumerated() {
            guard let kind = schema.roots.first(where: { $0.number == segment.kind }),
                kind.mayWrite(segment, as: member.role)
            else { continue }
            roots.insert(Place(kind: kind.number, root: segment.root, field: 0))
            for (number, operation) in segment.operations.enumerated() {
                guard let field = kind.fields.first(where: { $0.number == operation.field }) else { continue }
                let write = Write(
                    index: index, change: change, person: member.person, role: member.role, kind: kind,
                    root: segment.root,
                    field: field,
                    derived: ElementID(change: change.id, body: body, operation: number))
                apply(operation.action, write)
            }
        }
    }

    // MARK: Members

    /// Who came in how: by founding, by a grant of the device's own key, or by taking up an invitation.
    private mutating func apply(_ act: Act, of change: Change) {
        switch act {
        case .found: memberByDevice[change.replica.device] = Member(role: .owner, person: change.id)
        case .grant(let grant) where grant.isDevice:
            let id = Digest.of(grant.key.bytes, domain: "nexus person", byteCount: ChangeID.byteCount)
            let person = ChangeID(bytes: id) ?? change.id
            memberByDevice[grant.key] = Member(role: grant.role, person: person)
        case .join(let cause, _, _):
            guard let index = history.index(of: cause) else { return }
            for case .grant(let grant) in history.changes[index].acts {
                memberByDevice[change.replica.device] = Member(role: grant.role, person: change.id)
            }
        default: break
        }
    }

    // MARK: Fields

    /// One operation's circumstances.
    private struct Write {
        let index: Int
        let change: Change
        let person: ChangeID
        let role: Role
        let kind: Schema.Root
        let root: RootID
        let field: Schema.Field
        /// The id of an element that has no natural one.
        let derived: ElementID

        var place: Place { Place(kind: kind.number, root: root, field: field.number) }
    }

    private mutating func apply(_ action: Operation.Action, _ write: Write) {
        let (change, place) = (write.change, write.place)
        let hasSeen = { [history] (id: ChangeID) in history.hasSeen(id, from: write.index) }
        switch (write.field.kind, action) {
        case (.register(let type), .write(let value)):
            let new = Register(type.holding(value), stamp: change.stamp, change: change.id)
            registers[place, default: new].merge(new)
        case (.causalRegister(let type), .set(let value, _)):
            let new = CausalRegister.Write(
                type.holding(value), stamp: change.stamp, change: change.id,
                yields: write.field.yielding.contains(write.role))
            causalRegisters[place, default: .init()].apply(new, hasSeen: hasSeen)
        case (.set(let type), .add(let value)) where type.holding(value) == value && value != .null:
            sets[place, default: .init()].add(value, dot: change.id)
        case (.set, .remove(let value, let dots)):
            sets[place, default: .init()].remove(value, dots: dots.filter(hasSeen))
        case (.sequence(let columns, _), .append(let element)): append(element, columns, write)
        case (.mark(let sequence), .raise(let basis)): raise(basis, over: sequence, write)
        default: break
        }
    }

    private mutating func append(_ element: Element, _ columns: [Schema.Column], _ write: Write) {
        let change = write.change
        let content = columns.map { column in
            column.type.holding(element.fields.first { $0.number == column.number }?.value ?? .null)
        }
        sequences[write.place, default: .init()].append(
            .init(
                id: element.id ?? write.derived,
                position: min(element.position ?? change.stamp, change.stamp), stamp: change.stamp, change: change.id,
                content: content))
    }

    /// Every counted element that the basis holds has been seen; the mark keeps the newest of each chain.
    private mutating func raise(_ basis: Basis, over name: String, _ write: Write) {
        let sequence = write.kind.field(named: name)
        guard case .sequence(let columns, _) = sequence.kind else { return }
        let seen = seen(in: basis, write.index)
        let place = Place(kind: write.kind.number, root: write.root, field: sequence.number)
        for element in sequences[place]?.elements ?? [] {
            let values = Dictionary(uniqueKeysWithValues: zip(columns.map(\.name), element.content))
            guard isCounted(values), let index = effectiveByID[element.change], seen.contains(index) else { continue }
            read[Mark(place: write.place, person: write.person), default: []].insert(index)
        }
    }

    private func seen(in basis: Basis, _ index: Int) -> Set<Int> {
        let past = history.pasts[index]
        switch basis {
        case .nothing: return []
        case .everything: return past
        case .heads(let heads):
            return heads.compactMap(history.index).filter { past.contains($0) && $0 != index }.reduce(into: []) {
                $0.formUnion(history.pasts[$1])
            }
        }
    }
}

extension Schema.ColumnType {
    /// What a field of this type keeps of a value: nothing of one of another type.
    func holding(_ value: Value) -> Value {
        switch (self, value) {
        case (.integer, .integer), (.text, .text), (.bytes, .bytes): value
        default: .null
        }
    }
}

// MARK: Facts

extension Model {
    /// What the tables have to say.
    package var facts: Set<Fact> {
        var facts: Set<Fact> = []
        for place in roots { facts.insert(.root(kind: kind(of: place).name, place.root)) }
        for (place, register) in registers { facts.insert(.register(name(place), register.value, register.stamp)) }
        for (place, register) in causalRegisters {
            for write in register.current {
                facts.insert(.current(name(place), write.value, write.stamp, write.change))
            }
        }
        for (place, set) in sets {
            for member in set.members {
                for dot in set.dots(of: member) { facts.insert(.member(name(place), member, dot: dot)) }
            }
        }
        for (place, sequence) in sequences {
            for (index, element) in sequence.elements.enumerated() {
                facts.insert(
                    .element(name(place), index: index, element.id, position: element.position, element.content))
            }
        }
        for (mark, read) in read {
            for index in newest(of: read) {
                facts.insert(.mark(name(mark.place), person: mark.person, history.changes[index].hash))
            }
        }
        return facts
    }

    /// Those that no other one comes after in its chain: having read it implies them.
    private func newest(of read: Set<Int>) -> Set<Int> {
        read.filter { index in !read.contains { $0 != index && history.chain(of: $0, holds: index) } }
    }

    private func kind(of place: Place) -> Schema.Root {
        guard let kind = schema.roots.first(where: { $0.number == place.kind }) else {
            preconditionFailure("only roots of the schema are kept")
        }
        return kind
    }

    private func name(_ place: Place) -> FieldName {
        let kind = kind(of: place)
        guard let field = kind.fields.first(where: { $0.number == place.field }) else {
            preconditionFailure("only fields of the schema are kept")
        }
        return FieldName(kind.name, place.root, field.name)
    }
}
