import Inbox

/// One of a webhook's `messages`: what a customer wrote.
struct MessageReading {
    private let message: JSONValue
    private let contact: JSONValue?

    init(_ message: JSONValue, in value: JSONValue) {
        self.message = message
        let contacts = value["contacts"]?.list ?? []
        let sender = Self.sender(of: message)?.text
        let named = contacts.first { sender != nil && [$0["wa_id"]?.text, $0["user_id"]?.text].contains(sender) }
        contact = named ?? (contacts.count == 1 ? contacts.first : nil)
    }

    /// Whoever hides their number is known by another name.
    private static func sender(of message: JSONValue) -> JSONValue? { message["from"] ?? message["from_user_id"] }

    var event: ProviderEvent {
        let id = Self.sender(of: message)?.text ?? contact?["wa_id"]?.text ?? contact?["user_id"]?.text
        let customer = InboundMessage.Customer(id: id ?? "", name: contact?["profile"]?["name"]?.text)
        var extra: [String: JSONValue] = [:]
        if let userID = contact?["user_id"] { extra["user_id"] = userID }
        return MessageContent(message).event(of: customer, sender: .customer, extra: extra)
    }
}

/// One of a webhook's `message_echoes`: what somebody of the team wrote on the business phone.
struct EchoReading {
    private let echo: JSONValue
    private let value: JSONValue

    init(_ echo: JSONValue, in value: JSONValue) { (self.echo, self.value) = (echo, value) }

    var event: ProviderEvent {
        let businessNumber = value["metadata"]?["display_phone_number"]?.text
        // Told the other way round, as some have been seen, it still is about the customer.
        let isTurned = businessNumber != nil && echo["to"]?.text == businessNumber
        let id = (isTurned ? echo["from"] : echo["to"] ?? echo["to_user_id"])?.text ?? ""
        let contact = value["contacts"]?.list?.first { $0["wa_id"]?.text == id }
        let customer = InboundMessage.Customer(id: id, name: contact?["profile"]?["name"]?.text)
        return MessageContent(echo).event(of: customer, sender: .phone, extra: [:])
    }
}

/// What a message says, whoever wrote it.
struct MessageContent {
    /// What stands in fields of its own, and so not again in the details.
    private static let known: Set<String> = ["from", "to", "id", "timestamp"]

    private let message: JSONValue
    private let type: String
    /// What is under the key that its type names.
    private let body: JSONValue?

    init(_ message: JSONValue) {
        self.message = message
        type = message["type"]?.text ?? ""
        body = message[type]
    }

    func event(
        of customer: InboundMessage.Customer, sender: Sender, extra: [String: JSONValue]
    ) -> ProviderEvent {
        let details = details.merging(extra) { $1 }
        do throws(LineRejection) {
            return .message(try inbound(customer, sender, details.isEmpty ? nil : .object(details)))
        } catch .textTooLong {
            // The message counts more than what its kind says besides.
            let bare = try? inbound(customer, sender, .object(["omitted": .bool(true)]))
            return bare.map(ProviderEvent.message) ?? WhatsAppWebhook.unreadable("A message that is too long", message)
        } catch {
            return WhatsAppWebhook.unreadable("A message without sender or id", message)
        }
    }

    private func inbound(
        _ customer: InboundMessage.Customer, _ sender: Sender, _ details: JSONValue?
    ) throws(LineRejection) -> InboundMessage {
        let (kind, text) = said
        return try InboundMessage(
            channel: .whatsapp, from: customer, sender: sender, providerID: message["id"]?.text ?? "",
            at: message["timestamp"]?.milliseconds, kind: kind, text: text, about: about(kind), file: file,
            details: details)
    }

    // MARK: What it is

    /// A kind that is there but lacks what makes it one is shown as unsupported, with all of it in the details.
    private var said: (kind: MessageKind, text: String?) {
        switch type {
        case "text": body?["body"]?.text.map { (.text, $0) } ?? (.unsupported, nil)
        case "image": (.image, body?["caption"]?.text)
        case "video": (.video, body?["caption"]?.text)
        case "audio", "voice": (.audio, nil)
        case "document": (.document, body?["caption"]?.text)
        case "sticker": (.sticker, nil)
        case "location": (.location, Self.joined([body?["name"]?.text, body?["address"]?.text]))
        case "contacts": (.contact, Self.joined(body?.list?.map { $0["name"]?["formatted_name"]?.text } ?? []))
        case "reaction": named("message_id") ? (.reaction, body?["emoji"]?.text ?? "") : (.unsupported, nil)
        case "button": (.buttonReply, body?["text"]?.text)
        case "interactive": choice
        case "edit": correction
        case "revoke": named("original_message_id") ? (.revocation, nil) : (.unsupported, nil)
        case "system": (.unsupported, body?["body"]?.text)
        case "order": (.unsupported, body?["text"]?.text)
        default: (.unsupported, nil)
        }
    }

    private var choice: (MessageKind, String?) {
        switch body?["type"]?.text {
        case "button_reply": (.buttonReply, body?["button_reply"]?["title"]?.text)
        case "list_reply": (.listReply, body?["list_reply"]?["title"]?.text)
        default: (.unsupported, body?["nfm_reply"]?["body"]?.text)
        }
    }

    private var correction: (MessageKind, String?) {
        guard named("original_message_id"), let text = corrected?.said.text else { return (.unsupported, nil) }
        return (.edit, text)
    }

    /// The message as a correction has it now.
    private var corrected: MessageContent? {
        // One in another is as deep as it goes.
        guard type == "edit", let message = body?["message"], message["type"]?.text != "edit" else { return nil }
        return MessageContent(message)
    }

    private func named(_ key: String) -> Bool { body?[key]?.text?.isEmpty == false }

    private static func joined(_ texts: [String?]) -> String? {
        let texts = texts.compactMap { $0 }.filter { !$0.isEmpty }
        return texts.isEmpty ? nil : texts.joined(separator: ", ")
    }

    // MARK: What goes with it

    private func about(_ kind: MessageKind) -> String? {
        switch kind {
        case .reaction: body?["message_id"]?.text
        case .edit, .revocation: body?["original_message_id"]?.text
        default: message["context"]?["id"]?.text
        }
    }

    private var file: InboundMessage.File? {
        guard ["image", "video", "audio", "voice", "document", "sticker"].contains(type) else { return nil }
        return InboundMessage.File(mime: body?["mime_type"]?.text, name: body?["filename"]?.text)
    }

    /// All that has no field of its own, as it came.
    private var details: [String: JSONValue] {
        guard case .object(let fields) = message else { return [:] }
        var details = fields.filter { !Self.known.contains($0.key) }
        if case .object(let context)? = details["context"] {
            let rest = context.filter { !["from", "id"].contains($0.key) }
            details["context"] = rest.isEmpty ? nil : .object(rest)
        }
        guard type == "text", case .object(let text)? = body, text["body"]?.text != nil else { return details }
        details["type"] = nil
        details["text"] = text.count == 1 ? nil : .object(text.filter { $0.key != "body" })
        return details
    }
}
