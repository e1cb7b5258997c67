import ChangeLog
import Channels
import Inbox

extension OutgoingMessage {
    /// - Returns: nil for a template that is not what it was filled in as.
    init?(_ step: DispatchPlan.Step, to customer: String) {
        let content = step.content
        guard let definition = content.template else {
            self.init(
                to: customer, content: .text(content.text), answering: content.answering, reference: step.message.text)
            return
        }
        guard let details = content.details.flatMap({ JSONValue(json: Array($0.utf8)) }),
            let message = try? TemplateMessage(details: details, definition: definition)
        else { return nil }
        self.init(
            to: customer, content: .template(message), answering: content.answering, reference: step.message.text)
    }
}

extension SendingResult {
    /// How often an account that does not work is tried before a person is asked.
    private static let patienceWithAccount: Int64 = 3

    /// What the provider's answer comes to.
    init(_ outcome: SendingOutcome, attempt: Int64) {
        switch outcome {
        case .accepted(let id): self = .sent(provider: id)
        case .unknown(let doubt): self = .unknown(details: Self.details(doubt.evidence))
        case .refused(let refusal): self = Self.result(of: refusal, attempt: attempt)
        }
    }

    private static func result(of refusal: Refusal, attempt: Int64) -> SendingResult {
        let details = details(refusal.evidence)
        switch refusal.consequence {
        case .retry where attempt < DispatchRule.attempts: return .postponed(code: refusal.code, details: details)
        case .channelDown where attempt < patienceWithAccount: return .postponed(code: refusal.code, details: details)
        case .channelDown: return .held(.channelDown, code: refusal.code, details: details)
        case .windowClosed: return .held(.windowClosed, code: refusal.code, details: details)
        case .templateChanged: return .held(.templateChanged, code: refusal.code, details: details)
        case .retry, .fail: return .refused(code: refusal.code, details: details)
        }
    }

    private static func details(_ evidence: String) -> String? {
        evidence.isEmpty ? nil : JSONValue.object(["evidence": .text(evidence)]).canonicalText
    }
}
