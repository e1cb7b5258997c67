import Testing

/// Filters of the inbox that have a name.
struct ViewCommandTests {
    @Test func `a view shows what its options would, and options on the line win`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let ana = try terminal.importConversation("c1", customer: "Ana")
        let ben = try terminal.importConversation("c2", customer: "Ben")
        try terminal.nexus("olga", "assign", ana, "--me")
        try terminal.nexus("olga", "close", ben)
        try terminal.nexus("olga", "view", "set", "mine", "--assignee", "me", "--status", "active")
        #expect(try ids(terminal, "--view", "mine") == [ana])
        #expect(try ids(terminal, "--view", "mine", "--status", "closed").isEmpty)
        #expect(try ids(terminal, "--view", "mine", "--status", "closed", "--assignee", "none") == [ben])
        #expect(try ids(terminal, "--view", "mine", "--search", "absent").isEmpty)
        try terminal.nexus("olga", "view", "set", "mine", "--status", "closed")
        #expect(try ids(terminal, "--view", "mine") == [ben])
        #expect(try terminal.nexus("olga", "view", "show", "mine").json["query"]["assignee"].isNull)
    }

    @Test func `unread only, and not, can be said of a view and over it`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        try terminal.nexus("olga", "view", "set", "new", "--unread")
        #expect(try ids(terminal, "--view", "new").isEmpty)
        #expect(try ids(terminal, "--view", "new", "--no-unread") == [id])
        let words = try terminal.plain("olga", "view", "list").output
        #expect(words.contains("everyone's") && words.contains("unread only"))
    }

    @Test func `a label and an order are filters like the others`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let ana = try terminal.importConversation("c1", customer: "Ana")
        let ben = try terminal.importConversation("c2", customer: "Ben")
        try terminal.nexus("olga", "label", ana, "add", "vip")
        try terminal.nexus("olga", "escalate", ben)
        try terminal.nexus("olga", "view", "set", "vip", "--label", "vip", "--no-snoozed")
        #expect(try ids(terminal, "--view", "vip") == [ana])
        #expect(try ids(terminal, "--view", "vip", "--snoozed").isEmpty)
        #expect(try ids(terminal, "--order", "need") == [ben, ana])
        let odd = try terminal.nexus("olga", "view", "set", "vip", "--order", "chaos")
        #expect((odd.status, odd.error["error"].text) == (2, "bad-choice"))
        #expect(try terminal.nexus("olga", "view", "show", "vip").json["query"]["snoozed"].number == 0)
    }

    @Test func `a person in a view is kept by id, whatever name they take`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus("olga", "view", "set", "hers", "--assignee", "Olga", "--mine")
        let view = try terminal.nexus("olga", "view", "show", "hers").json
        #expect(view["query"]["assignee"].text.count == 26)
        #expect(view["person"]["name"].text == "Olga")
        #expect(try terminal.plain("olga", "view", "show", "hers").output.contains("assignee Olga"))
        try terminal.nexus("olga", "view", "set", "hers", "--shared")
        #expect(try terminal.nexus("olga", "view", "show", "hers").json["person"].isNull)
    }

    @Test(arguments: [
        (["--status", "asleep"], 2, "bad-choice"), (["--since", "yesterday"], 2, "bad-time"),
        (["--assignee", "Nobody"], 66, "unknown-person"), (["--mine", "--shared"], 2, "usage"),
    ])
    func `a filter that cannot be is refused when it is set`(arguments: [String], status: Int32, error: String) throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let run = try terminal.start(["--home", terminal.path("olga"), "--json", "view", "set", "v"] + arguments)
        #expect((run.status, run.error["error"].text) == (status, error))
        #expect(try terminal.nexus("olga", "view", "list").json.list.isEmpty)
    }

    @Test func `views are taken from a file, with keys of later versions passed over; a wrong one is told when used`()
        throws
    {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let lines = [
            #"{"name":"ok","query":{"status":"active","mood":"bad"}}"#, #"{"name":"odd","query":{"status":"asleep"}}"#,
            #"{"name":"none"}"#,
        ]
        let file = try terminal.write(lines.joined(separator: "\n"), to: "views.jsonl")
        let run = try terminal.nexus("olga", "view", "import", file)
        #expect((run.status, run.json["changes"].number, run.json["failed"].number) == (65, 2, 1))
        #expect(try terminal.nexus("olga", "view", "import", file).json["changes"].number == 0)
        #expect(try ids(terminal, "--view", "ok") == [id])
        let odd = try terminal.nexus("olga", "inbox", "--view", "odd")
        #expect((odd.status, odd.error["error"].text) == (65, "bad-filter"))
        let absent = try terminal.nexus("olga", "inbox", "--view", "absent")
        #expect((absent.status, absent.error["error"].text) == (66, "unknown-view"))
    }

    private func ids(_ terminal: Terminal, _ options: String...) throws -> [String] {
        try terminal.start(["--home", terminal.path("olga"), "--json", "inbox"] + options).json.list.map {
            $0["id"].text
        }
    }
}
