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
    /// Closes that something keeps from closing.
    public let obstacles: [ChangeID: StatusRule.Obstacle]

    /// Why it shows.
    public enum Reason: String, Hashable, Sendable {
        /// Nobody has written the field.
        case unwritten
        /// Somebody asked for a person; a concurrent write does not undo that.
        case personWanted = "person-wanted"
        /// A close, by somebody who had seen what there is to see.
        case closed
        /// Somebody made it active again, maybe without knowing of a close.
        case reopened
        /// A person has answered, and that pauses the assistant for a while.
        case personAnswered = "person-answered"
        /// Closes there are, and something keeps each of them from closing.
        case closedBlindly = "closed-blindly"
        /// A pause wins over a concurrent resume, an escalation's over one by hand.
        case paused
        /// Nobody pauses it.
        case resumed
        /// A person has set it, so the assistant's word waits.
        case pinned
        /// The assistant, or a channel, has set it, and no person.
        case automatic
        /// The one with the highest stamp or, of equal ones, change id.
        case latest
    }

    /// - Parameters:
    ///   - field: a causal register of `kind`.
    ///   - root: of that kind.
    ///   - now: milliseconds since 1970: some rules hold for a while.
    public init(
        for field: Schema.Field, on root: RootID, of kind: Schema.Root, now: Int64, in database: Database
    ) throws {
        let row = try Int64.fetchOne(
            database, sql: "SELECT id FROM \(kind.name) WHERE key=?", arguments: [Data(root.bytes)])
        guard let row else {
            self.init(showing: .null, nil, .unwritten)
            return
        }
        let writes = try CurrentWrites(of: row, kind: kind, in: database).on(field.name)
        switch (kind.number, field.name) {
        case (InboxSchema.conversation.number, "status"):
            let state = try ConversationState(of: row, in: database, past: CausalPast(database))
            self.init(status: writes, state, now: now)
        case (InboxSchema.conversation.number, "ai"):
            let state = try ConversationState(of: row, in: database, past: CausalPast(database))
            self.init(ai: writes, state, now: now)
        case _ where !field.yielding.isEmpty:
            let isLeadStatus = kind.number == InboxSchema.lead.number && field.name == "status"
            let shared = isLeadStatus ? LeadStatusRule.shown(writes.map(\.write)) : SharedField(writes.map(\.write))
            let reason: Reason = shared.isPinned ? .pinned : .automatic
            self.init(showing: shared.value, shared.shown?.change, shared.shown == nil ? .unwritten : reason)
        default:
            self.init(
                showing: writes.last?.write.value ?? .null, writes.last?.write.change,
                writes.isEmpty ? .unwritten : .latest)
        }
    }

    private init(status writes: [CurrentWrite], _ state: ConversationState, now: Int64) {
        let status = state.status(at: now)
        let sayingSo = writes.last { $0.text == status.rawValue }?.write.change
        let known = writes.filter { $0.text.flatMap(ConversationStatus.init) != nil }
        let closes = zip(known, state.statusWrites).filter { $1.status == .closed }
        let obstacles = closes.compactMap { write, rule in rule.obstacle.map { (write.write.change, $0) } }
        let closing = closes.last { $1.obstacle == nil }?.0.write.change
        let (change, reason): (ChangeID?, Reason) =
            switch status {
            case .closed: (closing, .closed)
            case .humanNeeded: sayingSo == nil ? (nil, .personAnswered) : (sayingSo, .personWanted)
            case .active:
                sayingSo == nil ? (nil, obstacles.isEmpty ? .unwritten : .closedBlindly) : (sayingSo, .reopened)
            }
        self.init(
            showing: .text(status.rawValue), change, reason,
            obstacles: Dictionary(obstacles, uniquingKeysWith: { first, _ in first }))
    }

    private init(ai writes: [CurrentWrite], _ state: ConversationState, now: Int64) {
        let pause = state.pause.flatMap { $0.holds(at: now) ? $0 : nil }
        let word = pause?.reason.rawValue ?? AIControl.on.rawValue
        let change = writes.last { $0.text == word }?.write.change
        let (value, reason): (String, Reason) =
            switch pause?.reason {
            case .escalation, .manual: (word, .paused)
            case .reply: (word, .personAnswered)
            case nil: (word, change == nil ? .unwritten : .resumed)
            }
        self.init(showing: .text(value), change, reason)
    }

    private init(
        showing value: Value, _ change: ChangeID?, _ reason: Reason, obstacles: [ChangeID: StatusRule.Obstacle] = [:]
    ) {
        (self.value, self.change, self.reason, self.obstacles) = (value, change, reason, obstacles)
    }
}
