import Inbox
import Testing

struct TemplateDefinitionTests {
    @Test func `what Meta lists is read: types in any letter case, unknown fields passed over`() throws {
        let template = try Sample.read(
            #"""
            {"id":"1259544702043867","name":"order_update","parameter_format":"named","language":"en_US","status":"approved",
            "category":"utility","quality_score":{"score":"GREEN"},"components":[
            {"type":"header","format":"document","example":{"header_handle":["https://example.com/1?expires=2"]}},
            {"type":"Body","text":"Dear {{customer_name}}, see above.","color":"red",
            "example":{"body_text_named_params":[{"param_name":"customer_name","example":"Pablo"}]}},
            {"type":"footer","text":"Lucky Shrub"},
            {"type":"buttons","buttons":[{"type":"url","text":"Track","url":"https://example.com/{{1}}"}]}]}
            """#)
        #expect(template.name == "order_update" && template.language == "en_US")
        #expect(template.category == .utility && template.status == .approved)
        #expect(template.parameterFormat == .named)
        #expect(template.header == .file(.document))
        #expect(template.body?.examples == ["customer_name": "Pablo"])
        #expect(template.footer == "Lucky Shrub")
        #expect(template.buttons.map(\.kind) == [.url])
        #expect(template.others.isEmpty && template.problems().isEmpty)
    }

    @Test func `approved, reinstated and flagged can be sent, and nothing else`() {
        let sendable = TemplateStatus.known.filter(\.isSendable).map(\.rawValue)
        #expect(sendable == ["APPROVED", "REINSTATED", "FLAGGED"])
        #expect(TemplateStatus.known.filter(\.isAtRisk) == [.flagged])
        #expect(TemplateStatus.known.count == 14 && Set(TemplateStatus.known).count == 14)
    }

    @Test func `an unknown status is kept and not sent, and one that was never given neither`() throws {
        let unknown = try Sample.template(Sample.body(), status: "Under_Moonlight")
        #expect(unknown.status?.rawValue == "UNDER_MOONLIGHT")
        #expect(!unknown.isSendable)
        #expect(try Sample.read(unknown.canonicalJSON) == unknown)
        #expect(try !Sample.template(Sample.body(), status: nil).isSendable)
        #expect(try Sample.template(Sample.body(), status: "flagged").isSendable)
    }

    @Test func `without a format, a template whose variables all have names is named`() throws {
        #expect(try Sample.template(Sample.body("Hi {{name}}!")).parameterFormat == .named)
        #expect(try Sample.template(Sample.body("Hi {{1}}!")).parameterFormat == .positional)
        #expect(
            try Sample.template(Sample.header("It is {{1}}"), Sample.body("Hi {{name}}!")).parameterFormat
                == .positional)
        #expect(try Sample.template(Sample.body("Hi {{name}}!"), format: "POSITIONAL").parameterFormat == .positional)
        #expect(try Sample.template(Sample.body()).parameterFormat == .positional)
    }

    @Test(arguments: [
        ("", TemplateRejection.malformed), ("[]", .malformed), ("\"x\"", .malformed), ("{}", .missing("name")),
        (#"{"name":""}"#, .missing("name")), (#"{"name":7}"#, .missing("name")),
        (#"{"name":"a"}"#, .missing("language")),
        (#"{"name":"a","language":"en","components":{}}"#, .malformed),
    ])
    func `what is no template is refused`(json: String, rejection: TemplateRejection) {
        #expect(throws: rejection) { try Sample.read(json) }
    }

    @Test func `a template that does not fit into a field of the log is refused`() throws {
        let empty = try Sample.template(Sample.body("")).canonicalJSON.utf8.count
        let room = TemplateDefinition.byteLimit - empty
        #expect(try Sample.template(Sample.body(Sample.text(room))).body?.source.count == room)
        #expect(throws: TemplateRejection.tooLarge(byteCount: TemplateDefinition.byteLimit + 1)) {
            try Sample.template(Sample.body(Sample.text(room + 1)))
        }
    }

    @Test func `of a page each template is judged by itself`() throws {
        let good = try Sample.template(Sample.body()).canonicalJSON
        let page = #"{"data":[\#(good),{"name":"a"},7,\#(good)],"paging":{"cursors":{"after":"x"}}}"#
        let read = try TemplateDefinition.page(json: Array(page.utf8))
        #expect(
            try read == [
                .success(Sample.read(good)), .failure(.missing("language")), .failure(.malformed),
                .success(Sample.read(good)),
            ])
        #expect(try TemplateDefinition.page(json: Array("[\(good)]".utf8)).count == 1)
        #expect(try TemplateDefinition.page(json: Array(good.utf8)).count == 1)
        #expect(try TemplateDefinition.page(json: Array(#"{"data":[]}"#.utf8)).isEmpty)
    }

    @Test func `what cannot be filled in here is kept raw and named`() throws {
        let template = try Sample.template(
            #"{"type":"HEADER","format":"PRODUCT","x":1}"#, Sample.body(), #"{"type":"carousel","cards":[1.5,null]}"#,
            Sample.buttons(Sample.quickReply(), #"{"type":"FLOW","text":"Go","flow_id":"7"}"#))
        #expect(template.unsupportedParts == [.header, .target(1), .component("CAROUSEL")])
        #expect(template.buttons[1].label == "Go" && template.buttons[1].kind == .unsupported)
        #expect(template.canonicalJSON.contains(#"{"cards":[1.5,null],"type":"carousel"}"#))
        #expect(template.canonicalJSON.contains(#"{"flow_id":"7","text":"Go","type":"FLOW"}"#))
        #expect(template.problems().isEmpty)
        #expect(try Sample.read(template.canonicalJSON) == template)
    }

    @Test func `the canonical form does not depend on how the template was written`() throws {
        let one = try Sample.read(
            #"{"name":"a","language":"en","category":"UTILITY","status":"APPROVED","components":[{"type":"BODY","text":"Hi {{1}}!","example":{"body_text":[["Jo"]]}},{"type":"HEADER","format":"IMAGE","example":{"header_handle":["https://a"]}}]}"#
        )
        let other = try Sample.read(
            #"{"components":[{"example":{"header_handle":["https://b"]},"format":"image","type":"header"},{"example":{"body_text":["Jo"]},"text":"Hi {{1}}!","type":"body"}],"status":"approved","category":"utility","language":"en","id":"7","name":"a"}"#
        )
        #expect(one.canonicalJSON == other.canonicalJSON)
        #expect(
            one.canonicalJSON
                == #"{"category":"UTILITY","components":[{"format":"IMAGE","type":"HEADER"},{"example":{"body_text_named_params":[{"example":"Jo","param_name":"1"}]},"text":"Hi {{1}}!","type":"BODY"}],"language":"en","name":"a","parameter_format":"POSITIONAL","status":"APPROVED"}"#
        )
    }

    @Test func `kept in fields of their own, name, language, category and status make the same template`() throws {
        let template = try Sample.template(Sample.header("Hi {{1}}"), Sample.body(), #"{"type":"CAROUSEL"}"#)
        var changed = template
        changed.status = TemplateStatus(rawValue: "PAUSED")
        changed.category = .marketing
        #expect(changed.contentJSON == template.contentJSON)
        #expect(!template.contentJSON.contains("order_update") && !template.contentJSON.contains("APPROVED"))
        let read = try TemplateDefinition(
            name: "order_update", language: "en_US", category: .marketing, status: changed.status,
            contentJSON: template.contentJSON)
        #expect(read == changed)
        // What is in there of the fields does not count.
        let contradicting = try TemplateDefinition(
            name: "order_update", language: "en_US", category: .marketing, status: nil,
            contentJSON: template.canonicalJSON)
        #expect(contradicting.status == nil && contradicting.category == .marketing)
        #expect(throws: TemplateRejection.malformed) {
            try TemplateDefinition(name: "a", language: "en", category: .utility, status: nil, contentJSON: "")
        }
    }
}
