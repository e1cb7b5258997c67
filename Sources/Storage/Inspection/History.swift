public import CRDT
public import ChangeLog

/// A change as this replica holds it: who says it, when they say so, and what it does here.
public struct ChangeRecord: Sendable {
    /// Names the change for ever.
    public let id: ChangeID
    /// Whose chain it is in.
    public let replica: ReplicaID
    /// Its number there, from 1.
    public let number: UInt64
    /// When, by its author's clock.
    public let stamp: Stamp
    /// When it came to be here, in milliseconds since 1970 by this device's clock.
    public let received: UInt64
    /// Who wrote it, by what is known of members now; nil for a stranger.
    public let author: Member?
    /// What it does.
    public let effect: Effect
    /// Whether a seal of its author's device vouches for it: always, but for own changes that have not left yet and for
    /// the beginning of a delta whose rest waits.
    public let isSealed: Bool
    /// What it does to the root that was asked about, in the order in which it takes effect.
    public let operations: [OperationRecord]
    let place: LocalPlace
    /// Its place here, as it stands in the `by` columns of the state tables.
    public var by: Int64 { Int64(clamping: place.packed) }

    /// What a whole change does.
    public enum Effect: String, Hashable, Sendable {
        /// What it says.
        case counts
        /// Nothing, for ever: its stamp does not lie above what it had seen.
        case void
        /// Nothing, since a copy of it counts.
        case copy
        /// Nothing as long as its author is cut off, or not admitted yet.
        case cut
    }
}

/// One operation of a change, with what the schema says about it.
public struct OperationRecord: Sendable {
    /// What is done.
    public let operation: Operation
    /// The field; nil for one that the schema does not know.
    public let field: Schema.Field?
    /// For an append: the element's id, given or derived.
    public let element: ElementID?
    /// Whether it takes effect.
    public let standing: Standing
    /// Whether its author's role yields in the field: of a causal register, it takes nobody else's writes away.
    public let yields: Bool

    /// Whether an operation takes effect, and if not, why.
    public enum Standing: Hashable, Sendable {
        /// It does.
        case stands
        /// Its change does nothing.
        case idle
        /// Its author is no member.
        case stranger
        /// Its author's role may not do what an operation of the same segment says.
        case forbidden(Role)
        /// The schema does not know the kind of root.
        case unknownRoot
        /// The schema does not know the field.
        case unknownField
        /// It is none of those that the field takes, or its value is of another type than the set's.
        case misfit
    }
}

extension Replica {
    /// The changes that mention a root, oldest first.
    ///
    /// - Parameter limit: how many, the last ones; 0 is all.
    public func history(of root: RootID, limit: Int = 0) throws(StorageFailure) -> [ChangeRecord] {
        try readLog { log in
            try HistoryReader(log, schema: self.configuration.schema).records(of: root, limit: limit)
        }
    }
}

/// Reads changes with what is known about them.
struct HistoryReader {
    private let log: Log
    private let members: Members
    private let merge: StateMerge
    private var schema: Schema { merge.schema }

    init(_ log: Log, schema: Schema) {
        self.log = log
        members = Members(log: log)
        merge = StateMerge(log, schema: schema, projections: [])
    }

    func records(of root: RootID, limit: Int) throws -> [ChangeRecord] {
        let places = try log.places(mentioning: root)
        // Half an id is noted of each root: another one may share it.
        guard limit > 0 else { return try places.compactMap { try record(at: $0, of: root) } }
        var records: [ChangeRecord] = []
        for place in places.reversed() where records.count < limit {
            if let record = try record(at: place, of: root) { records.append(record) }
        }
        return records.reversed()
    }

    /// - Returns: nil for a change that does not mention the root after all.
    private func record(at place: LocalPlace, of root: RootID) throws -> ChangeRecord? {
        let change = try log.change(at: place)
        guard change.segments.contains(where: { $0.root == root }) else { return nil }
        let effect = try effect(at: place)
        return try record(
            of: change, at: place, effect, operations: operations(of: change, at: place, effect) { $0.root == root })
    }

    /// A change whole.
    func content(at place: LocalPlace) throws -> ChangeContent {
        let change = try log.change(at: place)
        let effect = try effect(at: place)
        var parts: [ChangeContent.Part] = []
        for segment in change.segments where !parts.contains(where: { $0.isOf(segment) }) {
            let operations = try operations(of: change, at: place, effect) {
                $0.root == segment.root && $0.kind == segment.kind
            }
            parts.append(
                ChangeContent.Part(
                    number: segment.kind, kind: schema.root(segment.kind), root: segment.root, operations: operations))
        }
        return ChangeContent(
            record: try record(of: change, at: place, effect, operations: []), parts: parts,
            hasActs: !change.acts.isEmpty)
    }

    private func effect(at place: LocalPlace) throws -> ChangeRecord.Effect {
        switch try log.effect(at: place) {
        case .counts: .counts
        case .copy: .copy
        case .cut: .cut
        case .void, nil: .void
        }
    }

    private func record(
        of change: Change, at place: LocalPlace, _ effect: ChangeRecord.Effect, operations: [OperationRecord]
    ) throws -> ChangeRecord {
        ChangeRecord(
            id: change.id, replica: change.replica, number: change.number, stamp: change.stamp,
            received: try received(at: place), author: try members.member(change.replica.device), effect: effect,
            isSealed: try (log.branches.branch(place.branch)?.sealed ?? 0) >= place.number, operations: operations,
            place: place)
    }

    private func received(at place: LocalPlace) throws -> UInt64 {
        let find = try log.statements("SELECT received FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step() ? find.unsigned(0) : 0
    }

    private func operations(
        of change: Change, at place: LocalPlace, _ effect: ChangeRecord.Effect, where isWanted: (Segment) -> Bool
    ) throws -> [OperationRecord] {
        let standing = try members.standing(of: change.replica.device, at: place)
        var records: [OperationRecord] = []
        for (body, part) in change.bodies.enumerated() {
            guard case .here(let segment) = part, isWanted(segment) else { continue }
            let kind = schema.root(segment.kind)
            let bar = bar(to: segment, of: kind, standing, effect: effect)
            for (index, operation) in segment.operations.enumerated() {
                let field = kind?.field(operation.field)
                records.append(
                    OperationRecord(
                        operation: operation, field: field,
                        element: operation.elementID(change: change.id, body: body, index: index),
                        standing: bar ?? operation.standing(on: field),
                        yields: standing.right.map { field?.yielding.contains($0) ?? false } ?? false))
            }
        }
        return records
    }

    /// What keeps a whole segment from taking effect.
    private func bar(
        to segment: Segment, of kind: Schema.Root?, _ standing: Standing, effect: ChangeRecord.Effect
    ) -> OperationRecord.Standing? {
        guard effect == .counts else { return .idle }
        guard let kind else { return .unknownRoot }
        guard let role = standing.role else { return .stranger }
        let mayWrite = Verdicts.mayWrite(segment, standing) { merge.mayWrite(segment, of: kind, as: $0) }
        return mayWrite ? nil : .forbidden(role)
    }
}

extension Operation {
    fileprivate func elementID(change: ChangeID, body: Int, index: Int) -> ElementID? {
        guard case .append(let element) = action else { return nil }
        return element.id ?? ElementID(change: change, body: body, operation: index)
    }

    /// As merging sees it.
    fileprivate func standing(on field: Schema.Field?) -> OperationRecord.Standing {
        guard let field else { return .unknownField }
        switch (field.kind, action) {
        case (.set(let type), .add(let value)): return type.accepts(value) ? .stands : .misfit
        case (.register, .write), (.causalRegister, .set), (.set, .remove), (.sequence, .append), (.mark, .raise):
            return .stands
        default: return .misfit
        }
    }
}
