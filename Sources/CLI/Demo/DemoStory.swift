import Inbox

/// The demo's plot: a team of three, an owner and a gateway; a day online, a time offline, and the coming back.
struct DemoStory {
    private let stage: DemoStage
    private(set) var outcome = DemoOutcome()
    private let agents = ["Maya", "Jonas", "Leila"]
    private var everyone: [String] { ["Olga"] + agents + ["Gateway"] }
    private var conversationByCustomer: [String: String] = [:]

    init(_ stage: DemoStage) { self.stage = stage }

    mutating func tell(_ files: [String]) throws {
        try found()
        try fill(files)
        try goOffline()
        try workOffline()
        try comeBack()
        try settle()
        try compare()
    }

    // MARK: Act one: online

    private func found() throws {
        stage.say("1. A workspace, a relay, and who takes part")
        try stage.startRelay()
        stage.say("   The relay listens on \(stage.url).")
        try stage.run("Olga", ["init", "--workspace", "Lantern & Loom", "--person", "Olga", "--relay", stage.url])
        stage.say("   Olga founds the workspace.")
        for agent in agents {
            let invitation = try stage.run("Olga", ["invite"])["invitation"].text
            try stage.run(agent, ["join", "-", "--person", agent], input: invitation)
        }
        let invitation = try stage.run("Olga", ["invite", "--role", "gateway"])["invitation"].text
        try stage.run(
            "Gateway",
            ["gateway", "init", "--channel", "whatsapp", "--name", "Shop line", "--account", "12025550100", "-"],
            input: invitation)
        stage.say("   Maya, Jonas and Leila join as agents, and a gateway for the shop's WhatsApp line.")
        stage.say("   Each is a process with a home and a key of its own.\n")
    }

    private mutating func fill(_ files: [String]) throws {
        stage.say("2. The inbox fills")
        for file in files {
            let counts = try stage.run("Olga", ["import", file])
            outcome.conversations += counts["conversations"].number
            outcome.messages += counts["messages"].number
        }
        stage.say("   Olga imports \(outcome.conversations) conversations with \(outcome.messages) messages.")
        try receive(DemoScript.morning)
        stage.say("   \(DemoScript.morning.count) customers write on WhatsApp.")
        for name in ["Olga", "Gateway"] + agents { try sync(name) }
        for name in ["Olga"] + agents { try stage.run(name, ["sync"]) }
        try prepare()
        stage.say("")
    }

    /// What stands before anybody goes offline: a label, and a paused assistant.
    private mutating func prepare() throws {
        for card in try stage.run("Olga", ["inbox", "--channel", "whatsapp", "--limit", "0"]).list {
            conversationByCustomer[card["customer"]["name"].text] = card["id"].text
        }
        try stage.run("Olga", ["label", try conversation("Amara"), "add", "vip"])
        try stage.run("Olga", ["ai", "pause", try conversation("Tomasz")])
        for name in ["Olga"] + agents { try stage.run(name, ["sync"]) }
    }

    private func conversation(_ customer: String) throws -> String {
        guard let id = conversationByCustomer[customer] else { throw DemoFailure.missingConversation }
        return id
    }

    private func receive(_ lines: [DemoScript.Inbound]) throws {
        try stage.run("Gateway", ["receive", "-"], input: lines.map(\.line).joined(separator: "\n") + "\n")
    }

    private func sync(_ name: String) throws {
        let report = try stage.run(name, ["sync"])
        stage.say(
            "   \(TerminalText.padded(name, to: 8)) sends \(Plural.of(report["sent"].number, "change")) in "
                + "\(report["bytesSent"].number) bytes, gets \(report["received"].number) in "
                + "\(report["bytesReceived"].number); \(Plural.of(report["roundTrips"].number, "round trip")), "
                + "\(Plural.of(report["verifiedSignatures"].number, "signature")) checked")
    }

    // MARK: Act two: offline

    private func goOffline() throws {
        stage.stopRelay()
        stage.say("3. The network goes: the relay is stopped, everyone works on")
    }

    private mutating func workOffline() throws {
        try act("Maya", "answers Ines and closes the conversation", on: "Ines") { id in
            try reply("Maya", to: id, "Hello Ines, your lamp left our workshop this morning.")
            try stage.run("Maya", ["close", id])
        }
        try receive(DemoScript.meanwhile)
        stage.say("   Meanwhile the gateway takes in two messages: Ines asks for another address, Bilal wants a call.")
        try act("Jonas", "takes Bilal's conversation", on: "Bilal") { try stage.run("Jonas", ["assign", $0, "--me"]) }
        try act("Leila", "takes Bilal's conversation, too", on: "Bilal") {
            try stage.run("Leila", ["assign", $0, "--me"])
        }
        try act("Leila", "finds Chen upset and asks for a person", on: "Chen") { id in
            try stage.run("Leila", ["escalate", id])
            try stage.run("Leila", ["note", id, "Second broken shade. Please call before writing."])
        }
        try act("Jonas", "thinks Chen's question is done and closes", on: "Chen") { id in
            try stage.run("Jonas", ["show", id])
            try stage.run("Jonas", ["close", id])
        }
        try act("Maya", "takes the label vip from Amara", on: "Amara") {
            try stage.run("Maya", ["label", $0, "remove", "vip"])
        }
        try act("Jonas", "takes it off as well, thinks again and puts it back", on: "Amara") { id in
            try stage.run("Jonas", ["label", id, "remove", "vip"])
            try stage.run("Jonas", ["label", id, "add", "vip"])
        }
        try act("Maya", "lets the assistant answer Tomasz again", on: "Tomasz") {
            try stage.run("Maya", ["ai", "resume", $0])
        }
        try act("Leila", "asks for a person for Tomasz", on: "Tomasz") { try stage.run("Leila", ["escalate", $0]) }
        try act("Maya", "pauses the assistant for Yusuf, whom she knows", on: "Yusuf") {
            try stage.run("Maya", ["ai", "pause", $0])
        }
        try act("Jonas", "answers Amara", on: "Amara") {
            try reply("Jonas", to: $0, "Good morning Amara, forty pieces would be 18 each.")
        }
        try act("Leila", "answers Amara, too", on: "Amara") {
            try reply("Leila", to: $0, "Hello Amara! For forty I can offer 17.50 each.")
        }
        let lead = try stage.run("Olga", ["show", try conversation("Amara")])["lead"]["id"].text
        try stage.run("Jonas", ["lead", "set", lead, "--status", "interested", "--score", "60"])
        try stage.run("Leila", ["lead", "set", lead, "--status", "qualified", "--score", "85"])
        stage.say("   Jonas finds Amara's lead interested at 60; Leila finds it qualified at 85.")
        for name in agents {
            let unsent = try stage.run(name, ["status"])["unsent"].number
            stage.say("   \(name) has \(Plural.of(unsent, "change")) that nobody else has seen.")
        }
        stage.say("")
    }

    private func act(_ who: String, _ what: String, on customer: String, _ body: (String) throws -> Void) throws {
        try body(try conversation(customer))
        stage.say("   \(who) \(what).")
    }

    private func reply(_ who: String, to id: String, _ text: String) throws {
        let seen = try stage.run(who, ["show", id])["seen"].text
        try stage.run(who, ["reply", id, text, "--seen", seen])
    }

    // MARK: Act three: back

    private func comeBack() throws {
        stage.say("4. The network is back; they return in another order each time")
        try stage.startRelay()
        for name in ["Leila", "Gateway", "Maya", "Jonas", "Olga"] { try sync(name) }
        stage.say("   Once more, for what arrived after each one's turn:")
        for name in ["Jonas", "Leila", "Gateway", "Olga", "Maya"] { try sync(name) }
        stage.say("")
    }

    private mutating func settle() throws {
        stage.say("5. What conflicted, and what everyone sees now")
        let ines = try shown("Ines")
        add(
            "Ines", "closed without knowing of her new message",
            ["Maya closed", "Ines wrote again"],
            "\(status(ines)): a close does not hide a message its author had not seen")
        let bilal = try shown("Bilal")
        add(
            "Bilal", "two people took it", ["Jonas assigned himself", "Leila assigned herself"],
            "assigned to \(bilal["assignee"]["name"].text): of two who did not know of each other the later shows")
        let chen = try shown("Chen")
        add(
            "Chen", "escalated and closed at once", ["Leila escalated", "Jonas closed"],
            "\(status(chen)): only a person's word ends an escalation")
        let amara = try shown("Amara")
        let labels = amara["labels"].list.map(\.text).joined(separator: ", ")
        add(
            "Amara", "label removed and added", ["Maya removed vip", "Jonas removed vip and added it again"],
            "label \(labels): an add is not undone by a removal that did not know of it")
        let tomasz = try shown("Tomasz")
        add(
            "Tomasz", "assistant resumed and escalated at once", ["Maya resumed", "Leila escalated"],
            "\(status(tomasz)), assistant \(tomasz["ai"]["state"].text): an escalation always counts")
        let blind = amara["messages"].list.filter { !$0["unseen"].list.isEmpty && $0["from"].text == "agent" }
        add(
            "Amara", "two people answered", ["Jonas replied", "Leila replied"],
            "both replies are queued, none has left; \(blind.map { $0["author"].text }.joined(separator: ", ")) "
                + "wrote without having seen the other")
        add(
            "Amara", "lead judged twice", ["Jonas: interested, 60", "Leila: qualified, 85"],
            "\(amara["lead"]["status"].text), \(amara["lead"]["score"].number): the later shows")
        stage.say("")
    }

    private func shown(_ customer: String) throws -> DemoAnswer {
        try stage.run("Olga", ["show", try conversation(customer)])
    }

    private func status(_ answer: DemoAnswer) -> String {
        InboxScreen.word(for: ConversationStatus(rawValue: answer["status"].text) ?? .active)
    }

    private mutating func add(_ customer: String, _ what: String, _ writes: [String], _ settled: String) {
        outcome.conflicts.append(
            .init(conversation: conversationByCustomer[customer] ?? "", what: what, writes: writes, settled: settled))
        stage.say("   \(TerminalText.padded(customer, to: 8)) \(what)")
        stage.say("            -> \(settled)")
    }

    // MARK: The end

    private mutating func compare() throws {
        for name in everyone {
            let answer = try stage.run(name, ["digest"])
            outcome.digests.append((name, answer["digest"].text))
            outcome.changes = max(outcome.changes, answer["changes"].number)
        }
        let relay = try stage.run(nil, ["relay", "status", "--data", stage.relayData])
        outcome.digests.append(("Relay", relay["workspaces"].list.first?["digest"].text ?? ""))
    }

    func tellOutcome(_ seconds: Double) {
        stage.say("6. Every replica's digest, side by side")
        for (name, digest) in outcome.digests { stage.say("   \(TerminalText.padded(name, to: 8)) \(digest)") }
        let verdict = outcome.isEqual ? "All equal" : "NOT EQUAL"
        let tenths = (seconds * 10).rounded() / 10
        stage.say("   \(verdict): \(outcome.changes) changes, each replica the same, after \(tenths) s.")
    }
}
