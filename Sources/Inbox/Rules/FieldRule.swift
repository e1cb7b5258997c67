public import CRDT
public import ChangeLog
public import GRDB
public import Storage

import struct Foundation.Data

/// Which of a causal register's current writes shows, and why: the rules of this module, as an explanation tells them.
public struct FieldRule: Sendable {
    /// What shows; null where nothing was written.
    public let value: Value
    /// The write that it is taken from; nil where none says so.
    public let change: ChangeID?
    /// Why.
    public let reason: Reason
    /// Closes whose authors had not seen all of the customer's messages.
    public let blindCloses: Set<ChangeID>

    /// Why it shows.
    public enum Reason: String, Hashable, Sendable {
        /// Nobody has written the field.
        case unwritten
        /// Somebody asked for a person; a concurrent write does not undo that.
        case personWanted = "person-wanted"
        /// A close, by somebody who had seen every message of the customer.
        case closed
        /// Somebody made it active again, maybe without knowing of a close.
        case reopened
        /// Closes there are, and none had seen every message of the customer.
        case closedBlindly = "closed-blindly"
        /// A pause wins over a concurrent resume, an escalation's over one by hand.
        case paused
        /// Nobody pauses it.
        case resumed
        /// The one with the highest stamp or, of equal ones, change id.
        case latest
    }

    /// - Parameters:
    ///   - field: a causal register of `kind`.
    ///   - root: of that kind.
    public init(for field: Schema.Field, on root: RootID, of kind: Schema.Root, in database: Database) throws {
        let writes = try Write.current(of: field, on: root, of: kind, in: database)
        switch (kind.number, field.name) {
        case (InboxSchema.conversation.number, "status"):
            self = try Self.status(writes, on: root, in: database)
        case (InboxSchema.conversation.number, "ai"): self = Self.ai(writes)
        default: self = Self(writes.last, .latest)
        }
    }

    private init(_ write: Write?, _ reason: Reason, blindCloses: Set<ChangeID> = []) {
        (value, change, self.blindCloses) = (write?.value ?? .null, write?.change, blindCloses)
        self.reason = write == nil && reason == .latest ? .unwritten : reason
    }

    /// A write that no later one has seen.
    private struct Write {
        let change: ChangeID
        let value: Value
        let basis: [UInt8]

        /// In the order of (stamp, change id).
        static func current(
            of field: Schema.Field, on root: RootID, of kind: Schema.Root, in database: Database
        ) throws -> [Write] {
            try Row.fetchAll(
                database,
                sql: """
                    SELECT change.id, w.value, w.basis FROM \(kind.name)_current w
                    JOIN \(kind.name) r ON r.id = w.root JOIN change ON change.place = w.by
                    WHERE r.key=? AND w.field=? ORDER BY w.at, change.id
                    """, arguments: [Data(root.bytes), Int64(field.number)]
            ).compactMap { row in
                guard let change = ChangeID(bytes: row[0] as Data) else { return nil }
                return Write(change: change, value: Value(row[1] as DatabaseValue), basis: Array(row[2] as Data))
            }
        }
    }

    private static func status(_ writes: [Write], on root: RootID, in database: Database) throws -> FieldRule {
        let past = CausalPast(database)
        let row = try Int64.fetchOne(
            database, sql: "SELECT id FROM conversation WHERE key=?", arguments: [Data(root.bytes)])
        var latest: [ConversationStatus: Write] = [:]
        var seeing: Write?
        var blind: Set<ChangeID> = []
        for write in writes {
            guard let status = write.value.text.flatMap(ConversationStatus.init) else { continue }
            latest[status] = write
            guard status == .closed, let row else { continue }
            let hasSeenAll = try ConversationState.hasSeenAllCustomers(
                of: row, heads: write.basis, in: database, past: past)
            if hasSeenAll { seeing = write } else { blind.insert(write.change) }
        }
        if let wanted = latest[.humanNeeded] { return FieldRule(wanted, .personWanted, blindCloses: blind) }
        if let active = latest[.active] { return FieldRule(active, .reopened, blindCloses: blind) }
        if let seeing { return FieldRule(seeing, .closed, blindCloses: blind) }
        return FieldRule(
            showing: ConversationStatus.active.rawValue, blind.isEmpty ? .unwritten : .closedBlindly, blindCloses: blind
        )
    }

    private static func ai(_ writes: [Write]) -> FieldRule {
        for control in [AIControl.escalation, .manual] {
            if let pause = writes.last(where: { $0.value.text == control.rawValue }) {
                return FieldRule(pause, .paused)
            }
        }
        if let write = writes.last(where: { $0.value.text == AIControl.on.rawValue }) {
            return FieldRule(write, .resumed)
        }
        return FieldRule(showing: AIControl.on.rawValue, .unwritten)
    }

    private init(showing text: String, _ reason: Reason, blindCloses: Set<ChangeID> = []) {
        (value, change, self.reason, self.blindCloses) = (.text(text), nil, reason, blindCloses)
    }
}

extension Value {
    /// As SQLite hands it out.
    fileprivate init(_ stored: DatabaseValue) {
        switch stored.storage {
        case .int64(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .bytes(Array(data))
        default: self = .null
        }
    }
}
