import Inbox
import Testing

struct TemplateValueTests {
    @Test func `each place has one spelling, and a body's variable named header a longer one`() throws {
        let spelled: [(String, TemplateSlot)] = [
            ("header", .header), ("header.latitude", .location(.latitude)), ("header.address", .location(.address)),
            ("1", .body("1")), ("customer_name", .body("customer_name")), ("body.header", .body("header")),
            ("button", .body("button")), ("button.0", .button(0)), ("button.12", .button(12)),
        ]
        for (spelling, slot) in spelled {
            #expect(TemplateSlot(spelling: spelling) == slot)
            #expect(slot.spelling == spelling)
        }
        #expect(TemplateSlot(spelling: "body.1") == .body("1"))
    }

    @Test(arguments: [
        "", ".", "firstName", "header.", "header.1", "header.name.x", "body.", "body.A", "button.", "button.-1",
        "button.+1",
        "button.01", "button.x", "button.99999999999999999999", " 1", "1 ", "a.b", "é",
    ])
    func `anything else spells no place`(spelling: String) {
        #expect(TemplateSlot(spelling: spelling) == nil)
        #expect(throws: spelling.isEmpty ? TemplateArgumentProblem.noName(index: 0) : .badName(spelling)) {
            try TemplateValues(arguments: [spelling + "=x"])
        }
    }

    @Test func `the first equals sign divides, and a place is filled once`() throws {
        let values = try TemplateValues(arguments: ["1=a=b", "button.0=", "header=https://a.example/?x=1"])
        #expect(values[.body("1")] == "a=b" && values[.button(0)] == "")
        #expect(values[.header] == "https://a.example/?x=1")
        #expect(throws: TemplateArgumentProblem.noName(index: 1)) { try TemplateValues(arguments: ["1=a", "Pablo"]) }
        #expect(throws: TemplateArgumentProblem.repeated(.body("1"))) {
            try TemplateValues(arguments: ["1=a", "body.1=b"])
        }
    }

    @Test func `values are stored as JSON under their spellings, and read back`() throws {
        let values = try TemplateValues(arguments: ["name=Jo", "body.header=x", "header=y", "button.1=\"z\""])
        #expect(values.canonicalJSON == #"{"body.header":"x","button.1":"\"z\"","header":"y","name":"Jo"}"#)
        #expect(TemplateValues(canonicalJSON: values.canonicalJSON) == values)
        for text in ["", "[]", #"{"1":1}"#, #"{"A":"x"}"#, #"{"1":"x","body.1":"y"}"#] {
            #expect(TemplateValues(canonicalJSON: text) == nil, "\(text)")
        }
    }

    @Test func `what it asks for comes in the order it is sent in, with examples`() throws {
        let template = try Sample.template(
            #"{"type":"HEADER","format":"TEXT","text":"Our {{1}}","example":{"header_text":["sale"]}}"#,
            #"{"type":"BODY","text":"Hi {{2}}, {{10}}, {{1}}!","example":{"body_text":[["a","b"]]}}"#,
            Sample.buttons(
                Sample.phone(), #"{"type":"URL","text":"Go","url":"https://a/{{1}}","example":["https://a/x"]}"#,
                Sample.copyCode(), Sample.quickReply()))
        #expect(template.fields.map(\.slot.spelling) == ["header", "1", "2", "10", "button.1", "button.2", "button.3"])
        #expect(template.fields.map(\.example) == ["sale", "a", "b", nil, "https://a/x", "25OFF", nil])
        #expect(template.fields.map(\.isRequired) == [true, true, true, true, true, true, false])
        let named = try Sample.template(Sample.body("Hi {{z}}, {{a}}, {{z}}!"))
        #expect(named.fields.map(\.slot.spelling) == ["z", "a"])
        #expect(TemplateValues(examplesOf: template)[.button(1)] == "x")
    }

    @Test func `a missing value and an unknown one are named`() throws {
        let template = try Sample.template(Sample.body("Hi {{name}}, {{day}}!"))
        #expect(template.problems(in: TemplateValues([.body("name"): "Jo", .body("day"): "today"])).isEmpty)
        #expect(
            template.problems(in: TemplateValues([.body("name"): "Jo", .body("date"): "today", .header: "x"]))
                == [.unknown(.body("date")), .unknown(.header), .missing(.body("day"))])
    }

    @Test(arguments: [
        ("", TemplateValueProblem.empty(.body("1"))), ("  ", .empty(.body("1"))), ("\n", .empty(.body("1"))),
        ("a\nb", .lineBreakOrTab(.body("1"))), ("a\r\nb", .lineBreakOrTab(.body("1"))),
        ("a\u{2028}b", .lineBreakOrTab(.body("1"))), ("a\tb", .lineBreakOrTab(.body("1"))),
        ("a     b", .tooManySpaces(.body("1"))),
    ])
    func `a value is one line, without tabs or more than four spaces in a row`(
        value: String, problem: TemplateValueProblem
    ) throws {
        let template = try Sample.template(Sample.body("Hi {{1}}!"))
        #expect(template.problems(in: TemplateValues([.body("1"): value])) == [problem])
        #expect(template.problems(in: TemplateValues([.body("1"): "a    b    c"])).isEmpty)
    }

    @Test func `what values make is measured: header 60, body 1024, address 2000, payload 256, code 15`() throws {
        let template = try Sample.template(
            Sample.header("x{{1}}"), Sample.body("x{{1}}x"),
            Sample.buttons(Sample.quickReply(), Sample.url("https://a/{{1}}"), Sample.copyCode()))
        let rooms: [(TemplateSlot, TemplatePart, limit: Int, room: Int)] = [
            (.header, .header, 60, 59), (.body("1"), .body, 1024, 1022), (.button(0), .target(0), 256, 256),
            (.button(1), .target(1), 2000, 1990), (.button(2), .target(2), 15, 15),
        ]
        let full = Dictionary(uniqueKeysWithValues: rooms.map { ($0.0, Sample.text($0.room)) })
        #expect(template.problems(in: TemplateValues(full)).isEmpty)
        for (slot, part, limit, room) in rooms {
            let values = TemplateValues(full.merging([slot: Sample.text(room + 1)]) { $1 })
            #expect(template.problems(in: values) == [.tooLong(part, limit: limit, count: limit + 1)])
        }
    }

    @Test func `a payload may be left out, and may have line breaks`() throws {
        let template = try Sample.template(Sample.body(), Sample.buttons(Sample.quickReply()))
        #expect(template.problems(in: TemplateValues()).isEmpty)
        #expect(template.problems(in: TemplateValues([.button(0): "a\nb"])).isEmpty)
        #expect(template.problems(in: TemplateValues([.button(0): ""])) == [.empty(.button(0))])
        #expect(template.problems(in: TemplateValues([.button(1): "a"])) == [.unknown(.button(1))])
    }

    @Test func `a place needs degrees, a name and an address`() throws {
        let template = try Sample.template(#"{"type":"HEADER","format":"LOCATION"}"#, Sample.body())
        var place: [TemplateSlot: String] = [
            .location(.latitude): "-90", .location(.longitude): "122.483", .location(.name): "Shop",
            .location(.address): "1 Main St",
        ]
        #expect(template.problems(in: TemplateValues(place)).isEmpty)
        for latitude in ["90.5", "north", "nan", "inf", "0x1", "1e1", "-", "5°", "1.2.3"] {
            place[.location(.latitude)] = latitude
            #expect(
                template.problems(in: TemplateValues(place)) == [.notDegrees(.location(.latitude), limit: 90)],
                "\(latitude)")
        }
        #expect(template.problems(in: TemplateValues()) == TemplateSlot.Place.allCases.map { .missing(.location($0)) })
    }

    @Test func `what is not supported here keeps it from being filled`() throws {
        let template = try Sample.template(
            Sample.header("{{1}} {{2}}"), Sample.body(), Sample.buttons(#"{"type":"MPM"}"#), #"{"type":"CAROUSEL"}"#)
        #expect(
            template.problems(in: TemplateValues()) == [
                .cannotBeFilled(.header), .cannotBeFilled(.target(0)), .cannotBeFilled(.component("CAROUSEL")),
            ])
    }
}
