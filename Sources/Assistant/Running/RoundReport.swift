import Inbox

/// What came of a round, in numbers. One conversation may count several times: it was answered and scored.
public struct RoundReport: Hashable, Sendable {
    /// Replies that were queued, but for those that hand over to a person.
    public private(set) var answered = 0
    /// Conversations in which a person was asked for.
    public private(set) var escalated = 0
    /// Leads whose score or status was written.
    public private(set) var scored = 0
    /// Conversations that were summed up.
    public private(set) var summarised = 0
    /// Conversations in which nothing was said.
    public private(set) var silent = 0
    /// Conversations whose customer may still be writing.
    public private(set) var waiting = 0
    /// When to look again for the first of these, in milliseconds since 1970.
    public private(set) var next: Int64?

    /// The numbers of a round.
    public init(_ outcomes: [AssistantRunner.Outcome]) {
        for outcome in outcomes { add(outcome) }
    }

    private mutating func add(_ outcome: AssistantRunner.Outcome) {
        if case .wait(let until) = outcome.decision {
            waiting += 1
            next = min(next ?? until, until)
            return
        }
        let isWritten = outcome.change != nil
        if isWritten, outcome.writes.reply != nil, !outcome.writes.escalates { answered += 1 }
        if isWritten, outcome.writes.escalates { escalated += 1 }
        if isWritten, outcome.writes.lead.score != nil || outcome.writes.lead.status != nil { scored += 1 }
        if isWritten, outcome.writes.summary != nil { summarised += 1 }
        if !isWritten || outcome.writes.reply == nil && !outcome.writes.escalates { silent += 1 }
    }
}
