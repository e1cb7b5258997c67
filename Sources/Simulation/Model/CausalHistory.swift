package import CRDT
package import ChangeLog

/// A set of changes, and which of them each had seen: worked out from the causes, change by change, with plain sets.
///
/// Two changes may have one number (a chain forked) or one id (copies), but not one hash.
package struct CausalHistory: Sendable {
    /// In an order in which causes come first.
    package private(set) var changes: [Change] = []
    /// For each change, by index: the indices of what it had seen, and its own.
    package private(set) var pasts: [Set<Int>] = []
    private var indexByCause: [Cause: Int] = [:]
    private var indexByHash: [ChangeHash: Int] = [:]
    /// Without void ones.
    private var copiesByID: [ChangeID: Set<Int>] = [:]
    private var void: Set<Int> = []

    /// - Parameter changes: in any order. One whose causes are not among them is left out.
    package init(_ changes: [Change]) {
        var left = changes
        while !left.isEmpty {
            let ready = left.firstIndex { hasAllBefore($0) }
            guard let ready else { return }
            add(left.remove(at: ready))
        }
    }

    private func hasAllBefore(_ change: Change) -> Bool {
        let hasPredecessor = change.number == 1 || indexByHash[change.place.previous] != nil
        return hasPredecessor && change.causes.allSatisfy { indexByCause[$0] != nil }
    }

    /// Before number 1 stands the workspace's id, which is the founding change's hash and does not make it seen.
    private func predecessor(of change: Change) -> Int? {
        change.number == 1 ? nil : indexByHash[change.place.previous]
    }

    private mutating func add(_ change: Change) {
        guard indexByHash[change.hash] == nil else { return }
        let index = changes.count
        var past: Set<Int> = [index]
        let before =
            change.causes.compactMap { indexByCause[$0] } + [predecessor(of: change)].compactMap(\.self)
        for seen in before { past.formUnion(pasts[seen]) }
        indexByCause[change.asCause] = index
        indexByHash[change.hash] = index
        if change.stamp == .zero || past.contains(where: { $0 != index && changes[$0].stamp >= change.stamp }) {
            void.insert(index)
        } else {
            copiesByID[change.id, default: []].insert(index)
        }
        changes.append(change)
        pasts.append(past)
    }

    /// Whether a change does nothing for ever: its stamp does not lie above all that it had seen.
    package func isVoid(_ index: Int) -> Bool { void.contains(index) }

    /// The change that a cause names, by place and hash.
    package func index(of cause: Cause) -> Int? { indexByCause[cause] }

    /// Whether `other` stands before the change at `index` in its chain.
    package func chain(of index: Int, holds other: Int) -> Bool {
        var before = predecessor(of: changes[index])
        while let index = before, index != other { before = predecessor(of: changes[index]) }
        return before != nil
    }

    /// Whether the author of the change at `index` had seen a change with that id that is not void, before making this.
    package func hasSeen(_ id: ChangeID, from index: Int) -> Bool {
        guard id != changes[index].id else { return false }
        return !copiesByID[id, default: []].isDisjoint(with: pasts[index])
    }

    /// Whether neither of two changes had seen the other.
    package func areConcurrent(_ one: Int, _ other: Int) -> Bool {
        !pasts[one].contains(other) && !pasts[other].contains(one)
    }

    /// Whether a change has effect: its stamp is above all it had seen, and of such copies it is the lowest by (stamp,
    /// hash).
    package func hasEffect(_ index: Int) -> Bool {
        copiesByID[changes[index].id, default: []].min(by: isEarlier) == index
    }

    private func isEarlier(_ one: Int, _ other: Int) -> Bool {
        (changes[one].stamp, changes[one].hash) < (changes[other].stamp, changes[other].hash)
    }

    /// The indices by (stamp, hash): causes first, but for void changes.
    package var stampOrder: [Int] { changes.indices.sorted(by: isEarlier) }

    /// The indices in any order in which causes come first.
    package func causalOrder(_ dice: inout Dice) -> [Int] {
        var order: [Int] = []
        var done: Set<Int> = []
        var left = dice.shuffled(Array(changes.indices))
        while !left.isEmpty {
            // Now and then from the end, or the order would hardly ever leave one change far behind.
            let ready = left.indices.filter { pasts[left[$0]].subtracting(done).count == 1 }
            let index = left.remove(at: dice.once(in: 4) ? ready[ready.count - 1] : ready[0])
            order.append(index)
            done.insert(index)
        }
        return order
    }
}
