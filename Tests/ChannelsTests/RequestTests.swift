import ChangeLog
import Testing

@testable import Channels
@testable import Inbox

/// What the messages endpoint is asked.
struct RequestTests {
    @Test func `a text that answers a message is asked for as Meta's reference has it`() {
        let message = OutgoingMessage(
            to: "16505551234", content: .text("Yes, \"two\" of them"), answering: "wamid.X", reference: "m1")
        let expected = #"""
            {"messaging_product":"whatsapp","recipient_type":"individual","to":"16505551234","type":"text",
            "context":{"message_id":"wamid.X"},"text":{"body":"Yes, \"two\" of them","preview_url":false},
            "biz_opaque_callback_data":"m1"}
            """#
        #expect(JSONValue(json: SendRequest.body(message)) == JSONValue(json: Array(expected.utf8)))
    }

    @Test func `a customer who hides their number is written to by their name`() {
        let request = SendRequest.json(Samples.text(to: "US.13491208655302741918"))
        #expect(request["recipient"] == .text("US.13491208655302741918") && request["to"] == nil)
        #expect(SendRequest.json(Samples.text(to: "+4915112"))["to"] == .text("+4915112"))
    }

    private static let definition = """
        {"name":"order","language":"en_US","category":"UTILITY","status":"APPROVED","parameter_format":"NAMED",
        "components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"Thanks, {{name}}!"},
        {"type":"BUTTONS","buttons":[{"type":"URL","text":"Open","url":"https://a.example/{{1}}"},
        {"type":"QUICK_REPLY","text":"Stop"},{"type":"COPY_CODE","example":["X"]}]}]}
        """

    private static func template(_ arguments: String...) throws -> TemplateMessage {
        let definition = try TemplateDefinition(json: Array(definition.utf8))
        return try TemplateMessage(FilledTemplate(definition, TemplateValues(arguments: arguments)))
    }

    @Test func `a template is asked for with all its values, each in its place`() throws {
        let template = try Self.template(
            "header=https://a.example/p.png", "name=Pablo", "button.0=17", "button.1=stop", "button.2=25OFF")
        let request = SendRequest.json(OutgoingMessage(to: "1", content: .template(template), reference: "m1"))
        let expected = #"""
            {"name":"order","language":{"code":"en_US"},"components":[
            {"type":"header","parameters":[{"type":"image","image":{"link":"https://a.example/p.png"}}]},
            {"type":"body","parameters":[{"type":"text","parameter_name":"name","text":"Pablo"}]},
            {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"17"}]},
            {"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"stop"}]},
            {"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]}]}
            """#
        #expect(request["template"] == JSONValue(json: Array(expected.utf8)))
        #expect(request["type"] == .text("template") && request["text"] == nil)
    }

    @Test func `a header's file without an address or an id makes no message`() throws {
        for file in ["p.png", "https://", "ftp://a.example/p.png", "12a"] {
            #expect(throws: TemplateFault.noFile, "\(file)") {
                try Self.template("header=\(file)", "name=Pablo", "button.0=17", "button.2=X")
            }
        }
        #expect(try Self.template("header=1013859600", "name=P", "button.0=1", "button.2=X").components.count == 4)
    }

    @Test func `what a queued message keeps makes the message, as long as the template says the same`() throws {
        let definition = try TemplateDefinition(json: Array(Self.definition.utf8))
        let values = try TemplateValues(arguments: ["header=17", "name=Pablo", "button.0=17", "button.2=X"])
        func details(_ hash: [UInt8], values: String) throws -> JSONValue {
            .object([
                "name": .text("order"), "language": .text("en_US"), "hash": .text(Base32.text(hash)),
                "values": try #require(JSONValue(json: Array(values.utf8))),
            ])
        }
        let kept = try details(definition.sendingHash, values: values.canonicalJSON)
        #expect(try TemplateMessage(details: kept, definition: definition).components.count == 4)

        #expect(throws: TemplateFault.malformed) { try TemplateMessage(details: .null, definition: definition) }
        let other = try details([UInt8](repeating: 0, count: 16), values: values.canonicalJSON)
        #expect(throws: TemplateFault.changed) { try TemplateMessage(details: other, definition: definition) }
        var paused = definition
        paused.status = TemplateStatus(rawValue: "PAUSED")
        #expect(throws: TemplateFault.notSendable(paused.status)) {
            try TemplateMessage(details: kept, definition: paused)
        }
        let less = try details(definition.sendingHash, values: #"{"name":"Pablo"}"#)
        #expect(throws: TemplateFault.self) { try TemplateMessage(details: less, definition: definition) }
    }
}
