import Inbox

/// Webhooks as WhatsApp posts them, one event in each.
struct SimulatedWebhook {
    /// Meta's id of the business number; nil where nobody has named it yet.
    var phoneNumberID: String?
    private static let displayNumber = "15550000000"

    func status(
        _ receipt: SimulatedScript.Receipt, of id: String, _ request: SimulatedRequest, at: Int64
    ) -> JSONValue {
        var status: [String: JSONValue] = [
            "id": .text(id), "status": .text(receipt.event), "timestamp": Self.seconds(at),
            "recipient_id": .text(request.to),
        ]
        if let reference = request.reference { status["biz_opaque_callback_data"] = .text(reference) }
        if receipt.event == "failed" {
            let code = receipt.code ?? 131_026
            let words = WhatsAppError.words(for: String(code))
            status["errors"] = .list([
                .object(["code": .integer(code), "title": .text(words), "message": .text(words)])
            ])
        }
        return change("messages", ["statuses": .list([.object(status)])])
    }

    func message(id: String, from customer: String, name: String?, text: String, about: String?, at: Int64) -> JSONValue
    {
        var message = Self.text(text, id: id, at: at)
        message["from"] = .text(customer)
        if let about { message["context"] = .object(["from": .text(Self.displayNumber), "id": .text(about)]) }
        var contact: [String: JSONValue] = ["wa_id": .text(customer)]
        if let name { contact["profile"] = .object(["name": .text(name)]) }
        return change("messages", ["contacts": .list([.object(contact)]), "messages": .list([.object(message)])])
    }

    func echo(id: String, to customer: String, text: String, at: Int64) -> JSONValue {
        var echo = Self.text(text, id: id, at: at)
        (echo["from"], echo["to"]) = (.text(Self.displayNumber), .text(customer))
        return change("smb_message_echoes", ["message_echoes": .list([.object(echo)])])
    }

    private static func text(_ text: String, id: String, at: Int64) -> [String: JSONValue] {
        [
            "id": .text(id), "timestamp": seconds(at), "type": .text("text"),
            "text": .object(["body": .text(text)]),
        ]
    }

    private static func seconds(_ milliseconds: Int64) -> JSONValue { .text(String(milliseconds / 1_000)) }

    private func change(_ field: String, _ value: [String: JSONValue]) -> JSONValue {
        var metadata: [String: JSONValue] = ["display_phone_number": .text(Self.displayNumber)]
        if let phoneNumberID { metadata["phone_number_id"] = .text(phoneNumberID) }
        var value = value
        (value["messaging_product"], value["metadata"]) = (.text("whatsapp"), .object(metadata))
        let change = JSONValue.object(["field": .text(field), "value": .object(value)])
        return .object([
            "object": .text("whatsapp_business_account"),
            "entry": .list([.object(["id": .text("1"), "changes": .list([change])])]),
        ])
    }
}
