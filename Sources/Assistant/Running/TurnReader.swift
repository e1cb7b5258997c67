import CRDT
import ChangeLog
import Inbox
import Storage

/// A conversation as the assistant finds it: read in one view, so that all of it belongs together.
struct TurnReading {
    let conversation: RootID
    /// What decides whether it is its turn.
    let facts: TurnFacts
    /// What it is told, but for the articles and the customer's other conversations.
    var situation: ConversationSituation
    /// The customer's other conversations, the newest first.
    let others: [RootID]
    /// What the lead and the summary are now.
    let present: PresentState
    /// What was there to read.
    let version: ConversationVersion
}

/// What a turn is compared with, so that nothing is written that is so already.
struct PresentState {
    let lead: Lead?
    let summary: ConversationSummary?
    /// Whether the summary knows of the customer's newest message.
    let isSummedUp: Bool
}

/// Reads conversations for the assistant.
struct TurnReader {
    /// How many messages of a conversation it looks at.
    static let messageLimit = 200

    let replica: Replica
    let rule: TurnRule
    let now: Int64

    func reading(of conversation: RootID) throws -> TurnReading {
        let own = try replica.member(replica.id.device)?.person
        return try replica.read { database in
            let detail = try ConversationReader(database, now: now)
                .conversation(conversation.text, limit: Self.messageLimit)
            let thread = AssistantThread(detail.messages)
            var facts = thread.facts
            if let newest = thread.newest {
                facts.isHistoric = try RecentConversations.isHistoric(newest.id, of: conversation, in: database)
            }
            (facts.pause, facts.status, facts.window) = (detail.pause, detail.status, detail.window)
            facts.isAssigned = detail.assignee.map { $0.id != own } ?? false
            return TurnReading(
                conversation: conversation, facts: facts, situation: situation(of: detail, thread),
                others: (detail.lead?.conversations ?? []).filter { $0 != conversation },
                present: PresentState(
                    lead: detail.lead, summary: detail.summary, isSummedUp: thread.isCovered(by: detail.summary)),
                version: try ConversationVersion(conversation, in: database))
        }
    }

    /// The customer's other conversations, a few of the newest.
    func elsewhere(_ others: [RootID]) throws -> [[ConversationSituation.Message]] {
        try replica.read { database in
            let reader = ConversationReader(database, now: now)
            return try others.prefix(3).map { other in
                let detail = try reader.conversation(other.text, limit: LeadScoring.messageLimit)
                return AssistantThread(detail.messages).messages
            }
        }
    }

    func articles() throws -> [Article] { try replica.read { try ArticleReader($0).all() } }

    private func situation(of detail: ConversationDetail, _ thread: AssistantThread) -> ConversationSituation {
        var situation = ConversationSituation(messages: thread.messages, waiting: thread.waitingCount)
        situation.attempts = rule.attempts(thread.facts.waiting)
        situation.textLimit = detail.channel.flatMap(ChannelKind.init).flatMap { ChannelPolicy(kind: $0).textLimit }
        situation.customer.language = detail.locale ?? detail.lead?.locale
        guard let lead = detail.lead else { return situation }
        situation.customer.name = lead.name
        (situation.customer.status, situation.customer.isStatusPinned) = (lead.status, lead.statusSource == .person)
        (situation.customer.score, situation.customer.isScorePinned) = (lead.score, lead.scoreSource == .person)
        return situation
    }
}
