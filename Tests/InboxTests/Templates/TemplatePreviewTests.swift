import Inbox
import Testing

struct TemplatePreviewTests {
    private static let full = [
        Sample.header("Our {{1}}"), Sample.body(#"*Hi* {{1}},\nyour code is {{2}}."#), Sample.footer("Bye"),
        Sample.buttons(
            Sample.quickReply(), Sample.phone(), Sample.url("https://a.example/{{1}}"), Sample.copyCode()),
    ].joined(separator: ",")

    @Test func `the customer sees the values, the marks as they are, and the labels of buttons`() throws {
        let values = try TemplateValues(
            arguments: ["header=sale", "1=Jo", "2=25%", "button.2=shop?x=1", "button.3=25OFF", "button.0=stop"])
        let preview = try FilledTemplate(Sample.template(Self.full), values).preview
        #expect(preview.header == .text("Our sale"))
        #expect(preview.body == "*Hi* Jo,\nyour code is 25%.")
        #expect(preview.footer == "Bye")
        #expect(preview.buttons.map(\.target) == ["stop", "15550051310", "https://a.example/shop?x=1", "25OFF"])
        #expect(
            preview.lines == [
                "Our sale", "*Hi* Jo,", "your code is 25%.", "Bye", "[Stop]", "[Call]", "[Open]", "[25OFF]",
            ])
    }

    @Test func `what is missing shows as the variable`() throws {
        let preview = try TemplatePreview(Sample.template(Self.full), TemplateValues([.body("2"): "x"]))
        #expect(preview.lines.prefix(3) == ["Our {{1}}", "*Hi* {{1}},", "your code is x."])
        #expect(preview.buttons.map(\.target) == [nil, "15550051310", "https://a.example/{{1}}", nil])
    }

    @Test func `a value is never looked through for variables`() throws {
        let template = try Sample.template(Sample.body("Hi {{1}}, {{2}}!"))
        let preview = TemplatePreview(template, TemplateValues([.body("1"): "{{2}}", .body("2"): "{{1}}"]))
        #expect(preview.body == "Hi {{2}}, {{1}}!")
    }

    @Test(arguments: [
        ("{{{1}}}", "{x}"), ("{{{{1}}}}", "{{x}}"), ("{{1}", "{{1}"), ("{{1}}}", "x}"), ("{{A}}{{1}}", "{{A}}x"),
        ("{{\u{301}1}}", "{{\u{301}1}}"), ("é{{1}}👍", "éx👍"), ("{{1}}\u{301}", "x\u{301}"), ("", ""), ("{{", "{{"),
    ])
    func `braces that make no variable are text`(source: String, shown: String) {
        #expect(TemplateText(source).filled { _ in "x" } == shown)
        #expect(TemplateText(source).filled { "{{\($0)}}" } == source)
    }

    @Test func `files and places are shown by what was given for them`() throws {
        let file = try Sample.template(#"{"type":"HEADER","format":"IMAGE"}"#, Sample.body())
        #expect(TemplatePreview(file, TemplateValues([.header: "a.png"])).lines == ["[image: a.png]", "Hello there."])
        #expect(TemplatePreview(file, TemplateValues()).lines == ["[image]", "Hello there."])
        let place = try Sample.template(#"{"type":"HEADER","format":"LOCATION"}"#, Sample.body())
        let values = try TemplateValues(
            arguments: ["header.latitude=1.5", "header.longitude=2", "header.name=Shop", "header.address=Main St"])
        #expect(TemplatePreview(place, values).lines.first == "[Main St, Shop, 2, 1.5]")
    }

    @Test func `a template with what is not supported is still shown`() throws {
        let template = try Sample.template(
            #"{"type":"HEADER","format":"GIF"}"#, Sample.body(), Sample.buttons(#"{"type":"FLOW","text":"Go"}"#))
        #expect(TemplatePreview(template, TemplateValues()).lines == ["Hello there.", "[Go]"])
    }
}
