import CRDT
import ChangeLog

/// What the changes mean, worked out from the definitions with the plain values of `CRDT`: no table, no shortcut.
struct Model {
    /// Names one change: two may have one number, or one id, but not one hash.
    private typealias Key = Cause

    private struct Thing {
        var name: Register<Value>?
        var state = CausalRegister<Value>()
        var tags = ObservedRemoveSet<Value>()
        var entries = CausalSequence<[Value]>()
        /// What each person has read of the entries that count, by the change that made it.
        var read: [ChangeID: Set<Key>] = [:]
        /// Every entry that marks count, by the change that made it.
        var counted: Set<Key> = []
    }

    private var changesByKey: [Key: Change] = [:]
    private var keysByHash: [ChangeHash: Key] = [:]
    private var copiesByID: [ChangeID: Set<Key>] = [:]
    private var void: Set<Key> = []
    /// Each change's causal past, with the change itself.
    private var pastByKey: [Key: Set<Key>] = [:]
    private var thingsByRoot: [RootID: Thing] = [:]
    private let owner: DeviceID

    /// - Parameter changes: in an order in which causes come first.
    init(_ changes: [Change], owner: DeviceID) {
        self.owner = owner
        for change in changes where changesByKey[change.asCause] == nil { add(change) }
        // A copy that comes later may be the one that has effect, so all have to be known first.
        for change in changes.sorted(by: { ($0.stamp, $0.hash) < ($1.stamp, $1.hash) }) where hasEffect(change) {
            apply(change)
        }
    }

    private mutating func add(_ change: Change) {
        let key = change.asCause
        var past = change.causes.reduce(into: Set<Key>()) { $0.formUnion(pastByKey[$1] ?? []) }
        if let before = keysByHash[change.place.previous] { past.formUnion(pastByKey[before] ?? []) }
        if past.contains(where: { changesByKey[$0].map { $0.stamp >= change.stamp } ?? false }) { void.insert(key) }
        past.insert(key)
        (pastByKey[key], changesByKey[key], keysByHash[change.hash]) = (past, change, key)
        if !void.contains(key) { copiesByID[change.id, default: []].insert(key) }
    }

    /// Only the lowest of the copies that are not void.
    private func hasEffect(_ change: Change) -> Bool {
        let copies = (copiesByID[change.id] ?? []).compactMap { changesByKey[$0] }
        return copies.min { ($0.stamp, $0.hash) < ($1.stamp, $1.hash) }?.hash == change.hash
    }

    private mutating func apply(_ change: Change) {
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
        if change.replica.device == owner {
            let founding = changesByKey.values.first { $0.replica == change.replica && $0.number == 1 }
            return founding?.id ?? change.id
        }
        let bytes = Digest.of(change.replica.device.bytes, domain: "nexus person", byteCount: 16)
        return ChangeID(bytes: bytes) ?? change.id
    }

    private func mayWrite(_ segment: Segment, _ change: Change) -> Bool {
        segment.kind == 1 || (segment.kind == 2 && change.replica.device == owner)
    }

    private mutating func apply(
        _ operation: Operation, to segment: Segment, of change: Change, by person: ChangeID, derived id: ElementID
    ) {
        let key = change.asCause
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
        case (1, 3, .remove(let value, let dots)):
            thing.tags.remove(value, dots: dots.filter { $0 != change.id && hasSeen($0, past) })
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
            thing.read[person, default: []].formUnion(thing.counted.intersection(seen))
        default: break
        }
    }

    /// What the fields hold, all of them texts.
    private func text(_ value: Value) -> Value { value.text == nil ? .null : value }

    private func hasSeen(_ id: ChangeID, _ past: Set<Key>) -> Bool { !past.isDisjoint(with: copiesByID[id] ?? []) }

    private func seen(in basis: Basis, of change: Change, _ past: Set<Key>) -> Set<Key> {
        switch basis {
        case .nothing: []
        case .everything: past
        case .heads(let heads):
            heads.filter { past.contains($0) && $0 != change.asCause }.reduce(into: []) {
                $0.formUnion(pastByKey[$1] ?? [])
            }
        }
    }

    /// What the state tables have to say, sorted.
    var lines: [String] {
        thingsByRoot.flatMap { root, thing in
            var lines = [State.name(root, thing.name?.value ?? .null, thing.name?.stamp ?? .zero)]
            lines += thing.state.current.map { State.state(root, $0.value, $0.stamp, $0.change) }
            lines += thing.tags.members.flatMap { tag in thing.tags.dots(of: tag).map { State.tag(root, tag, $0) } }
            lines += thing.entries.elements.enumerated().map { State.entry(root, $0, $1.id, $1.content) }
            for (person, read) in thing.read {
                lines += newest(of: read).compactMap { changesByKey[$0] }.map { State.mark(root, person, $0.hash) }
            }
            return lines
        }.sorted()
    }

    /// Those that no other one comes after in its chain: having read it implies them.
    private func newest(of keys: Set<Key>) -> Set<Key> { keys.subtracting(keys.flatMap(predecessors)) }

    private func predecessors(of key: Key) -> [Key] {
        guard let change = changesByKey[key], let before = keysByHash[change.place.previous] else { return [] }
        return [before] + predecessors(of: before)
    }
}
