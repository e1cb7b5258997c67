import Foundation
import Testing

/// `nexus assistant run`, on real homes and processes.
struct AssistantCommandTests {
    private let terminal: Terminal
    private let relay: RelayProcess

    /// Olga's workspace with one article, a gateway and an assistant, all in step.
    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let gateway = try terminal.nexus("olga", "invite", "--role", "gateway").json["invitation"].text
        let assistant = try terminal.nexus("olga", "invite", "--role", "assistant").json["invitation"].text
        try terminal.nexus("g", "gateway", "init", "--channel", "whatsapp", "--name", "Shop", "-", input: gateway)
        #expect(try terminal.nexus("bot", "join", "-", "--person", "Lumen", input: assistant).status == 0)
        try terminal.nexus("olga", "article", "set", "Opening hours", "We are open from 9 to 18.")
        try sync("olga", "g", "bot", "olga")
    }

    private func sync(_ homes: String...) throws {
        for home in homes { #expect(try terminal.nexus(home, "sync").status == 0) }
    }

    /// Anna writes, so many seconds ago.
    ///
    /// - Returns: the conversation.
    private func receive(_ text: String, id: String, from customer: String = "anna", ago: TimeInterval = 30) throws
        -> String
    {
        let at = Date(timeIntervalSinceNow: -ago).formatted(.iso8601)
        let line = """
            {"channel":"whatsapp","from":{"id":"\(customer)","name":"\(customer)"},"providerId":"\(id)","at":"\(at)","text":"\(text)"}
            """
        let run = try terminal.nexus("g", "receive", "-", input: line)
        #expect(run.json["received"].number == 1, "\(run.errors)")
        try sync("g", "bot")
        let cards = try terminal.nexus("g", "inbox").json.list
        return try #require(cards.first { $0["customer"]["name"].text == customer })["id"].text
    }

    private func once(_ options: String...) throws -> Answer {
        let run = try terminal.start(
            ["--home", terminal.path("bot"), "--json", "assistant", "run", "--once"] + options)
        #expect(run.status == 0, "\(run.errors)")
        return run.json
    }

    @Test func `a round answers, hands over and scores, and a second one does nothing`() throws {
        let anna = try receive("What are your opening hours?", id: "w1")
        let ben = try receive("I want to talk to a human!", id: "w2", from: "ben")
        _ = try receive("How much is it?", id: "w3", from: "cem", ago: 0)
        let report = try once()
        #expect(report["answered"].number == 1)
        #expect(report["escalated"].number == 1)
        #expect(report["scored"].number == 2)
        #expect(report["summarised"].number == 2)
        #expect((report["silent"].number, report["waiting"].number) == (0, 1))
        let again = try once()
        #expect((again["answered"].number, again["escalated"].number, again["silent"].number) == (0, 0, 2))
        try sync("bot", "olga")
        let answered = try terminal.nexus("olga", "show", anna).json
        let reply = answered["messages"][1]
        #expect((reply["from"].text, reply["state"].text) == ("assistant", "queued"))
        #expect(reply["text"].text == "We are open from 9 to 18.")
        #expect((reply["author"].text, reply["unseen"].list.count) == ("Lumen", 0))
        #expect(answered["lead"]["score"].number == 7)
        #expect(answered["summary"]["topics"].texts == ["Opening hours"])
        #expect(try terminal.nexus("olga", "show", ben).json["status"].text == "human_needed")
        #expect(try terminal.nexus("olga", "verify").status == 0)
    }

    @Test func `the quiet and the oldest age can be set`() throws {
        _ = try receive("What are your opening hours?", id: "w1", ago: 2)
        #expect(try once()["waiting"].number == 1)
        #expect(try once("--quiet-seconds", "0")["answered"].number == 1)
        _ = try receive("What are your opening hours?", id: "w2", from: "ben", ago: 20 * 60)
        #expect(try once()["answered"].number == 0)
        #expect(try once("--max-age-minutes", "30")["answered"].number == 1)
    }

    @Test func `a dry run says of each recent conversation what would be done and why, anywhere, and writes nothing`()
        throws
    {
        let anna = try receive("What are your opening hours?", id: "w1")
        try sync("olga")
        let before = try terminal.nexus("olga", "digest").output
        let plan = try terminal.nexus("olga", "assistant", "run", "--dry-run").json
        #expect((plan[0]["conversation"].text, plan[0]["decision"].text) == (anna, "answer"))
        #expect(plan[0]["reply"].text == "We are open from 9 to 18.")
        #expect(plan[0]["score"]["signals"][0]["name"].text == "messages")
        #expect(try terminal.nexus("olga", "digest").output == before)
        try terminal.nexus("olga", "ai", "pause", anna)
        let words = try terminal.plain("olga", "assistant", "run", "--dry-run").output
        #expect(words.hasPrefix("\(anna.prefix(8))  anna: silent, for it is paused by hand.\n"), "\(words)")
        #expect(try terminal.plain("bot", "assistant", "run", "--once").output.hasPrefix("Answered 1, handed over 0,"))
    }

    @Test func `only an assistant's device takes turns, and what makes no sense is refused`() throws {
        let refused = try terminal.nexus("olga", "assistant", "run", "--once")
        #expect((refused.status, refused.error["error"].text) == (77, "not-an-assistant"))
        for options in [
            ["--quiet-seconds", "-1"], ["--max-age-minutes", "0"], ["--once", "--dry-run"],
            ["--quiet-seconds", "60", "--max-age-minutes", "1"],
        ] {
            let run = try terminal.start(["--home", terminal.path("bot"), "assistant", "run"] + options)
            #expect(run.status == 2, "\(options)")
        }
    }

    @Test func `left running, it answers what arrives, and everybody has it, without anybody calling sync`() throws {
        let bot = try FollowProcess(terminal, "bot", command: ["assistant", "run", "--quiet-seconds", "1"])
        try bot.expect("connected")
        let line = """
            {"channel":"whatsapp","from":{"id":"anna","name":"anna"},"providerId":"w1",\
            "at":"\(Date.now.formatted(.iso8601))","text":"What are your opening hours?"}
            """
        #expect(try terminal.nexus("g", "receive", "-", input: line).status == 0)
        try sync("g")
        let conversation = try bot.expect("answered")["conversation"].text
        try bot.expect("sent")
        try sync("olga")
        let messages = try terminal.nexus("olga", "show", conversation).json["messages"].list
        #expect(messages.map { $0["text"].text } == ["What are your opening hours?", "We are open from 9 to 18."])
    }
}
