import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// The current writes of a conversation, read from the state tables and put through the rules.
struct ConversationState {
    /// All current writes on the status: more than one after a conflict.
    let statusWrites: [StatusRule.Write]
    /// Why the assistant is paused, were no time ever over.
    let pause: Pause?
    /// The pause by people's replies, were no time ever over.
    let replyPause: Pause?
    /// The places here of the changes that pause it.
    let pausedBy: [Int64]
    /// Who works on it.
    let assignee: SharedField
    /// The persons whom a concurrent assignment named and the shown one does not, by id.
    let displaced: Set<Data>
    /// When it comes back into sight, in milliseconds since 1970.
    let snoozedUntil: Int64?

    /// - Parameter hasRecords: whether the gateway has noted what became of any message; if not, none is looked for.
    init(of row: Int64, in database: Database, past: CausalPast, hasRecords: Bool = true) throws {
        let writes = try CurrentWrites(of: row, kind: InboxSchema.conversation, in: database)
        statusWrites = try Self.statusWrites(writes, of: row, in: database, past: past)
        let controls = writes.on("ai").compactMap { write in write.text.flatMap(AIControl.init).map { ($0, write.by) } }
        let resumes = controls.filter { $0.0 == .on }.map(\.1)
        let replies =
            hasRecords ? try LeavingReplies(of: row, in: database).replies(notSeenBy: resumes, past: past) : []
        pause = PauseRule.pause(among: controls.map(\.0), replies: replies.map(\.reply))
        replyPause = PauseRule.pause(among: [], replies: replies.map(\.reply))
        pausedBy = controls.filter { $0.0 != .on }.map(\.1) + replies.map(\.by)
        assignee = SharedField(writes.on("assignee").map(\.write))
        displaced = Self.displaced(by: assignee, among: writes.on("assignee"))
        snoozedUntil = SnoozeRule.until(
            try writes.on("snooze").map { write in
                let seen = CloseCheck(of: row, in: database, past: past)
                return SnoozeRule.Write(until: write.integer, hasSeenAll: try seen.hasSeenAllCustomers(write.basis))
            })
    }

    /// The status then.
    func status(at now: Int64) -> ConversationStatus {
        StatusRule.shown(statusWrites, isPausedByReply: replyPause?.holds(at: now) ?? false)
    }

    private static func statusWrites(
        _ writes: CurrentWrites, of row: Int64, in database: Database, past: CausalPast
    ) throws -> [StatusRule.Write] {
        try writes.on("status").compactMap { write in
            guard let status = write.text.flatMap(ConversationStatus.init) else { return nil }
            guard status == .closed else { return StatusRule.Write(status) }
            let check = CloseCheck(of: row, in: database, past: past)
            return StatusRule.Write(status, obstacle: try check.obstacle(to: write))
        }
    }

    /// Of several assignments by people who did not know of each other, those that do not show, be it that nobody's does.
    private static func displaced(by shown: SharedField, among writes: [CurrentWrite]) -> Set<Data> {
        let others = writes.filter { !$0.write.yields && $0.write.value != shown.value }
        return Set(others.compactMap { $0.write.value.bytes.map { Data($0) } })
    }
}
