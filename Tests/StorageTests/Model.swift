import CRDT
import ChangeLog

/// What the changes mean, worked out from the definitions with the plain values of `CRDT`: no table, no shortcut.
struct Model {
    private struct Key: Hashable {
        let replica: ReplicaID
        let number: UInt64

        init(_ replica: ReplicaID, _ number: UInt64) { (self.replica, self.number) = (replica, number) }
        init(_ cause: Cause) { self.init(cause.replica, cause.number) }
        init(_ change: Change) { self.init(change.replica, change.number) }
    }

    private struct Thing {
        var name: Register<Value>?
        var state = CausalRegister<Value>()
        var tags = ObservedRemoveSet<Value>()
        var entries = CausalSequence<[Value]>()
        var marks: [Mark: HighWaterMark] = [:]
        /// Every entry that marks count, by the change that made it.
        var counted: Set<Key> = []
    }

    private struct Mark: Hashable {
        let person: ChangeID
        let replica: ReplicaID
    }

    private var changesByKey: [Key: Change] = [:]
    private var keysByID: [ChangeID: Key] = [:]
    /// Each change's causal past, with the change itself.
    private var pastByKey: [Key: Set<Key>] = [:]
    private var thingsByRoot: [RootID: Thing] = [:]
    private let owner: DeviceID

    /// - Parameter changes: in an order in which causes come first.
    init(_ changes: [Change], owner: DeviceID) {
        self.owner = owner
        for change in changes { add(change) }
    }

    private mutating func add(_ change: Change) {
        let key = Key(change)
        var past = change.causes.reduce(into: Set<Key>()) { $0.formUnion(pastByKey[Key($1)] ?? []) }
        past.formUnion(pastByKey[Key(change.replica, change.number - 1)] ?? [])
        let isVoid = past.contains { changesByKey[$0].map { $0.stamp >= change.stamp } ?? false }
        past.insert(key)
        (pastByKey[key], changesByKey[key], keysByID[change.id]) = (past, change, key)
        guard !isVoid else { return }
        let person = person(of: change)
        for (body, segment) in change.segments.enumerated() where mayWrite(segment, change) {
            for (index, operation) in segment.operations.enumerated() {
                let id = ElementID(change: change.id, body: body, operation: index)
                apply(operation, to: segment, of: change, by: person, derived: id)
            }
        }
    }

    /// The founder's first change, or the others' keys: they were let in by them.
    private func person(of change: Change) -> ChangeID {
        if change.replica.device == owner { return changesByKey[Key(change.replica, 1)]?.id ?? change.id }
        let bytes = Digest.of(change.replica.device.bytes, domain: "nexus person", byteCount: 16)
        return ChangeID(bytes: bytes) ?? change.id
    }

    private func mayWrite(_ segment: Segment, _ change: Change) -> Bool {
        segment.kind == 1 || (segment.kind == 2 && change.replica.device == owner)
    }

    private mutating func apply(
        _ operation: Operation, to segment: Segment, of change: Change, by person: ChangeID, derived id: ElementID
    ) {
        let key = Key(change)
        let past = pastByKey[key] ?? []
        var thing = thingsByRoot[segment.root] ?? Thing()
        defer { thingsByRoot[segment.root] = thing }
        switch (segment.kind, operation.field, operation.action) {
        case (_, 1, .write(let value)):
            let write = Register(text(value), stamp: change.stamp, change: change.id)
            if thing.name == nil { thing.name = write } else { thing.name?.merge(write) }
        case (1, 2, .set(let value, _)):
            thing.state.apply(.init(text(value), stamp: change.stamp, change: change.id)) { hasSeen($0, past) }
        case (1, 3, .add(.text(let text))): thing.tags.add(.text(text), dot: change.id)
        case (1, 3, .remove(let value, let dots)): thing.tags.remove(value, dots: dots.filter { hasSeen($0, past) })
        case (1, 4, .append(let element)):
            let values = [1, 2].map { number -> Value in element.fields.first { $0.number == number }?.value ?? .null }
            thing.entries.append(
                .init(
                    id: element.id ?? id,
                    position: min(element.position ?? change.stamp, change.stamp), stamp: change.stamp,
                    change: change.id, content: values))
            if values[0] == .integer(0) { thing.counted.insert(key) }
        case (1, 5, .raise(let basis)):
            let seen = seen(in: basis, of: change, past)
            for counted in thing.counted.intersection(seen) {
                thing.marks[Mark(person: person, replica: counted.replica), default: HighWaterMark()]
                    .raise(to: counted.number)
            }
        default: break
        }
    }

    /// What the fields hold, all of them texts.
    private func text(_ value: Value) -> Value { value.text == nil ? .null : value }

    private func hasSeen(_ id: ChangeID, _ past: Set<Key>) -> Bool { keysByID[id].map(past.contains) ?? false }

    private func seen(in basis: Basis, of change: Change, _ past: Set<Key>) -> Set<Key> {
        switch basis {
        case .nothing: []
        case .everything: past
        case .heads(let heads):
            heads.filter { head in
                past.contains(Key(head)) && changesByKey[Key(head)]?.asCause == head
            }.reduce(into: []) { $0.formUnion(pastByKey[Key($1)] ?? []) }
        }
    }

    /// What the state tables have to say, sorted.
    var lines: [String] {
        thingsByRoot.flatMap { root, thing in
            var lines = [State.name(root, thing.name?.value ?? .null, thing.name?.stamp ?? .zero)]
            lines += thing.state.current.map { State.state(root, $0.value, $0.stamp, $0.change) }
            lines += thing.tags.members.flatMap { tag in thing.tags.dots(of: tag).map { State.tag(root, tag, $0) } }
            lines += thing.entries.elements.enumerated().map { State.entry(root, $0, $1.id, $1.content) }
            lines += thing.marks.map { State.mark(root, $0.person, $0.replica, $1.value) }
            return lines
        }.sorted()
    }
}
