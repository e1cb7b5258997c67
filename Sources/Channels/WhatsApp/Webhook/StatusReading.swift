import Inbox

/// One of a webhook's `statuses`: what became of a message that was sent.
enum StatusReading {
    private static let told: [DeliveryEvent] = [.sent, .delivered, .read, .played, .failed]

    static func event(_ status: JSONValue) -> ProviderEvent {
        guard let id = status["id"]?.text, !id.isEmpty, let name = status["status"]?.text else {
            return WhatsAppWebhook.unreadable("A receipt without id or status", status)
        }
        guard let event = told.first(where: { $0.name == name }) else { return .ignored("status \(name.prefix(64))") }
        let error = status["errors"]?.list?.first
        let code = event == .failed ? (error?["code"]?.wholeNumber).map(String.init) : nil
        return .receipt(
            ProviderReceipt(
                providerID: id, reference: status["biz_opaque_callback_data"]?.text,
                customer: status["recipient_id"]?.text, event: event, at: status["timestamp"]?.milliseconds, code: code,
                words: event == .failed ? words(code, error) : nil))
    }

    /// Ours where the code is known, else WhatsApp's.
    private static func words(_ code: String?, _ error: JSONValue?) -> String? {
        if let code, let number = Int64(code), WhatsAppError.of(number) != nil { return WhatsAppError.words(for: code) }
        let theirs = error?["error_data"]?["details"] ?? error?["message"] ?? error?["title"]
        return theirs?.text.map { Evidence.text(of: Array($0.utf8)) } ?? code.map(WhatsAppError.words)
    }
}
