import Glibc
import Inbox

/// The cast of a scenario, and what they can do: each act is a command, run as a process of its own.
struct Scene {
    let stage: DemoStage
    private(set) var steps: [String] = []

    /// A workspace with an owner, an agent, an assistant, and a gateway for the shop's WhatsApp line.
    init(_ stage: DemoStage) throws {
        self.stage = stage
        try stage.startRelay()
        try stage.startProvider()
        try stage.run("Olga", ["init", "--workspace", "Lantern & Loom", "--person", "Olga", "--relay", stage.url])
        try join("Maya", as: "agent")
        try join("Robin", as: "assistant")
        try openLine("WhatsApp", "whatsapp", account: "12025550100")
        try stage.run("Olga", ["sync"])
    }

    mutating func say(_ text: String) {
        steps.append(text)
        stage.say("   " + text)
    }

    // MARK: The cast

    private func join(_ name: String, as role: String) throws {
        let invitation = try stage.run("Olga", ["invite", "--role", role])["invitation"].text
        try stage.run(name, ["join", "-", "--person", name], input: invitation)
        try stage.run(name, ["sync"])
    }

    /// A gateway for one more channel account.
    func openLine(_ name: String, _ channel: String, account: String) throws {
        let invitation = try stage.run("Olga", ["invite", "--role", "gateway"])["invitation"].text
        try stage.run(
            name, ["gateway", "init", "--channel", channel, "--name", name, "--account", account, "-"],
            input: invitation)
        try stage.run(name, ["sync"])
    }

    /// What the assistant answers from.
    func article(_ title: String, _ text: String) throws {
        try stage.run("Olga", ["article", "set", title, text])
        try stage.run("Olga", ["sync"])
    }

    // MARK: Acts

    /// A customer writes, as the channel's gateway hears of it.
    ///
    /// - Parameter minutes: how long ago, in minutes.
    mutating func customer(
        _ name: String, _ number: String, on line: String = "WhatsApp", writes text: String, minutes: Int64 = 0
    ) throws {
        let at = Instant.text(milliseconds: Int64(clamping: WallClock.now()) - minutes * 60_000)
        let message = JSONOutput.object([
            ("channel", .string(line == "WhatsApp" ? "whatsapp" : line.lowercased())),
            (
                "from",
                .object([
                    ("id", .string(line == "WhatsApp" ? number : "\(line)-\(number)")), ("name", .string(name)),
                    ("phone", .string("+" + number)), ("email", .null),
                ])
            ), ("providerId", .string("in-\(steps.count)")), ("at", .string(at)), ("kind", "text"),
            ("text", .string(text)),
        ])
        try stage.run(line, ["receive", "-"], input: message.text() + "\n")
        try stage.run(line, ["sync"])
        say("\(name) on \(line): \(text)")
    }

    /// The assistant looks at what is there, and takes its turn if it is one.
    @discardableResult
    mutating func assistant() throws -> DemoAnswer {
        try stage.run("Robin", ["sync"])
        let report = try stage.run("Robin", ["assistant", "run", "--once", "--quiet-seconds", "0"])
        try stage.run("Robin", ["sync"])
        return report
    }

    /// The gateway sends what may go out, if need be a moment later: one customer gets a message every six seconds.
    mutating func send(on line: String = "WhatsApp") throws {
        let before = try stage.received().list.count
        for _ in 0..<80 {
            try stage.run(line, ["gateway", "run", "--once", "--provider", stage.providerURL])
            let waiting = try stage.run(line, ["outbox", "list", "--open", "--state", "queued"]).list
            if waiting.allSatisfy({ !$0["notBefore"].text.isEmpty }) { break }
            usleep(100_000)
        }
        for message in try stage.received().list.dropFirst(before) {
            say("\(message["to"].text) receives: \(message["text"].text)")
        }
    }

    /// What a person sees of a customer's conversation, up to date.
    func shown(to person: String = "Maya", _ customer: String, on channel: String = "whatsapp") throws -> DemoAnswer {
        try stage.run(person, ["sync"])
        let cards = try stage.run(person, ["inbox", "--channel", channel, "--limit", "0"]).list
        guard let card = cards.first(where: { $0["customer"]["name"].text == customer }) else {
            throw DemoFailure.missingConversation
        }
        return try stage.run(person, ["show", card["id"].text])
    }

    /// A person answers what they see.
    mutating func maya(replies text: String, to customer: String, on channel: String = "whatsapp") throws {
        let conversation = try shown(customer, on: channel)
        try stage.run("Maya", ["reply", conversation["id"].text, text, "--seen", conversation["seen"].text])
        try stage.run("Maya", ["sync"])
        say("Maya replies: \(text)")
    }

    /// - Throws: `.scenarioFailed` if it is not so.
    mutating func check(_ what: String, _ isSo: Bool) throws {
        guard isSo else { throw DemoFailure.scenarioFailed(what) }
        say("-> " + what)
    }

    // MARK: The end

    func json(_ number: Int, seconds: Double) throws -> JSONOutput {
        let audit = try stage.run("WhatsApp", ["outbox", "audit"])
        return .object([
            ("scenario", JSONOutput(number)), ("ok", .bool(audit["problems"].list.isEmpty)),
            ("steps", .array(steps.map(JSONOutput.string))),
            ("received", .array(try stage.received().list.map { .string($0["text"].text) })),
            ("messages", JSONOutput(audit["messages"].number)), ("problems", JSONOutput(audit["problems"].list.count)),
            ("seconds", .number(seconds)),
        ])
    }

    func tellEnd(_ seconds: Double) throws {
        let audit = try stage.run("WhatsApp", ["outbox", "audit"])
        stage.say(
            "   \(Plural.of(audit["messages"].number, "reply", "replies")) accounted for, "
                + "\(Plural.of(audit["problems"].list.count, "problem")), after \((seconds * 10).rounded() / 10) s.")
    }
}
