import Inbox
import Testing

/// Each documented limit: at it nothing is wrong, one step beyond is exactly that problem.
struct TemplateProblemTests {
    @Test func `a name is 1 to 512 lowercase letters, digits and underscores`() throws {
        for name in ["a", "order_2", "_", "2", Sample.text(512)] {
            #expect(try Sample.template(Sample.body(), name: name).problems().isEmpty, "\(name)")
        }
        for name in ["Order", "order-2", "order 2", "é", "a\u{301}", Sample.text(513)] {
            #expect(try Sample.template(Sample.body(), name: name).problems() == [.badName], "\(name)")
        }
    }

    @Test func `header, body, footer and labels end at 60, 1024, 60 and 25 characters`() throws {
        let cases: [(TemplatePart, Int, (String) -> [String])] = [
            (.header, 60, { [Sample.header($0), Sample.body()] }), (.body, 1024, { [Sample.body($0)] }),
            (.footer, 60, { [Sample.body(), Sample.footer($0)] }),
            (.label(0), 25, { [Sample.body(), Sample.buttons(Sample.quickReply($0))] }),
        ]
        for (part, limit, components) in cases {
            #expect(try problems(components(Sample.text(limit))).isEmpty)
            let beyond = try problems(components(Sample.text(limit + 1)))
            #expect(beyond == [.tooLong(part, limit: limit, count: limit + 1)])
            #expect(try problems(components("")) == [.empty(part)])
        }
    }

    @Test func `what looks like one character counts as all that it is made of`() throws {
        let family = "👨‍👩‍👧"
        #expect(family.count == 1 && family.unicodeScalars.count == 5)
        let header = String(repeating: family, count: 12)
        #expect(try problems([Sample.header(header), Sample.body()]).isEmpty)
        #expect(
            try problems([Sample.header(header + "!"), Sample.body()])
                == [.tooLong(.header, limit: 60, count: 61)])
    }

    @Test func `addresses, numbers and codes end at 2000, 20 and 15 characters`() throws {
        let cases: [(Int, (String) -> String)] = [
            (2000, { Sample.url($0) }), (20, Sample.phone), (15, Sample.copyCode),
        ]
        for (limit, button) in cases {
            #expect(try buttonProblems([button(Sample.text(limit))]).isEmpty)
            let beyond = try buttonProblems([button(Sample.text(limit + 1))])
            #expect(beyond == [.tooLong(.target(0), limit: limit, count: limit + 1)])
        }
        #expect(try buttonProblems([Sample.url(""), Sample.phone("")]) == [.empty(.target(0)), .empty(.target(1))])
    }

    @Test func `there must be a body, and no part twice`() throws {
        #expect(try problems([Sample.footer("Bye")]) == [.empty(.body)])
        #expect(try problems([#"{"type":"BODY","add_security_recommendation":true}"#]).isEmpty)
        for part in [Sample.header("Hi"), Sample.body("Hello."), Sample.footer("Bye"), Sample.buttons(Sample.phone())] {
            let found = try problems([part, part] + (part.contains("BODY") ? [] : [Sample.body()]))
            #expect(found.count == 1, "\(found)")
            guard case .repeated(.component(let type))? = found.first else {
                Issue.record("\(found)")
                continue
            }
            #expect(part.contains("\"\(type)\""))
        }
    }

    @Test func `a header has one variable, an address one at its end, a footer none`() throws {
        #expect(try problems([Sample.header("Hi {{1}}"), Sample.body()]).isEmpty)
        #expect(
            try problems([Sample.header("{{1}} {{2}}"), Sample.body()])
                == [.tooManyVariables(.header, limit: 1, count: 2)])
        #expect(try buttonProblems([Sample.url("https://a.example/{{1}}")]).isEmpty)
        #expect(
            try buttonProblems([Sample.url("https://a.example/{{1}}/x")]) == [.variableNotAtEnd(.target(0))])
        #expect(
            try buttonProblems([Sample.url("https://{{1}}/{{2}}")])
                == [.tooManyVariables(.target(0), limit: 1, count: 2), .variableNotAtEnd(.target(0))])
        #expect(try problems([Sample.body(), Sample.footer("Bye {{1}}")]) == [.variableNotAllowed(.footer)])
    }

    @Test func `numbers run from 1 without gaps, and may come in any order or twice`() throws {
        #expect(try problems([Sample.body("Hi {{2}}, {{1}} and {{2}}!")]).isEmpty)
        let all = (1...12).map { "{{\($0)}}" }.joined(separator: ", ")
        #expect(try problems([Sample.body("Hi \(all)!")]).isEmpty)
        for text in ["Hi {{2}}!", "Hi {{1}}, {{3}}!", "Hi {{0}}!", "Hi {{01}}!", "Hi {{99999999999999999999}}!"] {
            #expect(try problems([Sample.body(text)]) == [.numbersWithGaps(.body)], "\(text)")
        }
        #expect(try problems([Sample.header("Hi {{2}}"), Sample.body()]) == [.numbersWithGaps(.header)])
    }

    @Test func `names are lowercase letters, digits and underscores, and braces are closed`() throws {
        #expect(try problems([Sample.body("Hi {{first_name}}, {{line_2}}!")]).isEmpty)
        for text in ["Hi {{firstName}}!", "Hi {{ 1 }}!", "Hi {{1!", "Hi 1}}!", "Hi {{}}!", "Hi {{a-b}}!", "Hi {{é}}!"] {
            #expect(try problems([Sample.body(text)]) == [.strayBraces(.body)], "\(text)")
        }
        #expect(try problems([Sample.header("Hi {{A}}"), Sample.body()]) == [.strayBraces(.header)])
        #expect(try buttonProblems([Sample.url("https://a.example/{{A}}")]) == [.strayBraces(.target(0))])
    }

    @Test func `a template has names or numbers, in header and body alike`() throws {
        let mixed = try Sample.template(Sample.header("It is {{1}}"), Sample.body("Hi {{name}}!"))
        #expect(mixed.problems() == [.variableOfOtherFormat(.body, name: "name")])
        let named = try Sample.template(Sample.body("Hi {{1}}, {{name}}!"), format: "NAMED")
        #expect(named.problems() == [.variableOfOtherFormat(.body, name: "1")])
        // The variable of an address is no parameter with a name.
        let url = try Sample.template(
            Sample.body("Hi {{name}}!"), Sample.buttons(Sample.url("https://a.example/{{1}}")), format: "NAMED")
        #expect(url.problems().isEmpty)
    }

    @Test func `in the body text stands before, between and after variables`() throws {
        #expect(try problems([Sample.body("Hi {{1}}, {{2}}.")]).isEmpty)
        for text in ["Hi {{1}}{{2}}.", "Hi {{1}} {{2}}.", #"Hi {{1}}\n{{2}}."#] {
            #expect(try problems([Sample.body(text)]) == [.adjacentVariables], "\(text)")
        }
        for text in ["{{1}}, hi.", "Hi {{1}}", " {{1}}, hi.", #"Hi {{1}}\n"#, "{{1}}"] {
            #expect(try problems([Sample.body(text)]) == [.variableAtEdge], "\(text)")
        }
    }

    @Test func `ten buttons, of them two addresses, one number and one code`() throws {
        let ten = (1...10).map { Sample.quickReply("\($0)") }
        #expect(try buttonProblems(ten).isEmpty)
        #expect(
            try buttonProblems(ten + [Sample.quickReply()])
                == [.tooManyButtons(nil, limit: 10, count: 11), .tooManyButtons(.quickReply, limit: 10, count: 11)])
        #expect(try buttonProblems(ten + [Sample.phone()]) == [.tooManyButtons(nil, limit: 10, count: 11)])
        let url = Sample.url("https://a.example")
        #expect(try buttonProblems([url, url, Sample.phone(), Sample.copyCode()]).isEmpty)
        #expect(try buttonProblems([url, url, url]) == [.tooManyButtons(.url, limit: 2, count: 3)])
        #expect(try buttonProblems([Sample.phone(), Sample.phone()]) == [.tooManyButtons(.phone, limit: 1, count: 2)])
        #expect(
            try buttonProblems([Sample.copyCode(), Sample.copyCode()])
                == [.tooManyButtons(.copyCode, limit: 1, count: 2)])
    }

    @Test func `quick replies stand together, before or after the others`() throws {
        let (reply, phone, url) = (Sample.quickReply(), Sample.phone(), Sample.url("https://a.example"))
        for buttons in [[reply, reply, phone, url], [phone, url, reply, reply], [reply], [phone, url]] {
            #expect(try buttonProblems(buttons).isEmpty)
        }
        for buttons in [[reply, phone, reply], [phone, reply, url]] {
            #expect(try buttonProblems(buttons) == [.quickRepliesApart])
        }
    }

    private func problems(_ components: [String]) throws -> [TemplateProblem] {
        try Sample.template(components.joined(separator: ",")).problems()
    }

    private func buttonProblems(_ buttons: [String]) throws -> [TemplateProblem] {
        try problems([Sample.body(), Sample.buttons(buttons)])
    }
}
