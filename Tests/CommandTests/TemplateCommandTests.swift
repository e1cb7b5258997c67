import Testing

/// Templates from the command line.
struct TemplateCommandTests {
    @Test func `a template is shown as the customer would see it, with its variables in place`() throws {
        let terminal = try shop()
        let run = try terminal.nexus("olga", "template", "import", terminal.write(Self.page, to: "page.json"))
        #expect((run.status, run.json["items"].number, run.json["changes"].number) == (0, 2, 2))
        let template = try terminal.nexus("olga", "template", "show", "order", "--language", "en_US").json
        #expect(
            template["text"].texts == ["Order {{1}}", "Hello {{1}}, thank you.", "Lantern & Loom", "[Track]", "[Call]"])
        #expect(template["values"].list.map { $0["name"].text } == ["header", "1", "button.0"])
        #expect(template["values"][1]["example"].text == "Ana")
        #expect(template["sendable"].number == 1)
        #expect(template["channel"]["name"].text == "Shop")
        let screen = try terminal.plain("olga", "template", "show", "order", "--language", "en_US").output
        #expect(screen.contains("https://shop.example/{{1}}") && screen.contains("+15550100"))
    }

    @Test func `of one name in two languages the language has to be said, or the id`() throws {
        let terminal = try shop()
        try terminal.nexus("olga", "template", "import", terminal.write(Self.page, to: "page.json"))
        let run = try terminal.nexus("olga", "template", "show", "order")
        #expect((run.status, run.error["error"].text) == (66, "ambiguous-template"))
        let german = try terminal.nexus("olga", "template", "list", "--language", "de").json[0]
        #expect(german["sendable"].number == 0)
        let prefix = String(german["id"].text.prefix(8))
        #expect(try terminal.nexus("olga", "template", "show", prefix).json["language"].text == "de")
    }

    @Test func `what the provider says is set by hand, and by the next file`() throws {
        let terminal = try shop()
        let file = try terminal.write(Self.page, to: "page.json")
        try terminal.nexus("olga", "template", "import", file)
        let set = ["--language", "de", "--status", "approved", "--category", "marketing"]
        _ = try terminal.start(["--home", terminal.path("olga"), "template", "set", "order"] + set)
        let approved = try terminal.nexus("olga", "template", "list", "--status", "approved").json.list
        #expect(approved.map { $0["category"].text } == ["MARKETING", "UTILITY"])
        #expect(try terminal.nexus("olga", "template", "import", file).json["changes"].number == 1)
        #expect(try terminal.nexus("olga", "template", "list", "--status", "pending").json.list.count == 1)
        #expect(try terminal.nexus("olga", "template", "import", file).json["changes"].number == 0)
        let odd = try terminal.nexus("olga", "template", "set", "order", "--language", "de", "--status", "splendid")
        #expect((odd.status, odd.error["error"].text) == (2, "bad-choice"))
    }

    @Test func `what was removed stays away when the file comes again, until it is set`() throws {
        let terminal = try shop()
        let file = try terminal.write(Self.page, to: "page.json")
        try terminal.nexus("olga", "template", "import", file)
        try terminal.nexus("olga", "template", "remove", "order", "--language", "de")
        #expect(try terminal.nexus("olga", "template", "import", file).json["takenAway"].number == 1)
        #expect(try terminal.nexus("olga", "template", "list").json.list.count == 1)
        try terminal.nexus("olga", "template", "set", "order", "--language", "de")
        #expect(try terminal.nexus("olga", "template", "list").json.list.count == 2)
    }

    @Test func `broken entries are named with the limit they break, and nothing of them is written`() throws {
        let terminal = try shop()
        let footer = String(repeating: "x", count: 61)
        let lines = [
            #"{"name":"good","language":"en","components":[{"type":"BODY","text":"Hello."}]}"#, "nonsense", "",
            #"{"name":"long","language":"en","status":"APPROVED","components":[{"type":"BODY","text":"x"},"#
                + #"{"type":"FOOTER","text":"\#(footer)"}]}"#,
            #"{"language":"en"}"#, #"{"name":"edge","language":"en","components":[{"type":"BODY","text":"{{1}}"}]}"#,
            #"{"name":"old","language":"en","status":"APPROVED","components":[{"type":"BODY","text":"{{1}}"}]}"#,
            #"{"name":"good","language":"en","components":[{"type":"BODY","text":"Bye."}]}"#,
        ]
        let run = try terminal.nexus(
            "olga", "template", "import", terminal.write(lines.joined(separator: "\n"), to: "t.jsonl"))
        #expect((run.status, run.json["failed"].number, run.json["changes"].number) == (65, 5, 2))
        #expect(run.errors.contains(#"{"entry":4,"message":"the footer has 61 characters; 60 fit"}"#))
        for entry in [2, 5, 6, 8] { #expect(run.errors.contains(#"{"entry":\#(entry),"#)) }
        let names = try terminal.nexus("olga", "template", "list").json.list.map { $0["name"].text }
        #expect(names == ["good", "old"])
        #expect(try terminal.nexus("olga", "template", "show", "old").json["problems"].list.count == 1)
    }

    @Test func `a preview fills in what is given, and says what would keep it from being sent`() throws {
        let terminal = try shop()
        try terminal.nexus("olga", "template", "import", terminal.write(Self.page, to: "page.json"))
        let run = try terminal.nexus(
            "olga", "template", "preview", "order", "--language", "en_US", "header=4711", "1=Ana = Anna")
        #expect(run.json["text"].texts.prefix(2) == ["Order 4711", "Hello Ana = Anna, thank you."])
        #expect(run.json["problems"].texts == ["button.0 is missing"])
        let odd = try terminal.nexus("olga", "template", "preview", "order", "--language", "en_US", "Ana")
        #expect((odd.status, odd.error["error"].text) == (2, "bad-value"))
    }

    @Test func `templates belong to a WhatsApp channel, which is named where there are several or none`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let file = try terminal.write(Self.page, to: "page.json")
        let none = try terminal.nexus("olga", "template", "import", file)
        #expect((none.status, none.error["error"].text) == (66, "no-channel"))
        for name in ["Shop", "Outlet"] { try terminal.nexus("olga", "channel", "set", name, "--kind", "whatsapp") }
        #expect(try terminal.nexus("olga", "template", "import", file).error["error"].text == "no-channel")
        for name in ["Shop", "Outlet"] { try terminal.nexus("olga", "template", "import", file, "--channel", name) }
        #expect(try terminal.nexus("olga", "template", "list").json.list.count == 4)
        #expect(try terminal.nexus("olga", "template", "list", "--channel", "Outlet").json.list.count == 2)
    }

    private func shop() throws -> Terminal {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus("olga", "channel", "set", "Shop", "--kind", "whatsapp", "--account", "1555")
        return terminal
    }

    /// As WhatsApp answers `GET /message_templates`.
    private static let page = """
        {"data": [
          {"name": "order", "language": "en_US", "status": "APPROVED", "category": "UTILITY", "id": "1", "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["4711"]}},
            {"type": "BODY", "text": "Hello {{1}}, thank you.", "example": {"body_text": [["Ana"]]}},
            {"type": "FOOTER", "text": "Lantern & Loom"},
            {"type": "BUTTONS", "buttons": [
              {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"},
              {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100"}]}]},
          {"name": "order", "language": "de", "status": "PENDING", "category": "UTILITY", "components": [
            {"type": "BODY", "text": "Hallo {{1}}, danke."}]}],
         "paging": {"cursors": {"before": "a", "after": "b"}}}
        """
}
