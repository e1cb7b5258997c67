public import CRDT
public import ChangeLog

/// Where what a field shows comes from: every operation on it, oldest first, and what became of each.
public struct Provenance: Sendable {
    /// The field.
    public let field: Schema.Field
    /// Every operation on it.
    public let writes: [Write]
    /// For high-water marks: how far each person's has risen.
    public let marks: [Mark]

    /// One operation on the field.
    public struct Write: Sendable {
        /// The change that it is in.
        public let change: ChangeRecord
        /// The operation.
        public let operation: OperationRecord
        /// What became of it.
        public internal(set) var fate: Fate
    }

    /// What became of an operation.
    public enum Fate: Hashable, Sendable {
        /// A register's or element's value that shows; a causal register's that no later write has seen; an add that
        /// holds its member.
        case stands
        /// The named change wrote the register with a higher (stamp, change id), or created the element with a lower.
        case outranked(by: ChangeID)
        /// The named change wrote the causal register after having seen it.
        case overtaken(by: ChangeID)
        /// The named change removed it, having seen it.
        case takenBack(by: ChangeID)
        /// A removal, and the adds that it took back; none if it had seen none that it names.
        case removal(of: [ChangeID])
        /// A mark's rise.
        case raise
        /// It is not the first of its kind in its change: the first one counts.
        case repeated
        /// It takes no effect.
        case void(OperationRecord.Standing)
    }

    /// How far one person's mark has risen along one branch.
    public struct Mark: Hashable, Sendable {
        /// Who.
        public let person: ChangeID
        /// Whose changes.
        public let replica: ReplicaID
        /// The last change of theirs that made an element which the person has seen.
        public let number: UInt64
        /// That change.
        public let change: ChangeID?
        /// When it was made, by its author's clock.
        public let stamp: Stamp?
    }
}

extension Replica {
    /// Where what a field of a root shows comes from.
    ///
    /// - Parameter kind: the root's kind, in whose declaration the field is.
    public func provenance(
        of field: Schema.Field, on root: RootID, of kind: Schema.Root
    ) throws(StorageFailure) -> Provenance {
        try readLog { log in
            let records = try HistoryReader(log, schema: self.configuration.schema).records(of: root, limit: 0)
            var judge = FateJudge(log, records: records, field: field)
            try judge.run()
            return Provenance(
                field: field, writes: judge.writes, marks: try judge.marks(of: root, in: kind))
        }
    }
}

/// Works out each operation's fate from the log alone, by the rule of the field's kind.
private struct FateJudge {
    private let log: Log
    private let field: Schema.Field
    private(set) var writes: [Provenance.Write]

    init(_ log: Log, records: [ChangeRecord], field: Schema.Field) {
        (self.log, self.field) = (log, field)
        writes = records.flatMap { record in
            record.operations.filter { $0.operation.field == field.number }.map { operation in
                let fate: Provenance.Fate = operation.standing == .stands ? .stands : .void(operation.standing)
                return Provenance.Write(change: record, operation: operation, fate: fate)
            }
        }
    }

    mutating func run() throws {
        switch field.kind {
        case .register: judgeRegister()
        case .causalRegister: try judgeCausalRegister()
        case .set: try judgeSet()
        case .sequence: judgeSequence()
        case .mark:
            for index in standing { writes[index].fate = .raise }
        }
    }

    private var standing: [Int] { writes.indices.filter { writes[$0].fate == .stands } }

    /// Of several by one change, all but the first are put aside.
    private mutating func keepFirsts(by key: (Provenance.Write) -> [UInt8] = { _ in [] }) {
        struct Key: Hashable {
            let change: ChangeID
            let more: [UInt8]
        }
        var met: Set<Key> = []
        for index in standing {
            let write = writes[index]
            if !met.insert(Key(change: write.change.id, more: key(write))).inserted { writes[index].fate = .repeated }
        }
    }

    private mutating func judgeRegister() {
        keepFirsts()
        guard let highest = standing.max(by: { precedes($0, $1) }) else { return }
        for index in standing where index != highest {
            writes[index].fate = .outranked(by: writes[highest].change.id)
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (writes[left].change, writes[right].change)
        return (left.stamp, left.id) < (right.stamp, right.id)
    }

    /// The next write has nearly always seen the one before, so this is seldom quadratic.
    private mutating func judgeCausalRegister() throws {
        keepFirsts()
        let candidates = standing
        for (position, index) in candidates.enumerated() {
            for later in candidates[(position + 1)...] {
                guard writes[index].operation.yields || !writes[later].operation.yields,
                    try log.past.hasSeen(writes[index].change.place, from: [writes[later].change.place])
                else { continue }
                writes[index].fate = .overtaken(by: writes[later].change.id)
                break
            }
        }
    }

    private mutating func judgeSet() throws {
        struct Dot: Hashable {
            let value: Value
            let change: ChangeID
        }
        var adds: [Dot: Int] = [:]
        for index in standing {
            guard case .add(let value) = writes[index].operation.operation.action else { continue }
            let dot = Dot(value: value, change: writes[index].change.id)
            if adds[dot] == nil { adds[dot] = index } else { writes[index].fate = .repeated }
        }
        for index in standing {
            guard case .remove(let value, let dots) = writes[index].operation.operation.action else { continue }
            let remover = writes[index].change
            var taken: [ChangeID] = []
            for dot in dots where dot != remover.id {
                guard let add = adds[Dot(value: value, change: dot)],
                    try log.past.hasSeen(writes[add].change.place, from: [remover.place])
                else { continue }
                taken.append(dot)
                if writes[add].fate == .stands { writes[add].fate = .takenBack(by: remover.id) }
            }
            writes[index].fate = .removal(of: taken)
        }
    }

    private mutating func judgeSequence() {
        keepFirsts { $0.operation.element?.bytes ?? [] }
        let creations = Dictionary(grouping: standing) { writes[$0].operation.element }
        for (_, indices) in creations where indices.count > 1 {
            guard let lowest = indices.min(by: { precedes($0, $1) }) else { continue }
            for index in indices where index != lowest {
                writes[index].fate = .outranked(by: writes[lowest].change.id)
            }
        }
    }

    func marks(of root: RootID, in kind: Schema.Root) throws -> [Provenance.Mark] {
        guard case .mark = field.kind else { return [] }
        let read = try SQLStatement(
            log.database,
            """
            SELECT m.person, m.branch, m.number FROM \(kind.markTable) m JOIN \(kind.name) r ON r.id = m.root
            WHERE r.key=?1 AND m.field=?2 ORDER BY m.person, m.branch
            """)
        read.bind(1, root.bytes)
        read.bind(2, field.number)
        var marks: [Provenance.Mark] = []
        while try read.step() {
            let place = LocalPlace(branch: read.integer(1), number: read.unsigned(2))
            guard let person = ChangeID(bytes: read.bytes(0)), let branch = try log.branches.branch(place.branch) else {
                continue
            }
            let entry = try log.past.entry(at: place)
            marks.append(
                Provenance.Mark(
                    person: person, replica: branch.replica, number: place.number, change: entry?.id,
                    stamp: entry?.stamp))
        }
        return marks
    }
}
