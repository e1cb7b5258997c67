public import CRDT
import ChangeLog
import GRDB
public import Storage

import struct Foundation.Data

/// The commands of the inbox, within one transaction: each looks at what this replica knows, decides, and writes one
/// change or, where nothing would change, none.
///
/// Path of a change, stop 2: the command becomes operations.
public struct InboxWriter {
    let transaction: Transaction
    var database: Database { transaction.database }

    /// Commands within a transaction.
    public init(_ transaction: Transaction) { self.transaction = transaction }

    /// The conversation whose id begins so.
    func conversation(_ text: String) throws -> (row: Int64, id: RootID) {
        try IDLookup(database: database).root(text, in: "conversation", as: .conversation)
    }

    /// The lead whose id begins so.
    func lead(_ text: String) throws -> (row: Int64, id: RootID) {
        try IDLookup(database: database).root(text, in: "lead", as: .lead)
    }

    func state(of row: Int64) throws -> ConversationState {
        try ConversationState(of: row, in: database, past: CausalPast(database))
    }

    /// Writes operations on one root as one change, if this device's role may write all of them.
    func commit(_ operations: [Operation], on root: RootID, of kind: Schema.Root) throws -> Change? {
        guard !operations.isEmpty else { return nil }
        try requireRight(to: operations, on: kind)
        return try transaction.commit(
            Draft(segments: [Segment(kind: kind.number, root: root, operations: operations)]))
    }

    /// - Throws: `.notAllowed`, if nobody would let these take effect.
    func requireRight(to operations: [Operation], on kind: Schema.Root) throws {
        let role = try transaction.author().role
        guard operations.allSatisfy({ kind.permits($0, as: role) }) else { throw InboxFailure.notAllowed(role) }
    }

    /// For a command that finds a conversation as it should be: whoever may not do it is told so all the same.
    ///
    /// - Parameter operations: what the command would have written.
    /// - Returns: nil, for there is no change.
    func unchanged(_ operations: Operation...) throws -> ChangeID? {
        try requireRight(to: operations, on: InboxSchema.conversation)
        return nil
    }

    /// - Throws: `.textTooLong` or `.emptyText`.
    static func check(_ text: String) throws {
        guard !text.isEmpty else { throw InboxFailure.emptyText }
        guard text.utf8.count <= FormatLimit.text.rawValue else {
            throw InboxFailure.textTooLong(byteCount: text.utf8.count)
        }
    }
}

extension InboxWriter {
    /// A message that was written, and the change that holds it.
    public struct Written: Hashable, Sendable {
        /// The message.
        public let message: ElementID
        /// The change.
        public let change: ChangeID
    }

    /// Queues a reply to the customer, together with what its author had been shown.
    ///
    /// - Parameter seen: a token of a displayed mark; nil takes the newest one of this device, or nothing.
    public func reply(to text: String, with body: String, seen: String?) throws -> Written {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        return try append(body, kind: .text, basis: basis, to: conversation.id)
    }

    /// Leaves a note among the team.
    public func note(on text: String, _ body: String) throws -> Written {
        try append(body, kind: .note, basis: .nothing, to: try conversation(text).id)
    }

    private func append(_ body: String, kind: MessageKind, basis: Basis, to conversation: RootID) throws -> Written {
        try Self.check(body)
        let role = try transaction.author().role
        guard kind != .note || InboxSchema.people.contains(role) else { throw InboxFailure.notAllowed(role) }
        let sender: Sender = role == .assistant ? .assistant : .agent
        let element = Element(
            basis: basis,
            fields: [
                .init(1, .integer(sender.rawValue)), .init(2, .integer(kind.rawValue)), .init(3, .text(body)),
            ])
        let root = InboxSchema.conversation
        let operation = Operation(field: root.number(of: "message"), action: .append(element))
        guard let change = try commit([operation], on: conversation, of: root) else {
            preconditionFailure("an append is never empty")
        }
        return Written(message: ElementID(change: change.id, body: 0, operation: 0), change: change.id)
    }

    /// Closes, for an author who had been shown what the mark holds. A message outside it keeps the conversation open.
    ///
    /// - Returns: nil if it shows as closed already.
    public func close(_ text: String, seen: String?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .everything)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let close = root.set("status", .text(ConversationStatus.closed.rawValue), basis: basis)
        guard state.status != .closed else { return try unchanged(close) }
        var operations = [close]
        if state.pause != nil { operations.append(root.set("ai", .text(AIControl.on.rawValue))) }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    /// Says that the conversation is active again.
    ///
    /// - Returns: nil if no close and no escalation stands.
    ///
    /// - Parameter seen: checked and otherwise without effect: whoever reopens need not have seen everything.
    public func reopen(_ text: String, seen: String? = nil) throws -> ChangeID? {
        let conversation = try conversation(text)
        _ = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let reopen = root.set("status", .text(ConversationStatus.active.rawValue))
        guard state.statusWrites.contains(where: { $0.status != .active }) else { return try unchanged(reopen) }
        return try commit([reopen], on: conversation.id, of: root)?.id
    }

    /// Asks for a person, and pauses the assistant.
    ///
    /// - Returns: nil if a person is asked for already.
    ///
    /// - Parameter seen: checked and otherwise without effect: an escalation always counts.
    public func escalate(_ text: String, seen: String? = nil) throws -> ChangeID? {
        let conversation = try conversation(text)
        _ = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let status = root.set("status", .text(ConversationStatus.humanNeeded.rawValue))
        guard state.status != .humanNeeded || state.pause != .escalation else { return try unchanged(status) }
        let pause = root.set("ai", .text(AIControl.escalation.rawValue))
        return try commit([status, pause], on: conversation.id, of: root)?.id
    }

    /// Pauses the assistant by hand.
    public func pauseAI(_ text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let root = InboxSchema.conversation
        let pause = root.set("ai", .text(AIControl.manual.rawValue))
        guard try state(of: conversation.row).pause == nil else { return try unchanged(pause) }
        return try commit([pause], on: conversation.id, of: root)?.id
    }

    /// Lets the assistant answer again; the conversation is active.
    public func resumeAI(_ text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        var operations = [root.set("ai", .text(AIControl.on.rawValue))]
        guard state.pause != nil else { return try unchanged(operations[0]) }
        if state.status == .humanNeeded {
            operations.append(root.set("status", .text(ConversationStatus.active.rawValue)))
        }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    /// The person meant by a name or the start of an id; nil means the author.
    public func person(_ text: String?) throws -> ChangeID {
        guard let text else { return try transaction.author().person }
        return try People(database).named(text).id
    }

    /// Assigns to a person, or to nobody.
    ///
    /// - Returns: nil if it is so already.
    public func assign(_ text: String, to person: ChangeID?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let root = InboxSchema.conversation
        let assign = root.set("assignee", person.map { .bytes($0.bytes) } ?? .null)
        guard try state(of: conversation.row).assignee.map(Array.init) != person?.bytes else {
            return try unchanged(assign)
        }
        return try commit([assign], on: conversation.id, of: root)?.id
    }

    /// Marks as read, for this person, what the mark holds.
    ///
    /// - Returns: nil if this person has read it all.
    public func read(_ text: String, seen: String?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .everything)
        let unread = try UnreadCount(database: database, person: transaction.author().person)
        let root = InboxSchema.conversation
        let raise = Operation(field: root.number(of: "reads"), action: .raise(basis))
        guard try unread.count(in: conversation.row) > 0 else { return try unchanged(raise) }
        return try commit([raise], on: conversation.id, of: root)?.id
    }
}
