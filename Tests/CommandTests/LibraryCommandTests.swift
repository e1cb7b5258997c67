import Foundation
import Testing

/// Channels, saved replies, articles and the workspace, from the command line.
struct LibraryCommandTests {
    // MARK: Channels

    @Test func `a channel is made once, and what is not set is as its kind says`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let made = try terminal.nexus("olga", "channel", "set", "Shop", "--kind", "whatsapp", "--account", "1555")
        #expect(made.status == 0)
        let channel = try terminal.nexus("olga", "channel", "show", "Shop").json
        #expect(channel["id"].text == made.json["id"].text)
        #expect((channel["window"].number, channel["timer"].number) == (1_440, 60))
        #expect(channel["textLimit"].number == 4_096)
        #expect(channel["media"].list.map { $0["kind"].text } == ["image", "audio", "video", "document", "sticker"])
        let again = try terminal.nexus("olga", "channel", "set", "Shop", "--kind", "whatsapp", "--account", "1555")
        #expect(again.json["id"].text == made.json["id"].text)
        #expect(again.json["change"].isNull)
    }

    @Test func `a channel's policy is set in words, and given back to its kind`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus("olga", "channel", "set", "Shop", "--kind", "messenger")
        let options = ["--window", "7d", "--ai-timer", "off", "--media", "image, document", "--name", "Laden"]
        _ = try terminal.start(["--home", terminal.path("olga"), "channel", "set", "Shop"] + options)
        let channel = try terminal.nexus("olga", "channel", "show", "Laden").json
        #expect((channel["window"].number, channel["timer"].number) == (10_080, 0))
        #expect(channel["media"].list.map { $0["kind"].text } == ["image", "document"])
        #expect(try terminal.plain("olga", "channel", "list").output.contains("168h"))
        try terminal.nexus("olga", "channel", "set", "Laden", "--window", "none", "--media", "none")
        let closed = try terminal.nexus("olga", "channel", "show", "Laden").json
        #expect(closed["window"].isNull && closed["media"].list.isEmpty)
        try terminal.nexus("olga", "channel", "set", "Laden", "--window", "default", "--media", "default")
        let reset = try terminal.nexus("olga", "channel", "show", "Laden").json
        #expect(reset["window"].number == 1_440 && reset["media"].list.count == 4)
    }

    @Test(arguments: [
        (["Nope", "--window", "24h"], 66, "unknown-channel"), (["Shop", "--window", "24 hours"], 2, "bad-choice"),
        (["Shop", "--media", "hologram"], 2, "bad-choice"), (["New", "--kind", "fax"], 2, "bad-choice"),
        (["", "--kind", "whatsapp"], 65, "bad-name"), (["a\nb", "--kind", "whatsapp"], 65, "bad-name"),
        (["Shop", "--account", "15"], 2, "usage"),
    ])
    func `what a channel cannot be is said, and nothing is written`(
        arguments: [String], status: Int32, error: String
    ) throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus("olga", "channel", "set", "Shop", "--kind", "whatsapp")
        let before = try terminal.nexus("olga", "digest").output
        let run = try terminal.start(["--home", terminal.path("olga"), "--json", "channel", "set"] + arguments)
        #expect((run.status, run.error["error"].text) == (status, error))
        #expect(try terminal.nexus("olga", "digest").output == before)
    }

    // MARK: Saved replies

    @Test func `a saved reply is kept exactly, taken away, and brought back by its name alone`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let text = "-5 °C:\n  wear a coat, \u{1F9E5}\u{202E}!"
        let set = try terminal.nexus("olga", "saved-reply", "set", "cold", text)
        #expect(set.status == 0)
        #expect(try terminal.nexus("olga", "saved-reply", "show", "cold").json["text"].text == text)
        let prefix = String(set.json["id"].text.prefix(6))
        #expect(try terminal.nexus("olga", "saved-reply", "show", prefix).json["name"].text == "cold")
        #expect(try !terminal.plain("olga", "saved-reply", "list").output.contains("\u{202E}"))
        try terminal.nexus("olga", "saved-reply", "remove", "cold")
        let gone = try terminal.nexus("olga", "saved-reply", "show", "cold")
        #expect((gone.status, gone.error["error"].text) == (66, "unknown-saved-reply"))
        #expect(try terminal.nexus("olga", "saved-reply", "list", "--removed").json.list.count == 1)
        try terminal.nexus("olga", "saved-reply", "set", "cold")
        #expect(try terminal.nexus("olga", "saved-reply", "list").json[0]["text"].text == text)
    }

    @Test func `a new saved reply needs a text, and a text from standard input loses its last line break only`() throws
    {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let empty = try terminal.nexus("olga", "saved-reply", "set", "hi")
        #expect((empty.status, empty.error["error"].text) == (65, "empty-text"))
        try terminal.nexus("olga", "saved-reply", "set", "hi", "-", input: "one\n\ntwo\n\n")
        #expect(try terminal.nexus("olga", "saved-reply", "show", "hi").json["text"].text == "one\n\ntwo\n")
        try terminal.nexus("olga", "saved-reply", "set", "hi", "--name", "hello")
        #expect(try terminal.nexus("olga", "saved-reply", "list").json[0]["name"].text == "hello")
    }

    @Test func `of a file bad lines are named, the rest is in, and a second run changes nothing`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = [
            #"{"name":"a","text":"1"}"#, "nonsense", #"{"name":"b"}"#, #"{"name":"a","text":"2"}"#, "",
            #"{"name":"a\nb","text":"3"}"#, #"{"name":"c","text":"4"}"#, #"{"name":"a","text":"1"}"#,
        ]
        let file = try terminal.write(lines.joined(separator: "\n") + "\n", to: "replies.jsonl")
        let run = try terminal.nexus("olga", "saved-reply", "import", file)
        #expect((run.status, run.error["error"].text) == (65, "some-lines-failed"))
        #expect((run.json["items"].number, run.json["changes"].number, run.json["failed"].number) == (3, 2, 4))
        for number in [2, 3, 4, 6] { #expect(run.errors.contains(#"{"line":\#(number),"#)) }
        #expect(try terminal.nexus("olga", "saved-reply", "list").json.list.map { $0["text"].text } == ["1", "4"])
        #expect(try terminal.nexus("olga", "saved-reply", "import", file).json["changes"].number == 0)
        try terminal.nexus("olga", "saved-reply", "remove", "c")
        #expect(try terminal.nexus("olga", "saved-reply", "import", file).json["takenAway"].number == 1)
        #expect(try terminal.nexus("olga", "saved-reply", "list").json.list.count == 1)
    }

    // MARK: Articles

    @Test func `an article has a title, a text, a language, a source and labels, each set by itself`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus(
            "olga", "article", "set", "When are you open?", "9 to 5", "--language", "en", "--label", "shop", "--label",
            "time")
        try terminal.nexus(
            "olga", "article", "set", "When are you open?", "--source", "handbook", "--remove-label", "shop")
        try terminal.nexus("olga", "article", "set", "When are you open?", "--title", "Opening hours")
        let article = try terminal.nexus("olga", "article", "show", "Opening hours").json
        #expect(
            (article["text"].text, article["language"].text, article["source"].text) == ("9 to 5", "en", "handbook"))
        #expect(article["labels"].texts == ["time"])
        #expect(try terminal.nexus("olga", "article", "list", "--label", "shop").json.list.isEmpty)
        #expect(try terminal.nexus("olga", "article", "list", "--language", "en").json.list.count == 1)
        try terminal.nexus("olga", "article", "set", "Opening hours", "--language", "")
        #expect(try terminal.nexus("olga", "article", "show", "Opening hours").json["language"].isNull)
    }

    @Test func `questions with answers are articles; one title in two languages is two, told apart`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = [
            #"{"question":"Returns?","answer":"30 days","labels":["money"]}"#,
            #"{"title":"Versand","text":"2 Tage","language":"de"}"#,
            #"{"title":"Versand","text":"2 jours","language":"fr"}"#,
            #"{"question":"Returns?","answer":"30 days","labels":["law"]}"#,
        ]
        let file = try terminal.write(lines.joined(separator: "\n"), to: "articles.jsonl")
        let run = try terminal.nexus("olga", "article", "import", file)
        #expect((run.status, run.json["changes"].number) == (0, 4))
        let articles = try terminal.nexus("olga", "article", "list").json.list
        #expect(articles.map { $0["title"].text } == ["Returns?", "Versand", "Versand (2)"])
        #expect(articles[0]["labels"].texts == ["law", "money"])
        #expect(try terminal.nexus("olga", "article", "import", file).json["changes"].number == 0)
    }

    @Test(.enabled(if: questions != nil, "the sample of questions is not on this machine"))
    func `a real list of questions is taken in whole, once`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let file = try #require(Self.questions)
        let first = try terminal.nexus("olga", "article", "import", file)
        #expect((first.status, first.json["items"].number, first.json["failed"].number) == (0, 111, 0))
        #expect(try terminal.nexus("olga", "article", "import", file).json["changes"].number == 0)
        #expect(try terminal.nexus("olga", "article", "list").json.list.count == 108)
    }

    private static let questions: String? = {
        let path = ImportTests.sample.map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent("faq/cdc-faq.jsonl.gz").path
        }
        return path.flatMap { FileManager.default.isReadableFile(atPath: $0) ? $0 : nil }
    }()

    // MARK: The workspace

    @Test func `a workspace has a region and lead statuses of its own`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        #expect(try terminal.nexus("olga", "workspace", "show").json["region"].isNull)
        try terminal.nexus("olga", "workspace", "set", "--region", "de", "--add-status", "vip", "--add-status", "b2b")
        try terminal.nexus("olga", "workspace", "set", "--remove-status", "b2b")
        let shown = try terminal.nexus("olga", "workspace", "show").json
        #expect(shown["region"].text == "DE")
        #expect(shown["own"].texts == ["vip"])
        #expect(shown["leadStatuses"].texts.contains("follow_up"))
        #expect(try terminal.nexus("olga", "workspace", "set", "--add-status", "vip").json["change"].isNull)
        try terminal.nexus("olga", "workspace", "set", "--region", "none")
        #expect(try terminal.nexus("olga", "workspace", "show").json["region"].isNull)
    }

    @Test(arguments: [
        (["--add-status", "lost"], 65, "built-in-status"), (["--remove-status", "new"], 65, "built-in-status"),
        (["--add-status", "VIP!"], 65, "bad-lead-status"), (["--region", "Germany"], 65, "bad-region"),
        (["--region", "XX"], 65, "bad-region"),
        ([], 2, "usage"),
    ])
    func `what a workspace cannot be is said`(arguments: [String], status: Int32, error: String) throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let run = try terminal.start(["--home", terminal.path("olga"), "--json", "workspace", "set"] + arguments)
        #expect((run.status, run.error["error"].text) == (status, error))
    }
}
