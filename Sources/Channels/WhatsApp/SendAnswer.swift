import ChangeLog
import Inbox

/// What the messages endpoint's answer means. Whatever cannot be read for certain is a doubt.
enum SendAnswer {
    /// The most that is read of an answer, in bytes; they have some hundred.
    static let byteLimit = 1 << 20
    /// The longest id that is taken for one, in bytes; they have some sixty.
    private static let idByteLimit = 1_024

    static func outcome(status: Int, body: [UInt8], hiding secret: SecretBytes? = nil) -> SendingOutcome {
        func doubt(_ reason: Doubt.Reason) -> SendingOutcome {
            .unknown(Doubt(reason, evidence: Evidence.text(of: Array("HTTP \(status)\n".utf8) + body, hiding: secret)))
        }
        guard body.count <= byteLimit else { return doubt(.tooLarge) }
        let answer = JSONValue(json: body)
        let isTaken = answer?["messages"] != nil
        switch (status, GraphError(answer)) {
        case (200..<300, nil):
            return acceptedID(answer).map { .accepted(providerID: $0) } ?? doubt(.unreadable)
        case (400..<600, let error?) where !isTaken:
            // A failing server's word is taken only where what it says is known to mean that nothing was done.
            guard status < 500 || WhatsAppError.of(error.code) != nil else { return doubt(.serverFailed) }
            return .refused(
                Refusal(
                    code: String(error.code), consequence: WhatsAppError.consequence(of: error.code),
                    evidence: Evidence.text(of: body, hiding: secret)))
        case (_, .some): return doubt(.contradictory)
        case (500..., nil): return doubt(isTaken ? .contradictory : .serverFailed)
        default: return doubt(isTaken ? .contradictory : .unreadable)
        }
    }

    /// The one id there is.
    private static func acceptedID(_ answer: JSONValue?) -> String? {
        guard let messages = answer?["messages"]?.list, messages.count == 1, let id = messages.first?["id"]?.text else {
            return nil
        }
        let isPrintable = id.utf8.allSatisfy { 0x21...0x7E ~= $0 }
        return !id.isEmpty && id.utf8.count <= idByteLimit && isPrintable ? id : nil
    }
}
