import Inbox

/// What WhatsApp posts to whoever listens: messages, receipts, echoes of the business phone, news of templates.
///
/// Read leniently: what one part lacks loses no other part. Kinds that are not known are kept raw.
///
/// Source: Meta's OpenAPI description of the business messaging API, v23.0; pywa's collection of updates.
public enum WhatsAppWebhook {
    /// The most that is read of one, in bytes. Meta puts up to a thousand updates into one.
    public static let byteLimit = 4 << 20

    /// - Parameters:
    ///   - body: as it came.
    ///   - phoneNumberID: Meta's id of the number that is served; what is for another one is ignored. Nil takes all.
    /// - Returns: in the order they stand in, which is none: Meta promises neither order nor that each comes once.
    public static func events(in body: [UInt8], for phoneNumberID: String? = nil) -> [ProviderEvent] {
        guard body.count <= byteLimit else { return [.unreadable("\(body.count) bytes are too many.")] }
        guard let value = JSONValue(json: body) else {
            return [.unreadable("Not JSON: \(Evidence.text(of: body))")]
        }
        return events(in: value, for: phoneNumberID)
    }

    static func events(in value: JSONValue, for phoneNumberID: String?) -> [ProviderEvent] {
        guard value["object"]?.text == "whatsapp_business_account", let entries = value["entry"]?.list else {
            return [unreadable("Not a webhook of WhatsApp", value)]
        }
        return entries.flatMap { entry in
            guard let changes = entry["changes"]?.list else { return [unreadable("An entry without changes", entry)] }
            return changes.flatMap { events(of: $0, for: phoneNumberID) }
        }
    }

    private static func events(of change: JSONValue, for phoneNumberID: String?) -> [ProviderEvent] {
        guard let field = change["field"]?.text, let value = change["value"] else {
            return [unreadable("A change without field or value", change)]
        }
        if let phoneNumberID, let number = value["metadata"]?["phone_number_id"]?.text, number != phoneNumberID {
            return [.ignored("\(field) of another number")]
        }
        switch field {
        case "messages": return conversation(value)
        case "smb_message_echoes": return list(value, "message_echoes") { EchoReading($0, in: value).event }
        default: return [TemplateReading.event(field, value) ?? .ignored(field)]
        }
    }

    private static func conversation(_ value: JSONValue) -> [ProviderEvent] {
        let events =
            list(value, "messages") { MessageReading($0, in: value).event }
            + list(value, "statuses") { StatusReading.event($0) }
            + list(value, "errors") { .ignored("errors: \(GraphError(.object(["error": $0]))?.code ?? 0)") }
        return events.isEmpty ? [.ignored("messages without any")] : events
    }

    /// Empty where there is none; something else in its place is told.
    private static func list(
        _ value: JSONValue, _ key: String, _ event: (JSONValue) -> ProviderEvent
    ) -> [ProviderEvent] {
        guard let elements = value[key] else { return [] }
        return elements.list?.map(event) ?? [unreadable("\(key) is no list", elements)]
    }

    static func unreadable(_ reason: String, _ value: JSONValue) -> ProviderEvent {
        .unreadable(Evidence.text(of: Array("\(reason): \(value.canonicalText)".utf8)))
    }
}

extension JSONValue {
    /// Seconds since 1970, as WhatsApp writes them, in milliseconds.
    var milliseconds: Int64? {
        guard let seconds = wholeNumber, (0...Instant.range.upperBound / 1_000).contains(seconds) else { return nil }
        return seconds * 1_000
    }
}
