import Inbox

/// A request to send a message, as the Cloud API reads it.
struct SimulatedRequest {
    /// Those the API knows.
    private static let types: Set<String> = [
        "text", "image", "audio", "video", "document", "sticker", "location", "contacts", "interactive", "reaction",
        "template",
    ]
    /// The longest text, in characters.
    private static let textLimit = 4_096
    /// The longest of what is brought back, in characters.
    private static let referenceLimit = 512

    let to: String
    let type: String
    let text: String
    let template: String?
    let answering: String?
    let reference: String?

    /// What is wrong with a request, by Meta's number for it.
    struct Fault: Error {
        let code: Int64
        let words: String
    }

    init(_ request: JSONValue) throws(Fault) {
        guard request["messaging_product"]?.text == "whatsapp" else { throw Self.lacking("messaging_product") }
        guard let to = (request["to"] ?? request["recipient"])?.text, !to.isEmpty else { throw Self.lacking("to") }
        type = request["type"]?.text ?? "text"
        guard Self.types.contains(type) else { throw Fault(code: 131_009, words: "Parameter type is not valid.") }
        guard let content = request[type] else { throw Self.lacking(type) }
        self.to = to
        template = type == "template" ? content["name"]?.text : nil
        if type == "template", template == nil || content["language"]?["code"]?.text == nil {
            throw Self.lacking("template name and language")
        }
        text = Self.text(of: content)
        if type == "text", !(1...Self.textLimit).contains(text.unicodeScalars.count) {
            throw Fault(code: 100, words: "Param text['body'] must be 1 to \(Self.textLimit) characters long.")
        }
        answering = request["context"]?["message_id"]?.text
        reference = request["biz_opaque_callback_data"]?.text
        guard (reference?.unicodeScalars.count ?? 0) <= Self.referenceLimit else {
            throw Fault(code: 131_009, words: "biz_opaque_callback_data is too long.")
        }
    }

    private static func lacking(_ name: String) -> Fault {
        Fault(code: 131_008, words: "Parameter \(name) is missing.")
    }

    /// What a person could read of it: of a template, its values.
    private static func text(of content: JSONValue) -> String {
        let values = (content["components"]?.list ?? []).flatMap { $0["parameters"]?.list ?? [] }.compactMap(
            \.["text"]?.text)
        return content["body"]?.text ?? content["caption"]?.text ?? content["emoji"]?.text
            ?? content["body"]?["text"]?.text ?? values.joined(separator: ", ")
    }
}
