import Foundation
import Testing

/// The whole path, on real processes, files and sockets.
struct RelayCommandTests {
    @Test func `two devices that sync through a relay are the same, and a second sync moves nothing`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let id = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        let join = try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        #expect(join.status == 0)
        #expect(join.json["person"]["name"].text == "Maya")

        #expect(try terminal.nexus("maya", "sync").status == 0)
        #expect(try terminal.nexus("maya", "note", id, "Mine").status == 0)
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 1)
        #expect(try terminal.nexus("maya", "sync").json["sent"].number == 1)
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 0)
        #expect(try terminal.nexus("olga", "sync").json["received"].number >= 3)

        let idle = try terminal.nexus("olga", "sync").json
        #expect(idle["sent"].number == 0)
        #expect(idle["received"].number == 0)
        #expect(idle["roundTrips"].number == 1)
        #expect(idle["bytesSent"].number + idle["bytesReceived"].number <= 300)
        try terminal.nexus("maya", "sync")
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        let held = try terminal.nexus(nil, "relay", "status", "--data", relay.data).json["workspaces"][0]
        #expect(Set(digests + [held["digest"].text]).count == 1)
        #expect(held["waiting"].number == 0)
        #expect(relay.stop() == 0, "a relay stops cleanly on SIGTERM")
    }

    @Test func `an invitation lets in as many devices as it says`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        try terminal.nexus("jonas", "join", "-", "--person", "Jonas", input: invitation)
        #expect(try terminal.nexus("maya", "sync").status == 0)
        let refused = try terminal.nexus("jonas", "sync")
        #expect(refused.status == 77)
        #expect(refused.error["error"].text == "invitation-used")
    }

    @Test func `a name already taken is refused at the first sync, and joining again chooses another`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("other", "join", "-", "--person", "Olga", input: invitation)
        let refused = try terminal.nexus("other", "sync")
        #expect(refused.status == 65)
        #expect(refused.error["error"].text == "name-taken")
        #expect(try terminal.nexus("other", "join", "-", "--person", "Oleg", input: invitation).status == 0)
        #expect(try terminal.nexus("other", "sync").status == 0)
        #expect(try terminal.nexus("other", "status").json["person"]["name"].text == "Oleg")
    }

    @Test func `an invitation made without a network works after the inviter's next sync`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        try terminal.nexus("olga", "sync")
        relay.stop()
        let run = try terminal.nexus("olga", "invite")
        #expect(run.status == 0)
        #expect(run.errors.contains("after your next sync"))
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: run.json["invitation"].text)
        #expect(try terminal.nexus("maya", "sync").status == 69)
        try relay.start()
        #expect(try terminal.nexus("maya", "sync").error["error"].text == "not-yet-admitted")
        #expect(try terminal.nexus("olga", "sync").status == 0)
        #expect(try terminal.nexus("maya", "sync").status == 0)
    }

    @Test func `a relay that is down loses nothing`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let id = try terminal.importConversation("c1")
        relay.stop()
        #expect(try terminal.nexus("olga", "note", id, "offline").status == 0)
        let down = try terminal.nexus("olga", "sync")
        #expect(down.status == 69)
        #expect(down.error["error"].text == "relay-unreachable")
        #expect(try terminal.nexus("olga", "status").json["unsent"].number == 3)
        try relay.start()
        #expect(try terminal.nexus("olga", "sync").json["sent"].number == 4, "the relay is granted its role as well")
        #expect(try terminal.nexus("olga", "status").json["unsent"].number == 0)
    }

    @Test func `a relay that lost its data is given everything back`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let id = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        try terminal.nexus("maya", "sync")
        try terminal.nexus("maya", "note", id, "Maya was here")
        try terminal.nexus("maya", "sync")
        try terminal.nexus("olga", "sync")

        relay.stop()
        try FileManager.default.removeItem(atPath: relay.data + "/workspaces")
        try relay.start()
        let back = try terminal.nexus("olga", "sync")
        #expect(back.status == 0, "\(back.errors)")
        #expect(try terminal.nexus("maya", "sync").status == 0)
        #expect(try terminal.nexus("olga", "sync").status == 0)
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        let held = try terminal.nexus(nil, "relay", "status", "--data", relay.data).json["workspaces"][0]
        #expect(Set(digests + [held["digest"].text]).count == 1)
        #expect(try terminal.nexus("olga", "sync").json["roundTrips"].number == 1)
    }

    @Test func `what a role does not allow is refused before anything is written`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let id = try terminal.importConversation("c1")
        for role in ["agent", "viewer"] {
            let invitation = try terminal.nexus("olga", "invite", "--role", role).json["invitation"].text
            try terminal.nexus(role, "join", "-", "--person", role, input: invitation)
            try terminal.nexus(role, "sync")
        }
        #expect(try terminal.nexus("agent", "import", terminal.path("import.jsonl")).status == 77)
        try terminal.nexus("agent", "note", id, "kept back")
        #expect(try terminal.nexus("agent", "invite").status == 77)
        #expect(try terminal.nexus("agent", "status").json["unsent"].number == 1, "what is refused publishes nothing")
        #expect(try terminal.nexus("viewer", "reply", id, "Hi").status == 77)
        #expect(try terminal.nexus("viewer", "close", id).status == 77)
        #expect(try terminal.nexus("viewer", "reopen", id).status == 77, "also where there is nothing to change")
        #expect(try terminal.nexus("viewer", "label", id, "remove", "absent").status == 77)
        #expect(try terminal.nexus("viewer", "read", id).status == 0)
        #expect(try terminal.nexus("agent", "receive", "-", input: "{}").error["error"].text == "not-a-gateway")
    }

    @Test func `a gateway takes each message in once, and refuses what is not its channel's`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let agent = try terminal.nexus("olga", "invite").json["invitation"].text
        #expect(
            try terminal.nexus("g", "gateway", "init", "--channel", "whatsapp", "--name", "Line", "-", input: agent)
                .status
                == 77)
        let invitation = try terminal.nexus("olga", "invite", "--role", "gateway").json["invitation"].text
        let opened = try terminal.nexus(
            "g", "gateway", "init", "--channel", "whatsapp", "--name", "Line", "-", input: invitation)
        #expect(opened.status == 0)
        #expect(opened.json["channel"].text.count == 26)
        let message =
            #"{"channel":"whatsapp","from":{"id":"1202","name":"Ana"},"providerId":"w1","at":null,"text":"Hi"}"#
        let first = try terminal.nexus("g", "receive", "-", input: message + "\n" + message + "\n")
        #expect(first.json["received"].number == 2)
        #expect(first.json["changes"].number == 1)
        let moved = message.replacing("1202", with: "1303")
        #expect(
            try terminal.nexus("g", "receive", "-", input: moved).json["changes"].number == 0, "one id is one message")
        let other = message.replacing("\"whatsapp\"", with: "\"messenger\"")
        let failed = try terminal.nexus("g", "receive", "-", input: other + "\n{}\n")
        #expect(failed.status == 65)
        #expect(failed.json["failed"].number == 2)
        try terminal.nexus("g", "sync")
        try terminal.nexus("olga", "sync")
        let card = try terminal.nexus("olga", "inbox").json[0]
        #expect(card["unread"].number == 1)
        #expect(card["channel"].text == "whatsapp")
        #expect(card["lead"]["status"].text == "new")
        try terminal.nexus("olga", "show", card["id"].text)
        try terminal.nexus("olga", "read", card["id"].text)
        #expect(try terminal.nexus("olga", "inbox", "--unread").json.list.isEmpty)
    }

    @Test func `a receipt for a message that is not here is named by its line, and the rest is taken`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        let invitation = try terminal.nexus("olga", "invite", "--role", "gateway").json["invitation"].text
        try terminal.nexus("g", "gateway", "init", "--channel", "whatsapp", "--name", "Line", "-", input: invitation)
        let message = #"{"channel":"whatsapp","from":{"id":"1202","name":"Ana"},"providerId":"w1","text":"Hi"}"#
        try terminal.nexus("g", "receive", "-", input: message)
        let conversation = try terminal.nexus("g", "inbox").json[0]["id"].text
        let asked = try terminal.nexus("g", "show", conversation).json["messages"][0]["id"].text
        let receipts = [conversation, String(repeating: "0", count: 26)].map {
            #"{"event":"sent","conversation":"\#($0)","message":"\#(asked)"}"#
        }
        let next = message.replacing("w1", with: "w2")
        let run = try terminal.nexus("g", "receive", "-", input: (receipts + [next]).joined(separator: "\n"))
        #expect(run.status == 65)
        #expect(run.json["received"].number == 1)
        #expect(run.json["failed"].number == 2)
        #expect(run.errors.contains("message") && run.errors.contains("conversation"))
        #expect(try terminal.nexus("g", "inbox").json[0]["unread"].number == 2)
    }

    @Test func `a web page in place of the relay is told apart from a relay`() throws {
        let page = try Middleman(to: "", .page)
        let terminal = try Terminal()
        try terminal.foundWorkspace(relay: page.url)
        let run = try terminal.nexus("olga", "sync")
        #expect(run.status == 76)
        #expect(run.error["error"].text == "not-a-relay")

        let relay = try RelayProcess(terminal)
        #expect(try terminal.nexus("olga", "sync", "--relay", relay.url).status == 0)
        for address in [page.url, "ftp://127.0.0.1", "http://user:secret@127.0.0.1", "nonsense"] {
            #expect(try terminal.nexus("olga", "sync", "--relay", address).status != 0)
            #expect(try terminal.nexus("olga", "status").json["relay"].text == relay.url, "\(address) is not kept")
        }
    }

    @Test func `the demo ends with equal digests and says how each conflict was settled`() throws {
        let terminal = try Terminal()
        let run = try terminal.start(["demo", "--json"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.json["equal"].number == 1)
        #expect((run.json["digests"].value as? [String: Any])?.count == 6)
        #expect(run.json["conflicts"].list.count == 7)
        #expect(run.json["conversations"].number >= 36)
    }
}
