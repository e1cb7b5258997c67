import Testing

/// `nexus sync --follow`, on real processes.
struct FollowTests {
    private let terminal: Terminal
    private let relay: RelayProcess
    private let conversation: String

    /// Olga's workspace with one conversation, and Maya in it.
    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        conversation = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        for name in ["maya", "olga"] { #expect(try terminal.nexus(name, "sync").status == 0) }
    }

    private func texts(_ home: String) throws -> [String] {
        try terminal.nexus(home, "show", conversation).json["messages"].list.map { $0["text"].text }
    }

    @Test func `what one writes is at the other's, without either calling sync`() throws {
        let olga = try FollowProcess(terminal, "olga")
        let maya = try FollowProcess(terminal, "maya")
        try olga.expect("connected")
        try maya.expect("connected")
        try terminal.nexus("maya", "note", conversation, "From Maya")
        try maya.expect("sent")
        try olga.expect("received")
        #expect(try texts("olga").contains("From Maya"))
        try terminal.nexus("olga", "note", conversation, "From Olga")
        try maya.expect("received")
        #expect(try texts("maya").contains("From Olga"))
        #expect(try terminal.nexus("olga", "status").json["unsent"].number == 0)
        for home in ["olga", "maya"] { #expect(try terminal.nexus(home, "sync").json["roundTrips"].number == 1) }
    }

    @Test func `who follows comes back after the relay did, with what was written meanwhile`() throws {
        let maya = try FollowProcess(terminal, "maya")
        try maya.expect("connected")
        relay.stop()
        try maya.expect("lost")
        try terminal.nexus("maya", "note", conversation, "Offline")
        try relay.start()
        try maya.expect("connected")
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 0)
        #expect(try terminal.nexus("olga", "sync").json["received"].number == 1)
        #expect(try texts("olga").contains("Offline"))
    }

    @Test func `a relay that is killed with everybody connected loses nothing it acknowledged`() throws {
        let olga = try FollowProcess(terminal, "olga")
        let maya = try FollowProcess(terminal, "maya")
        for follower in [olga, maya] { try follower.expect("connected") }
        for number in 1...5 { try terminal.nexus("maya", "note", conversation, "note \(number)") }
        try maya.expect("sent")
        relay.cutOff()
        try maya.expect("lost")
        try relay.start()
        for follower in [olga, maya] { try follower.expect("connected") }
        try terminal.nexus("maya", "note", conversation, "last")
        for home in ["maya", "olga"] { try terminal.nexus(home, "sync") }
        #expect(try Set(texts("olga")).isSuperset(of: (1...5).map { "note \($0)" } + ["last"]))
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
    }

    @Test func `a device that is cut off while it follows ends, and says why`() throws {
        let maya = try FollowProcess(terminal, "maya")
        try maya.expect("connected")
        let devices = try terminal.nexus("olga", "device", "list").json.list
        let device = try #require(devices.first { $0["person"]["name"].text == "Maya" })
        #expect(try terminal.nexus("olga", "device", "revoke", device["device"].text).status == 0)
        #expect(try terminal.nexus("olga", "sync").status == 0)
        #expect(maya.waitForExit() == 77)
    }

    @Test func `without a relay it says so, and goes on trying`() throws {
        relay.stop()
        let maya = try FollowProcess(terminal, "maya")
        for _ in 1...3 { #expect(try maya.expect("lost")["error"].text == "relay-unreachable") }
        try relay.start()
        try maya.expect("connected")
    }

    @Test func `a plan is told, and a budget kept`() throws {
        try terminal.nexus("maya", "note", conversation, "planned")
        let plan = try terminal.nexus("maya", "sync", "--dry-run").json
        #expect(plan["send"]["changes"].number == 1)
        #expect(plan["receive"]["changes"].number == 0)
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 1)
        let report = try terminal.nexus("maya", "sync", "--max-bytes", "4000").json
        #expect(report["sent"].number == 1)
        #expect(report["bytesSent"].number + report["bytesReceived"].number <= 4_000)
        #expect(try terminal.nexus("maya", "sync", "--max-bytes", "10").status == 2)
        #expect(try terminal.nexus("maya", "sync", "--follow", "--dry-run").status == 2)
    }
}
