import Inbox
import Simulation
import Testing

/// Whatever comes from outside: it is refused, or read into something that all questions can be put to.
struct HostileTemplateTests {
    @Test(arguments: Seed.several(12))
    func `random JSON with the words of templates never traps, and is stored and read back the same`(seed: Seed) throws
    {
        var dice = Dice(seed)
        var readCount = 0
        for _ in 0..<40 {
            let fields: [String: JSONValue] = [
                "name": dice.once(in: 20) ? dice.json(depth: 1) : .text("a"), "language": .text("en"),
                "category": dice.json(depth: 1), "status": dice.json(depth: 1), "parameter_format": dice.json(depth: 1),
                "components": dice.once(in: 20)
                    ? dice.json(depth: 3) : .list((0..<dice.number(0...6)).map { _ in dice.component() }),
            ]
            guard let template = try? Sample.read(JSONValue.object(fields).canonicalText) else { continue }
            readCount += 1
            try askEverything(template, &dice)
        }
        #expect(readCount > 20)
    }

    @Test(arguments: Seed.several(12))
    func `a template with bytes knocked out or turned round never traps`(seed: Seed) throws {
        var dice = Dice(seed)
        let whole = try Array(
            Sample.template(
                Sample.header("Hi {{1}}"), Sample.body("é {{1}} 👍"), Sample.buttons(Sample.url("https://a/{{1}}"))
            ).canonicalJSON.utf8)
        for _ in 0..<100 {
            var bytes = whole
            for _ in 0..<dice.number(1...4) {
                let index = dice.number(0...bytes.count - 1)
                if dice.once(in: 2) { bytes[index] = dice.bytes(1)[0] } else { bytes.remove(at: index) }
            }
            guard let template = try? TemplateDefinition(json: bytes) else { continue }
            try askEverything(template, &dice)
        }
    }

    @Test func `what is nested deeper than any template is refused before it is walked`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(JSONValue(json: nested(32)) != nil)
        for depth in [33, 600, 1 << 20] {
            #expect(JSONValue(json: nested(depth)) == nil)
            #expect(throws: TemplateRejection.malformed) { try TemplateDefinition(json: nested(depth)) }
        }
        // Braces within a text open nothing, whatever is escaped before them.
        #expect(JSONValue(json: Array(#""\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[""#.utf8)) != nil)
        // The decoder also reads UTF-16, where a byte of a letter looks like a quotation mark and hides what follows.
        let utf16 = Array("[\"\u{2200}\",".utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        #expect(JSONValue(json: utf16 + nested(100).flatMap { [$0, 0] } + [0x5D, 0]) == nil)
    }

    @Test func `a key twice, or once more in other bytes for the same letter, is one key`() {
        for key in ["a", "e\u{301}"] {
            let value = JSONValue(json: Array("{\"\(key)\":1,\"\(key == "a" ? "a" : "é")\":2}".utf8))
            #expect(value?[key] == .integer(1) || value?[key] == .integer(2))
        }
    }

    @Test func `what is too large is refused before it is read`() {
        let bytes = [UInt8](repeating: 0x20, count: TemplateDefinition.pageByteLimit + 1)
        #expect(throws: TemplateRejection.tooLarge(byteCount: bytes.count)) { try TemplateDefinition(json: bytes) }
    }

    /// A hundred thousand of each: what took time with the square of it would take an hour.
    @Test(.timeLimit(.minutes(15)), arguments: ["{{", "{{1}}", "{{a", "}}", "{{1}} "])
    func `a text full of braces is gone through once`(unit: String) {
        let text = TemplateText(String(repeating: unit, count: 100_000), examples: ["1": "x"])
        #expect(text.filled { "{{\($0)}}" } == text.source)
        #expect(text.variables.count <= 1)
    }

    private func askEverything(_ template: TemplateDefinition, _ dice: inout Dice) throws {
        #expect(try Sample.read(template.canonicalJSON) == template, "\(template.canonicalJSON)")
        #expect(try Sample.read(template.canonicalJSON).canonicalJSON == template.canonicalJSON)
        #expect(template.sendingHash.count == 16)
        _ = template.problems()
        var values = TemplateValues(examplesOf: template).bySlot
        for field in template.fields where dice.once(in: 2) { values[field.slot] = dice.pick(Dice.texts) }
        let preview = TemplatePreview(template, TemplateValues(values))
        #expect(preview.lines.count >= preview.buttons.count)
        let problems = template.problems(in: TemplateValues(values))
        let filled = try? FilledTemplate(template, TemplateValues(values))
        #expect((filled == nil) == !problems.isEmpty)
        _ = filled?.sendTemplate()
    }
}

extension Dice {
    fileprivate static let texts = [
        "", "x", "Hi {{1}}!", "{{1}}{{2}}", "{{name}} {{99999999999999999999}}", "{{", "}}", "\n", "\u{0}", "é\u{301}👨‍👩‍👧",
        "https://a/{{1}}", "NAMED", "positional", "approved", "ßtatus", String(repeating: "y", count: 1100), "1e999",
        "TEXT", "IMAGE", "LOCATION", "GIF",
    ]

    private static let keys = [
        "type", "text", "format", "buttons", "url", "phone_number", "example", "header_text", "body_text", "cards",
        "header_text_named_params", "body_text_named_params", "param_name", "header_handle", "components", "", "é",
        "e\u{301}",
    ]

    private static let types = [
        "HEADER", "header", "BODY", "Body", "FOOTER", "BUTTONS", "buttons", "CAROUSEL", "URL", "PHONE_NUMBER",
        "QUICK_REPLY",
        "copy_code", "FLOW",
    ]

    fileprivate mutating func json(depth: Int) -> JSONValue {
        switch number(0...(depth > 0 ? 8 : 5)) {
        case 0: .null
        case 1: .bool(once(in: 2))
        case 2: .integer(Int64(bitPattern: next()))
        case 3: .number(Double(bitPattern: next() & 0xFFDF_FFFF_FFFF_FFFF))
        case 4, 5: .text(pick(Self.texts))
        case 6: .list((0..<number(0...3)).map { _ in json(depth: depth - 1) })
        default: object(depth: depth)
        }
    }

    fileprivate mutating func component() -> JSONValue {
        guard case .object(var fields) = object(depth: 4) else { return .null }
        fields["type"] = .text(pick(Self.types))
        if once(in: 2) { fields["text"] = .text(pick(Self.texts)) }
        if once(in: 2) { fields["format"] = .text(pick(Self.texts)) }
        if once(in: 2) { fields["buttons"] = .list((0..<number(0...12)).map { _ in button() }) }
        return .object(fields)
    }

    private mutating func button() -> JSONValue {
        guard case .object(var fields) = object(depth: 2), !once(in: 8) else { return json(depth: 2) }
        fields["type"] = .text(pick(Self.types))
        if once(in: 2) { fields["url"] = .text(pick(Self.texts)) }
        return .object(fields)
    }

    private mutating func object(depth: Int) -> JSONValue {
        let pairs = (0..<number(0...4)).map { _ in (pick(Self.keys), json(depth: depth - 1)) }
        return .object(Dictionary(pairs) { first, _ in first })
    }
}
