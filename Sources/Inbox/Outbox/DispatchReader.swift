public import CRDT
public import ChangeLog
public import GRDB
import PhoneNumbers
import Storage

import struct Foundation.Data

/// What a gateway is to do about one conversation's messages.
public struct DispatchPlan: Sendable {
    /// Names the conversation.
    public let conversation: RootID
    /// The customer, as the provider knows them; nil where that is not known, so that nothing can be sent.
    public let customer: String?
    /// What to do with each message that is queued, in the order in which they were written.
    public let steps: [Step]
    /// Those that may be on their way: granted, and nobody has noted what came of it.
    public let underway: [Underway]

    /// One message, and what to do with it.
    public struct Step: Sendable {
        /// Names the message.
        public let message: ElementID
        /// What to do.
        public let decision: DispatchRule.Decision
        /// What its author had not been shown.
        public let unseen: [ElementID]
        /// What to send.
        public let content: Content
        /// Which attempt this would be.
        public let attempt: Int64
        /// Its change's place here.
        let by: Int64
    }

    /// What goes out.
    public struct Content: Hashable, Sendable {
        /// Its text, as it was written.
        public let text: String
        /// What it is.
        public let kind: MessageKind
        /// The provider's id of the message that it answers.
        public let answering: String?
        /// The template that it fills in, as it is now.
        public let template: TemplateDefinition?
        /// JSON: what it fills it in with.
        public let details: String?
    }

    /// An attempt that the relay granted, of which nothing has been noted.
    public struct Underway: Hashable, Sendable {
        /// The message.
        public let message: ElementID
        /// Which attempt.
        public let attempt: Int64

        /// An attempt.
        public init(message: ElementID, attempt: Int64) { (self.message, self.attempt) = (message, attempt) }
    }
}

/// Reads what a gateway has to decide, and decides.
public struct DispatchReader {
    private let database: Database
    private let past: CausalPast
    private let people: People
    /// Milliseconds since 1970, by the relay's clock.
    private let now: Int64
    /// What was to be sent before that may have been, without anybody here knowing: milliseconds since 1970.
    private let steadySince: Int64
    private let ids: NaturalID

    /// - Parameters:
    ///   - now: milliseconds since 1970, by the relay's clock.
    ///   - steadySince: since when the relay has forgotten nothing, in milliseconds since 1970; 0 since ever.
    public init(_ database: Database, ids: NaturalID, now: Int64, steadySince: Int64 = 0) throws {
        (self.database, self.ids, self.now, self.steadySince) = (database, ids, now, steadySince)
        past = CausalPast(database)
        people = try People(database)
    }

    /// One plan for each conversation of a channel account that has messages to look at.
    ///
    /// - Parameter isDown: whether the account is known not to work just now.
    public func plans(for account: RootID, isDown: Bool = false) throws -> [DispatchPlan] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT DISTINCT c.id, c.key FROM outgoing o JOIN conversation c ON c.id = o.conversation
                    WHERE c.account = ? AND o.state IN (0, 2) ORDER BY c.key
                    """), arguments: [Data(account.bytes)]
        ).compactMap { row in
            guard let id = row[0] as Int64?, let key = RootID(bytes: row[1] as Data?) else { return nil }
            return try plan(for: id, key, on: account, isDown: isDown)
        }
    }

    private func plan(for row: Int64, _ id: RootID, on account: RootID, isDown: Bool) throws -> DispatchPlan {
        let queue = try OutboxQueue(of: row, in: database, past: past, people: people)
        let entries = try queue.entries()
        let lead = try lead(of: row)
        let contact = try ContactState(of: row, lead: lead, now: now, in: database)
        let customer = customer(of: lead, in: id, on: account)
        let judge = try Objections(row, now: now, database, past)
        let items = try entries.map { try item($0, contact, judge, isKnown: customer != nil) }
        let decisions = DispatchRule.decisions(on: items, try circumstances(of: row, contact, isDown: isDown))
        let entryByID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
        return DispatchPlan(
            conversation: id, customer: customer,
            steps: try decisions.compactMap { id, decision in
                try entryByID[id].map { try step($0, decision, in: row) }
            },
            underway: entries.filter { $0.state.state == .dispatching }.map {
                .init(message: $0.id, attempt: $0.state.attempt)
            })
    }

    // MARK: Facts

    private func lead(of row: Int64) throws -> Lead? {
        let lead = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT lead.id FROM conversation JOIN lead ON lead.key = conversation.lead WHERE conversation.id=?
                    """), arguments: [row])
        return try lead.map { try LeadReader(database).lead(at: $0, people: people) }
    }

    private func circumstances(
        of row: Int64, _ contact: ContactState, isDown: Bool
    ) throws -> DispatchRule.Circumstances {
        let lastSent = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT d.position >> 16 FROM conversation_delivery d
                    WHERE d.root=? AND d.event = \(DeliveryEvent.sent.rawValue)
                    ORDER BY d.position DESC LIMIT 1
                    """), arguments: [row])
        return DispatchRule.Circumstances(
            now: now, window: contact.window,
            patience: contact.policy?.patienceMinutes.map { $0.multipliedReportingOverflow(by: 60_000).partialValue },
            isChannelDown: isDown || contact.isRemoved, lastSent: lastSent)
    }

    private func item(
        _ entry: OutboxQueue.Entry, _ contact: ContactState, _ judge: Objections, isKnown: Bool
    ) throws -> DispatchRule.Item {
        let isAssistants = entry.sender == .assistant
        return DispatchRule.Item(
            id: entry.id, author: entry.author?.id, isAssistants: isAssistants, state: entry.state.state,
            queuedAt: entry.queuedAt, terms: entry.terms,
            objection: isAssistants ? try judge.objection(to: entry) : entry.movement,
            isAuthorRevoked: try isRevoked(entry.device), isTemplate: entry.template != nil,
            hindrance: isKnown ? try hindrance(to: entry, contact) : .unsupported,
            isInDoubt: isInDoubt(entry),
            retryAt: entry.retryAt)
    }

    /// Whether it may have been queued before the relay forgot something. Its author's clock may be ahead of the relay's, by
    /// as much as a stamp may; a person who looked at it since knows better.
    private func isInDoubt(_ entry: OutboxQueue.Entry) -> Bool {
        guard steadySince > 0, !entry.isCleared else { return entry.queuedAt < steadySince }
        return entry.queuedAt - min(entry.queuedAt, Int64(Replica.earliness)) < steadySince
    }

    private func isRevoked(_ device: DeviceID?) throws -> Bool {
        guard let device else { return true }
        return try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT revoked FROM member WHERE device=?"), arguments: [Data(device.bytes)])
            ?? true
    }

    private func hindrance(to entry: OutboxQueue.Entry, _ contact: ContactState) throws -> OutboxReason? {
        if entry.template != nil { return try template(of: entry) == nil ? .templateChanged : nil }
        guard let policy = contact.policy else { return .channelDown }
        if !policy.canSend(entry.kind) { return .unsupported }
        return policy.textLimit.map { entry.text.unicodeScalars.count > $0 } ?? false ? .unsupported : nil
    }

    /// - Returns: nil where it is not what the message was written for, or may not be sent.
    private func template(of entry: OutboxQueue.Entry) throws -> TemplateDefinition? {
        guard let id = entry.template, let template = try TemplateReader(database).template(id), template.isSendable,
            let definition = template.definition,
            let details = entry.details.flatMap({ JSONValue(json: Array($0.utf8)) }),
            details["hash"]?.text == Base32.text(definition.sendingHash)
        else { return nil }
        return definition
    }

    private func step(
        _ entry: OutboxQueue.Entry, _ decision: DispatchRule.Decision, in row: Int64
    ) throws -> DispatchPlan.Step {
        DispatchPlan.Step(
            message: entry.id, decision: decision, unseen: entry.news.map(\.id),
            content: .init(
                text: entry.text, kind: entry.kind,
                answering: try entry.about.flatMap { try providerID(of: $0, in: row) },
                template: try template(of: entry), details: entry.details),
            attempt: entry.state.nextAttempt, by: entry.by)
    }

    /// The customer's own message has one, and one of the team's once it was sent.
    private func providerID(of message: ElementID, in row: Int64) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT provider FROM conversation_message WHERE root=?1 AND key=?2 AND provider IS NOT NULL
                    UNION ALL SELECT provider FROM conversation_delivery
                    WHERE root=?1 AND message=?2 AND event = 2 AND provider IS NOT NULL LIMIT 1
                    """), arguments: [row, Data(message.bytes)])
    }

    /// Of all names that the customer is known by, the one that this conversation's id was made from.
    private func customer(of lead: Lead?, in conversation: RootID, on account: RootID) -> String? {
        guard let lead else { return nil }
        let names = lead.identities.compactMap { identity in
            identity.firstIndex(of: ":").map { String(identity[identity.index(after: $0)...]) }
        }
        let phone = lead.phone.flatMap { PhoneNumber($0) }.map { String($0.e164.dropFirst()) }
        let candidates = [lead.username, phone].compactMap(\.self) + names
        return candidates.first { ids.conversation(account: account, customer: $0) == conversation }
    }
}

/// What makes the assistant be silent: whatever a person did that it did not know of, or that says so.
private struct Objections {
    private let writes: CurrentWrites
    private let state: ConversationState
    private let now: Int64
    private let past: CausalPast

    init(_ row: Int64, now: Int64, _ database: Database, _ past: CausalPast) throws {
        (self.now, self.past) = (now, past)
        writes = try CurrentWrites(of: row, kind: InboxSchema.conversation, in: database)
        state = try ConversationState(of: row, in: database, past: past)
    }

    func objection(to entry: OutboxQueue.Entry) throws -> OutboxReason? {
        if let movement = entry.movement { return movement == .collision ? .personActed : movement }
        if entry.news.contains(where: { $0.sender == .agent || $0.sender == .phone }) { return .personActed }
        let acts = ["status", "ai", "assignee"].flatMap(writes.on).filter { !$0.write.yields }
        // What it says with an escalation of its own is to be heard.
        let others = acts.filter { $0.by != entry.by }
        if try others.contains(where: { try !past.holds($0.by, by: entry.by) }) { return .personActed }
        let isPaused = state.pause?.holds(at: now) ?? false
        if isPaused, state.pausedBy.contains(where: { $0 != entry.by }) { return .personActed }
        return state.status(at: now) == .closed ? .personActed : nil
    }
}
