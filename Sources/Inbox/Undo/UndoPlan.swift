import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Works out what takes a change back: from what it says, what shows now, and what would show without it.
struct UndoPlan {
    let transaction: Transaction
    let content: ChangeContent
    /// Milliseconds since 1970.
    let now: Int64
    /// The state without the change.
    let past: PastView
    private(set) var segments: [Segment] = []
    var restored: [Undo.Item] = []
    var kept: [Undo.Kept] = []
    var lasting: [Undo.Lasting] = []
    let people: People
    var database: Database { transaction.database }

    init(_ content: ChangeContent, in transaction: Transaction, now: Int64) throws {
        (self.content, self.transaction, self.now) = (content, transaction, now)
        past = try transaction.state(without: content.record.id)
        people = try People(transaction.database)
        if content.hasActs { lasting.append(.membership) }
        for part in content.parts { try past.derive(part.root) }
        guard try !content.parts.contains(where: begins) else {
            lasting.append(.begun)
            return
        }
        for part in content.parts { try take(part) }
    }

    /// One root, as it is now.
    struct Target {
        let kind: Schema.Root
        let id: RootID
        let row: Int64
        /// Its row in the state without the change.
        let before: Int64?
    }

    private mutating func take(_ part: ChangeContent.Part) throws {
        guard let kind = part.kind else { return lasting.append(.unknown) }
        let stands = part.operations.filter { $0.standing == .stands }
        guard !stands.isEmpty, let row = try Self.row(of: part.root, kind, in: database) else { return }
        let before = try past.read { try Self.row(of: part.root, kind, in: $0) }
        let target = Target(kind: kind, id: part.root, row: row, before: before)
        var operations: [Operation] = []
        if try content.isFirst(about: part.root, in: transaction), kind.fields.contains(where: { $0.name == "removed" })
        {
            operations = try takeAway(target)
        } else {
            for record in stands { operations += try inverse(taking: record, on: target) }
        }
        guard !operations.isEmpty else { return }
        segments.append(Segment(kind: kind.number, root: part.root, operations: operations))
    }

    // MARK: Roots

    /// Whether the change made a conversation or a lead.
    private func begins(_ part: ChangeContent.Part) throws -> Bool {
        guard let kind = part.kind, !kind.fields.contains(where: { $0.name == "removed" }),
            kind.number != InboxSchema.workspace.number
        else { return false }
        return try content.isFirst(about: part.root, in: transaction)
    }

    private static func row(of id: RootID, _ kind: Schema.Root, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database, sql: "SELECT id FROM \(kind.name) WHERE key=?", arguments: [Data(id.bytes)])
    }

    /// Takes away what the change made, unless somebody else has gone on with it.
    private mutating func takeAway(_ target: Target) throws -> [Operation] {
        let author = content.record.author.flatMap { people.person($0.person)?.name }
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM \(target.kind.name) WHERE id=?", arguments: [target.row])
        else { return [] }
        let registers = target.kind.fields.filter { if case .register = $0.kind { true } else { false } }
        for field in registers {
            guard let by = row["\(field.name)_by"] as Int64?, try person(at: by) != author else { continue }
            keep(field.name, of: target, by: by)
            return []
        }
        guard (row["removed"] as Int64?) ?? 0 == 0 else { return [] }
        restore("removed", of: target, .gone)
        return [target.kind.write("removed", .integer(1))]
    }

    // MARK: Fields

    private mutating func inverse(taking record: OperationRecord, on target: Target) throws -> [Operation] {
        guard let field = record.field else { return [] }
        switch record.operation.action {
        case .write: return try register(field, on: target)
        case .set: return try causal(field, on: target)
        case .add(let value): return try taken(value, outOf: field, on: target)
        case .remove(let value, _): return try putBack(value, into: field, on: target)
        case .append(let element): return try appended(element, id: record.element, to: field, on: target)
        case .raise: lasting.append(.read)
        case .unknown: lasting.append(.unknown)
        }
        return []
    }

    private mutating func register(_ field: Schema.Field, on target: Target) throws -> [Operation] {
        let sql = "SELECT \"\(field.name)\", \(field.name)_by FROM \(target.kind.name) WHERE id=?"
        let present = try Row.fetchOne(database, sql: sql, arguments: [target.row])
        let before = try target.before.flatMap { row in
            try past.read { try Row.fetchOne($0, sql: sql, arguments: [row]) }
        }
        let decision = UndoRule.register(
            own: content.record.by, by: present?[1] ?? 0, present: Self.value(present), before: Self.value(before))
        switch decision {
        case .nothing: return []
        case .keep(let by): keep(field.name, of: target, by: by)
        case .restore(let value):
            restore(field.name, of: target, .value(value))
            return [target.kind.write(field.name, value)]
        }
        return []
    }

    private static func value(_ row: Row?) -> Value { (row?[0] as DatabaseValue?).map(Value.init) ?? .null }

    private mutating func causal(_ field: Schema.Field, on target: Target) throws -> [Operation] {
        let present = try CurrentWrites(of: target.row, kind: target.kind, in: database).on(field.name)
        let before = try target.before.map { row in
            try past.read { try CurrentWrites(of: row, kind: target.kind, in: $0).on(field.name) }
        }
        switch UndoRule.causal(own: content.record.by, present: present, before: before ?? [], of: field) {
        case .nothing: return []
        case .keep(let by): keep(field.name, of: target, by: by)
        case .restore(let write):
            let isEnded = try write.map { try isOver($0, field, on: target) } ?? true
            let value = isEnded ? Value.null : write?.write.value ?? .null
            let basis = try write.map { try transaction.basis(packed: $0.basis) } ?? .nothing
            restore(field.name, of: target, write?.write.yields ?? false ? .pinned(value) : .value(value))
            return [target.kind.set(field.name, value, basis: basis)]
        }
        return []
    }

    /// Whether a resume that is to be put back would end a pause that began after it: by a reply that left since.
    private func isOver(_ write: CurrentWrite, _ field: Schema.Field, on target: Target) throws -> Bool {
        guard target.kind.number == InboxSchema.conversation.number, field.name == "ai",
            write.text == AIControl.on.rawValue
        else { return false }
        let since = try LeavingReplies(of: target.row, in: database)
            .replies(notSeenBy: [write.by], past: CausalPast(database))
        return PauseRule.pause(among: [], replies: since.map(\.reply))?.holds(at: now) ?? false
    }

    /// Its own add, which may leave another's.
    private mutating func taken(_ value: Value, outOf field: Schema.Field, on target: Target) throws -> [Operation] {
        let held = try SetReader(target.kind, field.name, of: target.row, in: database)
        let id = content.record.id
        let dots = try held.dots(of: value)
        guard dots.contains(id) else { return [] }
        if dots.count > 1 { keep(field.name, of: target, by: nil) }
        restore(field.name, of: target, .removed(value))
        return [Operation(field: field.number, action: .remove(value, dots: [id]))]
    }

    private mutating func putBack(_ value: Value, into field: Schema.Field, on target: Target) throws -> [Operation] {
        guard try SetReader(target.kind, field.name, of: target.row, in: database).dots(of: value).isEmpty,
            let row = target.before,
            try past.read({ try !SetReader(target.kind, field.name, of: row, in: $0).dots(of: value).isEmpty })
        else { return [] }
        restore(field.name, of: target, .added(value))
        return [Operation(field: field.number, action: .add(value))]
    }

    // MARK: Saying so

    mutating func restore(_ field: String, of target: Target, _ outcome: Undo.Outcome) {
        restored.append(Undo.Item(kind: target.kind.name, root: target.id, field: field, outcome: outcome))
    }

    /// - Parameter by: the place of the write that shows; nil where there are several.
    mutating func keep(_ field: String, of target: Target, by: Int64?) {
        let name = by.flatMap { try? person(at: $0) }
        kept.append(Undo.Kept(kind: target.kind.name, root: target.id, field: field, by: name))
    }

    private func person(at place: Int64) throws -> String? {
        try Data.fetchOne(
            database,
            sql: "SELECT substr(replica, 1, \(DeviceID.byteCount)) FROM branch WHERE id = ? >> 40", arguments: [place]
        ).flatMap { people.person(ofDevice: $0)?.name }
    }
}
