public import CRDT
public import ChangeLog
public import Inbox
public import Storage

/// Lets an assistant take its turns on a replica: reads, has it think, and writes each turn as one change.
///
/// Between reading and writing nothing is locked, for thinking may take long. If somebody wrote on the conversation
/// meanwhile, the turn is dropped and begun anew, from what is there now.
public struct AssistantRunner {
    /// How often a turn is finished in vain, at most, before the next round has its chance.
    static let attempts = 3

    private let replica: Replica
    private let assistant: any ConversationAssistant
    private let rule: TurnRule

    /// A runner of one assistant.
    ///
    /// - Parameter replica: of a device with the role of an assistant.
    public init(_ replica: Replica, assistant: some ConversationAssistant, rule: TurnRule = TurnRule()) {
        (self.replica, self.assistant, self.rule) = (replica, assistant, rule)
    }

    /// What came of one conversation.
    public struct Outcome: Sendable {
        /// Names the conversation.
        public let conversation: RootID
        /// What to call the customer.
        public let customer: String?
        /// What the rule said.
        public let decision: TurnRule.Decision
        /// What the assistant made of it; nil if it was not asked.
        public let turn: AssistantTurn?
        /// What was written of that, or would be.
        public let writes: TurnWrites
        /// The change; nil if nothing was written.
        public let change: ChangeID?
    }

    /// One round over all conversations in which a customer wrote lately, the longest quiet first.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970, as near to the providers' clocks as it can be had.
    ///   - stamp: milliseconds since 1970 by this device's clock, for what is written.
    ///   - isRehearsal: writes nothing.
    public func round(now: Int64, stamp: UInt64, isRehearsal: Bool = false) throws -> [Outcome] {
        let since = now.subtractingReportingOverflow(rule.oldestAge)
        let recent = try replica.read {
            try RecentConversations.since(since.overflow ? .min : since.partialValue, in: $0)
        }
        let reader = TurnReader(replica: replica, rule: rule, now: now)
        // Read once a round, and only if somebody asks.
        var articles: [Article]?
        return try recent.map { conversation in
            try outcome(of: conversation, reader, stamp: stamp, isRehearsal: isRehearsal) {
                let known = try articles ?? reader.articles()
                articles = known
                return known
            }
        }
    }

    private func outcome(
        of conversation: RootID, _ reader: TurnReader, stamp: UInt64, isRehearsal: Bool,
        articles: () throws -> [Article]
    ) throws -> Outcome {
        var begun = try begin(conversation, reader, articles: articles)
        for _ in 1...Self.attempts {
            guard !isRehearsal, !begun.writes.isEmpty else { break }
            if let outcome = try finish(begun, now: reader.now, stamp: stamp) { return outcome }
            begun = try begin(conversation, reader, articles: articles)
        }
        return begun.outcome(change: nil)
    }

    // MARK: A turn

    /// A turn that was thought out and not written.
    struct Begun {
        let reading: TurnReading
        let decision: TurnRule.Decision
        let turn: AssistantTurn?
        let writes: TurnWrites

        func outcome(change: ChangeID?) -> Outcome {
            Outcome(
                conversation: reading.conversation, customer: reading.situation.customer.name, decision: decision,
                turn: turn, writes: writes, change: change)
        }
    }

    func begin(_ conversation: RootID, _ reader: TurnReader, articles: () throws -> [Article]) throws -> Begun {
        var reading = try reader.reading(of: conversation)
        let decision = rule.decision(reading.facts, now: reader.now)
        guard decision.allowsNotes(where: reading.present) else {
            return Begun(reading: reading, decision: decision, turn: nil, writes: TurnWrites())
        }
        reading.situation.articles = try articles()
        reading.situation.elsewhere = try reader.elsewhere(reading.others)
        var turn = assistant.answer(reading.situation)
        if decision != .answer { turn = turn.notesOnly }
        let writes = TurnFilter(situation: reading.situation, present: reading.present).writes(of: turn)
        return Begun(reading: reading, decision: decision, turn: turn, writes: writes)
    }

    /// - Returns: nil if somebody wrote meanwhile.
    func finish(_ begun: Begun, now: Int64, stamp: UInt64) throws -> Outcome? {
        let (conversation, version) = (begun.reading.conversation, begun.reading.version)
        let result = try replica.transact(now: stamp) {
            try InboxWriter($0, now: now).take(begun.writes, on: conversation.text, as: version)
        }
        switch result {
        case .moved: return nil
        case .unchanged: return begun.outcome(change: nil)
        case .written(let change): return begun.outcome(change: change)
        }
    }
}

extension TurnRule.Decision {
    /// Whether the assistant is asked: to answer, or only for what it notes, and then only for news.
    fileprivate func allowsNotes(where present: PresentState) -> Bool {
        switch self {
        case .answer: true
        case .wait: false
        case .silent(let silence): silence.allowsNotes && !present.isSummedUp
        }
    }
}
