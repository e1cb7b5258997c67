public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
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
        guard let assign = try assignment(to: person, try state(of: conversation.row)) else {
            return try unchanged(root.set("assignee", .null))
        }
        return try commit([assign], on: conversation.id, of: root)?.id
    }

    /// What assigns; nil where nothing would show of it. Saying the same again settles who lost a concurrent assignment,
    /// and pins what the assistant has said.
    func assignment(to person: ChangeID?, _ state: ConversationState) throws -> Operation? {
        let value: Value = person.map { .bytes($0.bytes) } ?? .null
        let assign = InboxSchema.conversation.set("assignee", value)
        if try transaction.author().role == .assistant {
            return state.assignee.isPinned || state.assignee.value == value ? nil : assign
        }
        let isSettled = state.displaced.isEmpty && (state.assignee.isPinned || person == nil)
        return state.assignee.value == value && isSettled ? nil : assign
    }

    /// Marks as read, for this person, what the mark holds.
    ///
    /// - Returns: nil if this person has read it all.
    public func read(_ text: String, seen: String?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .everything)
        let unread = UnreadCount(database, person: try transaction.author().person)
        let root = InboxSchema.conversation
        let raise = Operation(field: root.number(of: "reads"), action: .raise(basis))
        guard try unread.count(in: conversation.row) > 0 else { return try unchanged(raise) }
        return try commit([raise], on: conversation.id, of: root)?.id
    }
}
