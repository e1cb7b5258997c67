import Inbox

/// What the WhatsApp Cloud API's messages endpoint is asked.
///
/// Source: Meta's OpenAPI description of the business messaging API, v23.0, and its examples.
enum SendRequest {
    static func body(_ message: OutgoingMessage) -> [UInt8] { Array(json(message).canonicalText.utf8) }

    static func json(_ message: OutgoingMessage) -> JSONValue {
        var fields: [String: JSONValue] = [
            "messaging_product": .text("whatsapp"), "recipient_type": .text("individual"),
            recipientKey(message.to): .text(message.to), "biz_opaque_callback_data": .text(message.reference),
        ]
        if let answering = message.answering { fields["context"] = .object(["message_id": .text(answering)]) }
        switch message.content {
        case .text(let text):
            fields["type"] = .text("text")
            fields["text"] = .object(["body": .text(text), "preview_url": .bool(false)])
        case .template(let template):
            fields["type"] = .text("template")
            fields["template"] = json(template)
        }
        return .object(fields)
    }

    private static func json(_ template: TemplateMessage) -> JSONValue {
        var fields: [String: JSONValue] = [
            "name": .text(template.name), "language": .object(["code": .text(template.language)]),
        ]
        if !template.components.isEmpty { fields["components"] = .list(template.components) }
        return .object(fields)
    }

    /// Whoever hides their number is known by a name that begins with a country.
    private static func recipientKey(_ customer: String) -> String {
        let digits = customer.hasPrefix("+") ? customer.dropFirst() : customer[...]
        return digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "to" : "recipient"
    }
}
