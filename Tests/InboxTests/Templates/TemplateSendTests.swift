import Testing

@testable import Inbox

/// What WhatsApp's send request is told.
struct TemplateSendTests {
    /// A message as Meta's reference shows it: document header, named variable, address with an end.
    @Test func `a document, a name and the end of an address are sent as in Meta's example`() throws {
        let template = try Sample.template(
            #"{"type":"HEADER","format":"DOCUMENT"}"#, Sample.body("Thank you, {{customer_name}}!"),
            Sample.buttons(Sample.url("https://a.example/orders/{{1}}")), name: "order_confirmation", format: "NAMED")
        let values = try TemplateValues(
            arguments: ["header=receipt.pdf", "customer_name=Pablo", "button.0=860198-230332"])
        let sent = try FilledTemplate(template, values)
            .sendTemplate(media: TemplateMedia(.id("<media id>"), filename: "receipt.pdf"))
        let expected = """
            {"name":"order_confirmation","language":{"code":"en_US"},"components":[{"type":"header","parameters":\
            [{"type":"document","document":{"id":"<media id>","filename":"receipt.pdf"}}]},{"type":"body","parameters":\
            [{"type":"text","parameter_name":"customer_name","text":"Pablo"}]},{"type":"button","sub_type":"url","index":"0",\
            "parameters":[{"type":"text","text":"860198-230332"}]}]}
            """
        #expect(sent == JSONValue(json: Array(expected.utf8)))
    }

    @Test func `positional values are sent in the order of their numbers, without names`() throws {
        let body = "Hi " + (1...11).reversed().map { "{{\($0)}}" }.joined(separator: ", ") + "!"
        let values = try TemplateValues(arguments: (1...11).map { "\($0)=v\($0)" })
        let sent = try FilledTemplate(Sample.template(Sample.body(body)), values).sendComponents()
        let parameters = (1...11).map { JSONValue.object(["type": .text("text"), "text": .text("v\($0)")]) }
        #expect(sent == [.object(["type": .text("body"), "parameters": .list(parameters)])])
    }

    @Test func `each button that has a value is sent under its own index and kind`() throws {
        let template = try Sample.template(
            Sample.header("Hi {{1}}"), Sample.body(),
            Sample.buttons(
                Sample.phone(), Sample.url("https://a.example"), Sample.copyCode(), Sample.quickReply(),
                Sample.quickReply()))
        let values = try TemplateValues(arguments: ["header=Jo", "button.2=25OFF", "button.4=stop"])
        let expected = #"""
            [{"type":"header","parameters":[{"type":"text","text":"Jo"}]},
            {"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]},
            {"type":"button","sub_type":"quick_reply","index":"4","parameters":[{"type":"payload","payload":"stop"}]}]
            """#
        #expect(
            try JSONValue.list(FilledTemplate(template, values).sendComponents())
                == JSONValue(json: Array(expected.utf8)))
    }

    @Test func `without an uploaded file, what was given is its address or its id`() throws {
        let template = try Sample.template(#"{"type":"HEADER","format":"IMAGE"}"#, Sample.body())
        for (value, key) in [("HTTPS://a.example/a.png", "link"), ("http://a", "link"), ("1013859600285441", "id")] {
            let sent = try FilledTemplate(template, TemplateValues([.header: value])).sendComponents()
            #expect(sent.first?["parameters"]?.list?.first?["image"] == .object([key: .text(value)]))
        }
        let sent = try FilledTemplate(template, TemplateValues([.header: "a.png"]))
            .sendComponents(media: TemplateMedia(.link("https://a"), filename: "a.png"))
        #expect(sent.first?["parameters"]?.list?.first?["image"] == .object(["link": .text("https://a")]))
    }

    @Test func `a place is sent with all that was told about it`() throws {
        let template = try Sample.template(#"{"type":"HEADER","format":"LOCATION"}"#, Sample.body())
        let values = try TemplateValues(
            arguments: ["header.latitude=1.5", "header.longitude=-2", "header.name=Shop", "header.address=Main St"])
        let expected = #"""
            [{"type":"header","parameters":[{"type":"location",
            "location":{"latitude":"1.5","longitude":"-2","name":"Shop","address":"Main St"}}]}]
            """#
        #expect(
            try JSONValue.list(FilledTemplate(template, values).sendComponents())
                == JSONValue(json: Array(expected.utf8)))
    }

    @Test func `a template without places is sent by name and language alone`() throws {
        let template = try Sample.template(
            Sample.body(), Sample.footer("Bye"), Sample.buttons(Sample.quickReply(), Sample.phone()),
            name: "hello_world")
        let expected = #"{"name":"hello_world","language":{"code":"en_US"}}"#
        #expect(
            try FilledTemplate(template, TemplateValues()).sendTemplate() == JSONValue(json: Array(expected.utf8)))
    }

    @Test func `values that do not go in make no message, and all reasons are told`() throws {
        let template = try Sample.template(Sample.body("Hi {{1}}, {{2}}!"))
        #expect(throws: UnfilledTemplate(problems: [.missing(.body("1")), .lineBreakOrTab(.body("2"))])) {
            try FilledTemplate(template, TemplateValues([.body("2"): "a\tb"]))
        }
    }
}
