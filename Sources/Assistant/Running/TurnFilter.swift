import CRDT
import ChangeLog
import Inbox

/// What of a turn is worth writing, whoever thought it up: nothing that is so already, nothing over a person's word, and
/// no lead backwards.
struct TurnFilter {
    let situation: ConversationSituation
    let present: PresentState

    func writes(of turn: AssistantTurn) -> TurnWrites {
        let turn = fitting(turn)
        var writes = TurnWrites()
        if let reply = turn.reply {
            (writes.reply, writes.replyDetails) = (reply.text, details(of: reply))
        }
        if let escalation = turn.escalation { (writes.note, writes.escalates) = (escalation.words, true) }
        writes.lead = patch(turn)
        writes.summary = summary(turn)
        return writes
    }

    /// A reply that the channel would not take is a person's business.
    private func fitting(_ turn: AssistantTurn) -> AssistantTurn {
        guard let limit = situation.textLimit, let reply = turn.reply, reply.text.unicodeScalars.count > limit else {
            return turn
        }
        var turn = turn
        turn.reply = nil
        turn.escalation = turn.escalation ?? .tooLong(limit: limit)
        return turn
    }

    private func details(of reply: AssistantTurn.Reply) -> String? {
        var details: [String: JSONValue] = [:]
        if let newest = situation.burst.last { details["answers"] = .text(newest.id.text) }
        if !reply.articles.isEmpty { details["articles"] = .list(reply.articles.map { .text($0.text) }) }
        if let confidence = reply.confidence { details["confidence"] = .integer(Self.percent(confidence)) }
        return details.isEmpty ? nil : JSONValue.object(details).canonicalText
    }

    private func patch(_ turn: AssistantTurn) -> LeadPatch {
        var patch = LeadPatch()
        // Once for each message of the customer: else two conversations of one lead might outbid each other for ever.
        guard present.lead != nil, !present.isSummedUp else { return patch }
        if let score = turn.score, !situation.customer.isScorePinned {
            let value = min(max(score.value, 0), 100)
            if value != situation.customer.score { patch.score = .to(value) }
        }
        if let status = turn.leadStatus, !situation.customer.isStatusPinned,
            LeadProgress.isForward(from: situation.customer.status, to: status)
        {
            patch.status = .to(status)
        }
        return patch
    }

    private func summary(_ turn: AssistantTurn) -> String? {
        guard let draft = turn.summary, present.summary?.source != .person else { return nil }
        if present.isSummedUp, let shown = present.summary, draft.says(shown) { return nil }
        return draft.json(score: turn.score)
    }

    /// - Parameter share: from 0 to 1.
    static func percent(_ share: Double) -> Int64 { Int64((min(max(share, 0), 1) * 100).rounded()) }
}

/// The order in which leads come along.
public enum LeadProgress {
    private static let order: [LeadStatus] = [.new, .interested, .followUp, .qualified, .converted]

    /// Whether a status lies further on. Nobody comes back from lost or from a workspace's own status by themselves.
    ///
    /// - Parameter present: nil is a lead of which nothing was said.
    public static func isForward(from present: String?, to next: String) -> Bool {
        guard let here = order.firstIndex(where: { $0.rawValue == present ?? LeadStatus.new.rawValue }),
            let there = order.firstIndex(where: { $0.rawValue == next })
        else { return false }
        return there > here
    }
}

extension SummaryDraft {
    fileprivate func says(_ shown: ConversationSummary) -> Bool {
        (topics, pains, products) == (shown.topics, shown.pains, shown.products)
            && (nextSteps, openQuestions) == (shown.nextSteps, shown.openQuestions)
    }

    /// As the register holds it. What makes up the score stands beside the five parts: the score itself has no room.
    func json(score: AssistantTurn.Score?) -> String {
        func list(_ texts: [String]) -> JSONValue { .list(texts.map(JSONValue.text)) }
        var parts: [String: JSONValue] = [
            "topics": list(topics), "pains": list(pains), "products": list(products), "next_steps": list(nextSteps),
            "open_questions": list(openQuestions),
        ]
        if let score {
            parts["score"] = .object([
                "value": .integer(score.value),
                "signals": .list(
                    score.signals.map {
                        .object(["name": .text($0.name), "points": .integer($0.points), "evidence": .text($0.evidence)])
                    }),
            ])
        }
        return JSONValue.object(parts).canonicalText
    }
}
