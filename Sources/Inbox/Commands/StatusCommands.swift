public import CRDT
import ChangeLog
import GRDB
import Storage

/// Who deals with a conversation: a person, the assistant, or nobody any more.
extension InboxWriter {
    /// Closes, for an author who had been shown what the mark holds. A message outside it keeps the conversation open,
    /// and a reply of the author's that has not left yet until it has. Ends the assistant's pauses that it has seen.
    ///
    /// - Returns: nil if it shows as closed already.
    public func close(_ text: String, seen: String?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .everything)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let close = root.set("status", .text(ConversationStatus.closed.rawValue), basis: basis)
        guard state.status(at: now) != .closed else { return try unchanged(close) }
        var operations = [close]
        if !state.pausedBy.isEmpty, try state.pausedBy.allSatisfy({ try transaction.holds($0, in: basis) }) {
            operations.append(root.set("ai", .text(AIControl.on.rawValue)))
        }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    /// What keeps a conversation from showing as closed though somebody closed it; nil if nothing does.
    public func obstacle(toClosing text: String) throws -> StatusRule.Obstacle? {
        let state = try state(of: try conversation(text).row)
        return state.status(at: now) == .closed ? nil : state.statusWrites.compactMap(\.obstacle).first
    }

    /// Says that the conversation is active again.
    ///
    /// - Parameter seen: checked and otherwise without effect: whoever reopens need not have seen everything.
    /// - Returns: nil if no close and no escalation stands.
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
    /// - Parameter seen: checked and otherwise without effect: an escalation always counts.
    /// - Returns: nil if a person is asked for already.
    public func escalate(_ text: String, seen: String? = nil) throws -> ChangeID? {
        let conversation = try conversation(text)
        _ = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let status = root.set("status", .text(ConversationStatus.humanNeeded.rawValue))
        let isAskedFor = state.statusWrites.contains { $0.status == .humanNeeded }
        guard !isAskedFor || state.pause?.reason != .escalation else { return try unchanged(status) }
        let pause = root.set("ai", .text(AIControl.escalation.rawValue))
        return try commit([status, pause], on: conversation.id, of: root)?.id
    }

    /// Takes a conversation over: it needs a person, who is the author, and the assistant pauses.
    ///
    /// - Returns: nil if it is so already.
    public func takeOver(_ text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let status = root.set("status", .text(ConversationStatus.humanNeeded.rawValue))
        let assign = try assignment(to: try transaction.author().person, state)
        let isAskedFor = state.statusWrites.contains { $0.status == .humanNeeded }
        let isPaused = state.pause.map { $0.reason != .reply } ?? false
        guard !isAskedFor || !isPaused || assign != nil else { return try unchanged(status) }
        // Also what an escalation has said already: else whoever ends that without knowing of this would end this, too.
        let pause = root.set("ai", .text(AIControl.manual.rawValue))
        return try commit([status, pause] + [assign].compactMap(\.self), on: conversation.id, of: root)?.id
    }

    /// Pauses the assistant by hand, until it is resumed.
    ///
    /// - Returns: nil if it is paused so already, or by an escalation.
    public func pauseAI(_ text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let root = InboxSchema.conversation
        let pause = root.set("ai", .text(AIControl.manual.rawValue))
        let reason = try state(of: conversation.row).pause?.reason
        guard reason == nil || reason == .reply else { return try unchanged(pause) }
        return try commit([pause], on: conversation.id, of: root)?.id
    }

    /// Lets the assistant answer again; the conversation is active.
    ///
    /// - Returns: nil if nothing pauses it.
    public func resumeAI(_ text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        var operations = [root.set("ai", .text(AIControl.on.rawValue))]
        guard state.pause?.holds(at: now) ?? false else { return try unchanged(operations[0]) }
        if state.status(at: now) == .humanNeeded {
            operations.append(root.set("status", .text(ConversationStatus.active.rawValue)))
        }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    /// Puts a conversation out of sight, for an author who had been shown what the mark holds; what the customer writes
    /// besides wakes it.
    ///
    /// - Parameter until: milliseconds since 1970; nil brings it back.
    /// - Returns: nil if it is in sight, and shall be.
    public func snooze(_ text: String, until: Int64?, seen: String?) throws -> ChangeID? {
        let conversation = try conversation(text)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .everything)
        let state = try state(of: conversation.row)
        let root = InboxSchema.conversation
        let snooze = root.set("snooze", until.map { .integer($0) } ?? .null, basis: basis)
        guard until != nil || state.snoozedUntil != nil else { return try unchanged(snooze) }
        return try commit([snooze], on: conversation.id, of: root)?.id
    }
}
