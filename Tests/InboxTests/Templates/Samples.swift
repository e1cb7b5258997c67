import Inbox

/// Templates for the tests of this folder, made from as little as each test says.
enum Sample {
    /// With these components, in the form in which templates are submitted.
    static func template(
        _ components: String..., name: String = "order_update", format: String? = nil, status: String? = "APPROVED"
    ) throws -> TemplateDefinition {
        let format = format.map { #","parameter_format":"\#($0)""# } ?? ""
        let status = status.map { #","status":"\#($0)""# } ?? ""
        let list = components.joined(separator: ",")
        return try read(
            #"{"name":"\#(name)","language":"en_US","category":"UTILITY"\#(format)\#(status),"components":[\#(list)]}"#)
    }

    static func read(_ json: String) throws -> TemplateDefinition { try TemplateDefinition(json: Array(json.utf8)) }

    static func header(_ text: String) -> String { #"{"type":"HEADER","format":"TEXT","text":"\#(text)"}"# }

    static func body(_ text: String = "Hello there.") -> String { #"{"type":"BODY","text":"\#(text)"}"# }

    static func footer(_ text: String) -> String { #"{"type":"FOOTER","text":"\#(text)"}"# }

    static func buttons(_ buttons: String...) -> String { Self.buttons(buttons) }

    static func buttons(_ buttons: [String]) -> String {
        #"{"type":"BUTTONS","buttons":[\#(buttons.joined(separator: ","))]}"#
    }

    static func url(_ url: String, label: String = "Open") -> String {
        #"{"type":"URL","text":"\#(label)","url":"\#(url)"}"#
    }

    static func phone(_ number: String = "15550051310") -> String {
        #"{"type":"PHONE_NUMBER","text":"Call","phone_number":"\#(number)"}"#
    }

    static func quickReply(_ label: String = "Stop") -> String { #"{"type":"QUICK_REPLY","text":"\#(label)"}"# }

    static func copyCode(_ code: String = "25OFF") -> String { #"{"type":"COPY_CODE","example":["\#(code)"]}"# }

    static func text(_ length: Int) -> String { String(repeating: "x", count: length) }
}
