import CRDT
import ChangeLog
import Storage

/// Finds in a finished history who was in whose way without knowing: whether the seeds make the cases that merging is
/// for.
struct Conflicts {
    private struct Write {
        let index: Int
        let action: Operation.Action
    }

    private let history: CausalHistory
    /// How often which conflict happened.
    private(set) var tally = Tally()

    init(_ history: CausalHistory, schema: Schema) {
        self.history = history
        var writesByField: [FieldName: [Write]] = [:]
        for (index, change) in history.changes.enumerated() {
            for segment in change.segments {
                guard let kind = schema.roots.first(where: { $0.number == segment.kind }) else { continue }
                for operation in segment.operations {
                    guard let field = kind.fields.first(where: { $0.number == operation.field }) else { continue }
                    let name = FieldName(kind.name, segment.root, field.name)
                    writesByField[name, default: []].append(Write(index: index, action: operation.action))
                }
            }
        }
        for writes in writesByField.values { count(writes) }
    }

    private mutating func count(_ writes: [Write]) {
        for (number, write) in writes.enumerated() {
            countAlone(write)
            for other in writes[..<number] where history.areConcurrent(write.index, other.index) {
                countTogether(write, other)
            }
        }
    }

    private mutating func countAlone(_ write: Write) {
        switch write.action {
        case .remove(_, let dots):
            if !dots.allSatisfy({ history.hasSeen($0, from: write.index) }) { tally.add(.craftedRemove) }
        case .set(_, .heads(let heads)), .raise(.heads(let heads)):
            let past = history.pasts[write.index]
            let isCrafted = heads.contains { history.index(of: $0).map(past.contains) != true }
            tally.add(isCrafted ? .craftedBasis : .readOfPart)
        default: break
        }
    }

    private mutating func countTogether(_ one: Write, _ other: Write) {
        switch (one.action, other.action) {
        case (.write, .write):
            tally.add(.concurrentRegister)
            if history.changes[one.index].stamp == history.changes[other.index].stamp { tally.add(.equalStamps) }
        case (.set, .set): tally.add(.concurrentCausalRegister)
        case (.add(let value), .remove(let removed, _)) where value == removed,
            (.remove(let removed, _), .add(let value)) where value == removed:
            tally.add(.addAndRemove)
        case (.append(let element), .append(let second)) where element.id != nil && element.id == second.id:
            tally.add(.doubleCreation)
        default: break
        }
    }
}
