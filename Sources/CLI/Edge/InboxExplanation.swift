import ChangeLog
import Inbox

/// What the inbox finds wrong, in words.
extension Explanation {
    static func of(_ failure: InboxFailure) -> Explanation {
        switch failure {
        case .unknown(let kind, let text):
            Explanation(
                "unknown-\(kind.rawValue)", 66, "There is no \(kind.words) \(text) here.", hint: kind.hint)
        case .ambiguous(let kind, let text):
            Explanation(
                "ambiguous-\(kind.rawValue)", 66, "More than one \(kind.words) begins with \(text).",
                hint: kind.distinction)
        case .notAllowed(let role):
            Explanation(
                "not-allowed", 77, "The role \(role.name) does not allow that.", hint: "Ask an owner or admin.")
        case .textTooLong(let byteCount):
            Explanation("text-too-long", 65, "The text has \(byteCount) bytes; 1,048,576 fit.", hint: "Shorten it.")
        case .textTooLongForChannel(let limit):
            Explanation(
                "text-too-long", 65, "This channel takes \(limit) characters at most.", hint: "Shorten it, or send two."
            )
        case .windowClosed(let since, let offers):
            Explanation(
                "window-closed", 65, windowWords(since), hint: words(offers))
        case .notForPeople(let offers):
            Explanation("not-for-people", 65, "On this channel only the assistant answers.", hint: words(offers))
        case .emptyText: Explanation("empty-text", 65, "There is no text.", hint: "Give one, or - and standard input.")
        case .lead(let fault): of(fault)
        case .badLabel(let label):
            Explanation("bad-label", 65, "\(label.prefix(40)) cannot be a label.", hint: "1 to 100 characters.")
        case .noTemplates:
            Explanation(
                "no-templates", 65, "Templates are sent in WhatsApp conversations only.",
                hint: "nexus follow-up begins one with the same customer.")
        case .templateNotSendable(let name, let status):
            Explanation(
                "template-not-sendable", 65,
                "The template \(name) cannot be sent: WhatsApp says \(status?.rawValue.lowercased() ?? "nothing of it").",
                hint: "Approved ones: nexus template list --status approved.")
        case .noPhone:
            Explanation(
                "no-phone", 65, "The customer has no phone number, or none with its country code.",
                hint: "nexus lead set LEAD --phone +49...")
        case .noWhatsApp:
            Explanation("no-whatsapp", 65, "There is no WhatsApp account here.", hint: "See nexus channel list.")
        case .sameConversation:
            Explanation(
                "same-conversation", 65, "This is the customer's conversation on WhatsApp.", hint: "Reply here.")
        case .notYours:
            Explanation(
                "not-yours", 77, "Somebody else wrote that message.", hint: "Its author, an owner or an admin can.")
        case .hasLeft(let state):
            Explanation(
                "has-left", 65, "The message has left, or may have: it is \(state.rawValue).",
                hint: "Write another with nexus reply, if one is needed.")
        case .notEditable:
            Explanation(
                "not-editable", 65, "A template that was filled in cannot be edited.",
                hint: "Drop it with nexus outbox drop, and fill it in again with nexus reply --template.")
        case .notAGateway:
            Explanation("not-a-gateway", 77, "This device is no gateway.", hint: "See nexus gateway init.")
        }
    }

    private static func windowWords(_ since: Int64?) -> String {
        guard let since else { return "The customer has not written here yet, so nobody may write freely." }
        return "The customer wrote last too long ago: since \(InboxScreen.minute(since)) nobody may write freely."
    }

    /// What can be done instead.
    private static func words(_ offers: [WindowOffer]) -> String {
        let words = offers.map { offer in
            switch offer {
            case .template: "send an approved template (nexus template list)"
            case .followUp: "go on in WhatsApp (nexus follow-up)"
            case .wait: "wait until the customer writes"
            }
        }
        return words.isEmpty ? "" : "You can " + words.joined(separator: ", or ") + "."
    }

    /// A line's rejection, as half a sentence.
    static func words(_ rejection: LineRejection) -> String {
        switch rejection {
        case .malformed: "it is not JSON of the shape this file must have"
        case .missing(let field): "\(field) is missing or empty"
        case .badTime: "a time in it is not RFC 3339"
        case .textTooLong: "a message in it has more than 1,048,576 bytes, or another field more than 65,536"
        case .repeatedMessageID: "two of its messages have one id"
        case .otherChannel: "it is of another channel than this gateway's"
        case .unknownKind: "its kind is none that a customer can send"
        case .badName: "its name or title is not one line of the length it may have"
        case .contradiction: "an earlier line says otherwise of the same thing"
        case .badValue(let field): "\(field) is not what that can be"
        }
    }
}
