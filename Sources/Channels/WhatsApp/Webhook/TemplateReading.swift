import Inbox

/// What webhooks tell of templates.
enum TemplateReading {
    /// - Returns: nil for a field that is not about templates.
    static func event(_ field: String, _ value: JSONValue) -> ProviderEvent? {
        let news: TemplateUpdate.News?
        switch field {
        case "message_template_status_update":
            news = value["event"]?.text.map { .status(TemplateStatus(rawValue: $0), reason: reason(value)) }
        case "template_category_update":
            news = value["new_category"]?.text.map { .category(TemplateCategory(rawValue: $0)) }
        case "message_template_quality_update":
            news = value["new_quality_score"]?.text.map { .quality($0) }
        case "message_template_components_update":
            news = .components(components(value))
        default: return nil
        }
        guard let news, let name = value["message_template_name"]?.text, !name.isEmpty,
            let language = value["message_template_language"]?.text, !language.isEmpty
        else { return WhatsAppWebhook.unreadable("News of a template without name, language or content", value) }
        return .template(TemplateUpdate(name: name, language: language, news: news))
    }

    private static func reason(_ value: JSONValue) -> String? {
        let reason = value["rejection_info"]?["reason"]?.text ?? value["reason"]?.text
        return reason == "NONE" ? nil : reason
    }

    private static func components(_ value: JSONValue) -> [JSONValue] {
        func component(_ type: String, _ key: String) -> JSONValue? {
            value[key].map { .object(["type": .text(type), "text": $0]) }
        }
        var components = [
            component("HEADER", "message_template_title"), component("BODY", "message_template_element"),
            component("FOOTER", "message_template_footer"),
        ].compactMap { $0 }
        if let buttons = value["message_template_buttons"]?.list {
            components.append(.object(["type": .text("BUTTONS"), "buttons": .list(buttons.map(button))]))
        }
        return components
    }

    private static func button(_ button: JSONValue) -> JSONValue {
        let keys = ["type": "type", "text": "text", "url": "url", "phone_number": "phone_number"]
        return .object(keys.compactMapValues { button["message_template_button_\($0)"] })
    }
}
