public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// Takes a change of this device's person back, by a change of its own.
    ///
    /// - Parameters:
    ///   - text: the start of the change's id; nil takes the last one of this device that it has not taken back, and that
    ///     took none back.
    ///   - isRehearsal: nothing is written.
    /// - Throws: ``UndoFailure``; `.unknown` or `.ambiguous`; `.notAllowed` where the role does not allow to put it back.
    public func undo(_ text: String?, isRehearsal: Bool = false) throws -> Undo {
        let journal = try UndoJournal(database)
        let target = try text.map { try self.change($0) } ?? last(besides: journal.all)
        let plan = try UndoPlan(target, in: transaction, now: now)
        let earlier = try text == nil && plan.restored.isEmpty ? last(before: target, journal)?.record.id : nil
        if plan.restored.isEmpty, plan.kept.isEmpty, !plan.lasting.isEmpty {
            throw UndoFailure.lasting(target.record.id, plan.lasting, earlier: earlier)
        }
        for segment in plan.segments {
            guard let kind = InboxSchema.current.roots.first(where: { $0.number == segment.kind }) else { continue }
            try requireRight(to: segment.operations, on: kind)
        }
        var change: ChangeID?
        if !isRehearsal, !plan.segments.isEmpty {
            let done = try transaction.commit(Draft(segments: plan.segments)).id
            try journal.note(done, of: target.record.id, in: database)
            change = done
        }
        return Undo(
            target: target.record.id, restored: plan.restored, kept: plan.kept, lasting: plan.lasting, change: change,
            earlier: earlier)
    }

    private func change(_ text: String) throws -> ChangeContent {
        let (low, high) = try IDLookup(database: database).range(of: text, as: .change)
        let found = try transaction.changes(from: low, through: high)
        guard let change = found.first else { throw InboxFailure.unknown(.change, text) }
        guard found.count == 1 else { throw InboxFailure.ambiguous(.change, text) }
        guard change.record.author?.person == (try transaction.author().person) else {
            throw UndoFailure.notYours(change.record.id)
        }
        return change
    }

    private func last(besides known: Set<ChangeID>) throws -> ChangeContent {
        let last = try transaction.lastOwn { !$0.isEmpty && !known.contains($0.record.id) }
        guard let last else { throw UndoFailure.nothing }
        return last
    }

    private func last(before target: ChangeContent, _ journal: UndoJournal) throws -> ChangeContent? {
        var isReached = false
        return try transaction.lastOwn { content in
            defer { isReached = isReached || content.record.id == target.record.id }
            return isReached && !content.isEmpty && !journal.all.contains(content.record.id)
        }
    }
}

extension ChangeContent {
    /// Whether it only cites others.
    fileprivate var isEmpty: Bool { parts.isEmpty && !hasActs }
}

/// Why a change is not taken back. Nothing was written.
public enum UndoFailure: Error, Hashable, Sendable {
    /// Somebody else made it.
    case notYours(ChangeID)
    /// This device has written nothing that it did not take back.
    case nothing
    /// Nothing takes back what it did; what this device wrote before it, where the last change was meant.
    case lasting(ChangeID, [Undo.Lasting], earlier: ChangeID?)
}

/// What this device took back, so that the next undo takes back what was before it: local, for only the device knows
/// which of its changes are such.
struct UndoJournal {
    /// So many are remembered.
    private static let capacity = 256
    private let pairs: [UInt8]

    init(_ database: Database) throws { pairs = try LocalValues.value(.undone, in: database).bytes ?? [] }

    /// Both what was taken back and what did it.
    var all: Set<ChangeID> {
        Set(stride(from: 0, to: pairs.count, by: 16).compactMap { ChangeID(bytes: Array(pairs[$0...].prefix(16))) })
    }

    func note(_ undo: ChangeID, of target: ChangeID, in database: Database) throws {
        let kept = (pairs + target.bytes + undo.bytes).suffix(Self.capacity * 32)
        try LocalValues.set(.undone, .bytes(Array(kept)), in: database)
    }
}
