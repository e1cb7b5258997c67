import Foundation
import Testing

/// `nexus sync --follow` through whatever a laptop meets: it comes back by itself, and nothing is lost or doubled.
///
/// Some of it takes as long as a lost connection is waited for; meanwhile other tests go on.
struct FollowTroubleTests {
    private let terminal: Terminal
    private let relay: RelayProcess
    private let middleman: Middleman
    private let conversation: String

    /// Olga's workspace with one conversation, and Maya in it, who reaches the relay through the middleman.
    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        middleman = try Middleman(to: relay.url)
        try terminal.foundWorkspace(relay: relay.url)
        conversation = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        #expect(try terminal.nexus("maya", "sync").status == 0)
        #expect(try terminal.nexus("maya", "sync", "--relay", middleman.url).status == 0)
    }

    private func follow() throws -> FollowProcess {
        let maya = try FollowProcess(terminal, "maya")
        try maya.expect("connected")
        return maya
    }

    /// Both write while Maya's device is cut off; Olga's leaves at once.
    private func write() throws {
        try terminal.nexus("maya", "note", conversation, "From Maya")
        try terminal.nexus("olga", "note", conversation, "From Olga")
        #expect(try terminal.nexus("olga", "sync").status == 0)
    }

    /// Both have both, once, and Maya's device has done it alone.
    private func agree() throws {
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 0)
        #expect(try terminal.nexus("olga", "sync").status == 0)
        for home in ["maya", "olga"] {
            let texts = try terminal.nexus(home, "show", conversation).json["messages"].list.map { $0["text"].text }
            #expect(texts.sorted() == ["From Maya", "From Olga", "Hello?"], "\(home)")
        }
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
    }

    @Test func `who follows through a login page comes back when it is gone, at once after a long connection`()
        async throws
    {
        try await aside {
            let maya = try follow()
            // From five seconds on a connection was a success.
            sleep(6)
            middleman.manner = .page
            middleman.hangUp()
            #expect(try maya.expect("lost")["retryMilliseconds"].number <= 100)
            #expect(try maya.expect("lost")["error"].text == "not-a-relay")
            try write()
            middleman.manner = .honest
            try maya.expect("connected")
            try agree()
        }
    }

    @Test(arguments: [Middleman.Manner.pageForStream, .shortStream])
    func `a stream that is a page, or ends as it begins, is asked for less and less often`(
        manner: Middleman.Manner
    ) async throws {
        try await aside {
            middleman.manner = manner
            let maya = try FollowProcess(terminal, "maya")
            try maya.expect("lost")
            try write()
            sleep(4)
            // Each wait is at least half of twice the span before: 50, 100, 200, ... 3,200 ms.
            #expect((3...9).contains(middleman.streamCount))
            middleman.manner = .honest
            try maya.expect("connected")
            try agree()
        }
    }

    /// The device has got another address: nobody tells it that its connections lead nowhere.
    @Test func `a connection that leads nowhere is given up, though nobody says so`() async throws {
        try await aside {
            let maya = try follow()
            middleman.goSilent()
            try write()
            #expect(try maya.expect("lost")["error"].text == "relay-unreachable")
            try maya.expect("connected")
            try agree()
        }
    }

    @Test func `a device that slept asks anew when it wakes`() async throws {
        try await aside {
            let maya = try follow()
            maya.send(SIGSTOP)
            try write()
            sleep(22)
            #expect(maya.count(of: "connected") == 1)
            maya.send(SIGCONT)
            try maya.expect("connected")
            #expect(maya.count(of: "lost") == 0)
            try agree()
        }
    }

    /// For a moment nobody notices; longer than three heartbeats is as good as gone.
    @Test(arguments: [5, 52])
    func `a relay that stands still is waited for, and given up in the end`(seconds: Int) async throws {
        try await aside {
            let maya = try follow()
            let process = try #require(relay.processID)
            kill(process, SIGSTOP)
            defer { kill(process, SIGCONT) }
            try terminal.nexus("maya", "note", conversation, "From Maya")
            sleep(UInt32(seconds))
            #expect(maya.count(of: "lost") == (seconds > 45 ? 1 : 0))
            kill(process, SIGCONT)
            if seconds > 45 { try maya.expect("connected") } else { try maya.expect("sent") }
            try terminal.nexus("olga", "note", conversation, "From Olga")
            #expect(try terminal.nexus("olga", "sync").status == 0)
            try maya.expect("received")
            try agree()
        }
    }

    @Test func `a stream on which nothing happens stays`() async throws {
        try await aside {
            let maya = try follow()
            sleep(50)
            #expect(maya.count(of: "lost") == 0)
            #expect(middleman.streamCount == 1)
            try terminal.nexus("maya", "note", conversation, "From Maya")
            try maya.expect("sent")
            try terminal.nexus("olga", "note", conversation, "From Olga")
            #expect(try terminal.nexus("olga", "sync").status == 0)
            try maya.expect("received")
            try agree()
        }
    }
}
