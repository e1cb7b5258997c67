public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// All changes here that speak of a conversation, to tell whether there are more than when it was read.
public struct ConversationVersion: Hashable, Sendable {
    private let changes: Int64

    /// As of this view. Changes come and never go, so their number says enough.
    public init(_ conversation: RootID, in database: Database) throws {
        changes =
            try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT count(*) FROM touch WHERE root=?"),
                arguments: [Int64(bitPattern: conversation.high)]) ?? 0
    }
}

/// What a turn of the assistant writes: one change, and at most one message that the customer sees.
public struct TurnWrites: Hashable, Sendable {
    /// What it says to the customer.
    public var reply: String?
    /// JSON: what the reply rests on.
    public var replyDetails: String?
    /// What it tells the team beside that, as a note.
    public var note: String?
    /// Whether it asks for a person, and pauses itself.
    public var escalates = false
    /// JSON: what the conversation is about so far.
    public var summary: String?
    /// What it found out about the customer.
    public var lead = LeadPatch()

    /// Nothing to write.
    public init() {}

    /// Whether there is nothing to write.
    public var isEmpty: Bool { self == TurnWrites() }
}

/// What became of a turn.
public enum TurnResult: Hashable, Sendable {
    /// It is written; a reply is queued.
    case written(change: ChangeID)
    /// All of it was so already.
    case unchanged
    /// Somebody has written on the conversation since it was read. Nothing was written.
    case moved
}

extension InboxWriter {
    /// Writes a turn as one change, whole or not at all, if the conversation is still what was read.
    ///
    /// What the assistant had seen is then everything: nothing speaks of this conversation that was not read. A displayed
    /// mark would say less: whoever else writes on this device, a second assistant among them, would be within it unseen.
    ///
    /// - Parameter version: as of the reading.
    /// - Throws: `.windowClosed`, `.textTooLong`, `.textTooLongForChannel`, `.notAllowed` for a role other than the
    ///   assistant's.
    public func take(_ turn: TurnWrites, on text: String, as version: ConversationVersion) throws -> TurnResult {
        let conversation = try conversation(text)
        guard try ConversationVersion(conversation.id, in: database) == version else { return .moved }
        let role = try transaction.author().role
        guard role == .assistant else { throw InboxFailure.notAllowed(role) }
        let operations = try operations(of: turn, on: conversation.row)
        try requireRight(to: operations, on: InboxSchema.conversation)
        var segments = try leadSegments(turn.lead, of: conversation.row)
        if !operations.isEmpty {
            segments.append(
                Segment(kind: InboxSchema.conversation.number, root: conversation.id, operations: operations))
        }
        guard !segments.isEmpty else { return .unchanged }
        return .written(change: try transaction.commit(Draft(segments: segments)).id)
    }

    private func operations(of turn: TurnWrites, on row: Int64) throws -> [Operation] {
        let root = InboxSchema.conversation
        var operations: [Operation] = []
        if let reply = turn.reply {
            try Self.check(reply)
            try checkContact(of: row, lengthOf: reply)
            operations.append(message(reply, .text, details: turn.replyDetails))
        }
        if let note = turn.note {
            try Self.check(note)
            operations.append(message(note, .note))
        }
        if turn.escalates {
            operations.append(root.set("status", .text(ConversationStatus.humanNeeded.rawValue)))
            operations.append(root.set("ai", .text(AIControl.escalation.rawValue)))
        }
        if let summary = turn.summary {
            try Self.check(summary)
            operations.append(root.set("summary", .text(summary), basis: .everything))
        }
        return operations
    }

    private func message(_ body: String, _ kind: MessageKind, details: String? = nil) -> Operation {
        var fields: [Element.Field] = [
            .init(1, .integer(Sender.assistant.rawValue)), .init(2, .integer(kind.rawValue)), .init(3, .text(body)),
        ]
        if let details { fields.append(.init(7, .text(details))) }
        return Operation(
            field: InboxSchema.conversation.number(of: "message"),
            action: .append(Element(basis: .everything, fields: fields)))
    }

    private func leadSegments(_ patch: LeadPatch, of row: Int64) throws -> [Segment] {
        guard patch != LeadPatch() else { return [] }
        let lead = try Int64.fetchOne(
            database,
            sql: "SELECT lead.id FROM conversation JOIN lead ON lead.key = conversation.lead WHERE conversation.id=?",
            arguments: [row])
        guard let lead else { return [] }
        let plan = try LeadPlan(
            patch, on: LeadGroup(of: lead, in: database), by: transaction.author().role,
            settings: WorkspaceSettings(database), in: database)
        try requireRight(to: plan.wanted, on: InboxSchema.lead)
        return plan.segments
    }
}
