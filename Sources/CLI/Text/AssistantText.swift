import Assistant
import ChangeLog
import Inbox

/// What the assistant does and why, in words and as JSON.
enum AssistantText {
    // MARK: A round

    static func words(_ report: RoundReport) -> String {
        """
        Answered \(report.answered), handed over \(report.escalated), scored \(report.scored), summed up \
        \(report.summarised); silent in \(report.silent), waiting in \(report.waiting).
        """
    }

    static func json(_ report: RoundReport) -> JSONOutput {
        .object([
            ("answered", JSONOutput(report.answered)), ("escalated", JSONOutput(report.escalated)),
            ("scored", JSONOutput(report.scored)), ("summarised", JSONOutput(report.summarised)),
            ("silent", JSONOutput(report.silent)), ("waiting", JSONOutput(report.waiting)),
        ])
    }

    // MARK: A conversation

    /// Who and what, and then what for.
    static func lines(_ outcome: AssistantRunner.Outcome) -> [String] {
        let name = TerminalText.safe(outcome.customer ?? "somebody", multiline: false)
        var lines = ["\(outcome.conversation.text.prefix(8))  \(name): \(deed(outcome))"]
        func add(_ text: String) { lines.append("          " + TerminalText.safe(text, multiline: false)) }
        if let reply = outcome.writes.reply { add("says: " + reply) }
        if let note = outcome.writes.note { add("notes: " + note) }
        if case .to(let status) = outcome.writes.lead.status { add("lead status: " + status) }
        if case .to(let score) = outcome.writes.lead.score {
            add("score \(score): " + (outcome.turn?.score?.signals ?? []).map(words).joined(separator: ", "))
        }
        return lines
    }

    private static func deed(_ outcome: AssistantRunner.Outcome) -> String {
        if outcome.writes.escalates { return "hands over to a person." }
        if outcome.writes.reply != nil { return "answers." }
        switch outcome.decision {
        case .answer: return "silent, for no article fits."
        case .wait(let until):
            return "waits until \(Instant.text(milliseconds: until)): the customer may still be writing."
        case .silent(let silence): return "silent, for \(words(silence))."
        }
    }

    private static func words(_ signal: ScoreSignal) -> String {
        "\(signal.name) \(signal.points > 0 ? "+" : "")\(signal.points) (\(signal.evidence))"
    }

    // MARK: JSON

    /// What was done, as it happens.
    static func event(_ outcome: AssistantRunner.Outcome) -> JSONOutput {
        .object([
            ("event", .string(name(outcome))), ("conversation", .string(outcome.conversation.text)),
            ("change", JSONOutput(outcome.change?.text)),
        ])
    }

    private static func name(_ outcome: AssistantRunner.Outcome) -> String {
        if outcome.writes.escalates { return "escalated" }
        return outcome.writes.reply == nil ? "noted" : "answered"
    }

    /// What would be done, and why.
    static func json(_ outcome: AssistantRunner.Outcome) -> JSONOutput {
        let (decision, reason, until) = parts(of: outcome.decision)
        let score = outcome.turn?.score
        return .object([
            ("conversation", .string(outcome.conversation.text)), ("customer", JSONOutput(outcome.customer)),
            ("decision", .string(decision)), ("reason", JSONOutput(reason)),
            ("until", JSONOutput(until.map { Instant.text(milliseconds: $0) })),
            ("reply", JSONOutput(outcome.writes.reply)), ("escalation", JSONOutput(outcome.turn?.escalation?.words)),
            (
                "score",
                score.map { score in
                    .object([("value", .integer(score.value)), ("signals", .array(score.signals.map(json)))])
                } ?? .null
            ),
            ("leadStatus", JSONOutput(outcome.turn?.leadStatus)),
        ])
    }

    private static func json(_ signal: ScoreSignal) -> JSONOutput {
        .object([
            ("name", .string(signal.name)), ("points", .integer(signal.points)), ("evidence", .string(signal.evidence)),
        ])
    }

    private static func parts(of decision: TurnRule.Decision) -> (String, reason: String?, until: Int64?) {
        switch decision {
        case .answer: ("answer", nil, nil)
        case .wait(let until): ("wait", nil, until)
        case .silent(let silence): ("silent", words(silence), nil)
        }
    }

    // MARK: Silence

    private static func words(_ silence: TurnRule.Silence) -> String {
        switch silence {
        case .nothingAsked: "the customer has not written"
        case .imported: "the newest message was imported"
        case .answered(by: .assistant): "it has answered"
        case .answered(by: .phone): "somebody has answered on the business phone"
        case .answered: "a person has answered"
        case .personReplies: "a person's reply is on its way"
        case .overruled: "a person kept its answer from going out"
        case .overtaken: "the customer wrote more while its answer was on its way"
        case .closed: "the conversation is closed"
        case .paused(.escalation): "it is paused: a person was asked for"
        case .paused(.manual): "it is paused by hand"
        case .paused(.reply): "it is paused by a person's reply"
        case .personNeeded: "a person was asked for"
        case .assigned: "a person works on it"
        case .windowClosed: "the channel's window is closed"
        case .tooOld: "the newest message is too old"
        case .arrivedLate: "the newest message came in late, below what had gone out"
        }
    }
}
