import Foundation
import Testing

/// Where the relay is to be found: an address takes the other's place once a relay has answered there.
struct RelayAddressTests {
    private let terminal: Terminal
    private let relay: RelayProcess

    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        #expect(try terminal.nexus("olga", "sync").status == 0)
    }

    private var kept: String { get throws { try terminal.nexus("olga", "status").json["relay"].text } }

    /// Nobody is there; a login page is; or a relay that says its key, and hosts others alone.
    @Test func `an address where no relay answers for the workspace is not kept, followed or not`() async throws {
        try await aside {
            let other = try RelayProcess(terminal, name: "other")
            let (page, stranger) = (try Middleman(to: "", .page), try Middleman(to: other.url, .stranger))
            let gone = try RelayProcess(terminal, name: "gone")
            gone.stop()
            let changes = try terminal.nexus("olga", "digest").json["changes"].number
            for (url, error) in [
                (gone.url, "relay-unreachable"), (page.url, "not-a-relay"), (stranger.url, "not-hosted"),
            ] {
                #expect(try terminal.nexus("olga", "sync", "--relay", url).error["error"].text == error)
                let follower = try FollowProcess(terminal, "olga", "--relay", url)
                for _ in 1...2 { #expect(try follower.expect("lost")["error"].text == error) }
                #expect(try kept == relay.url)
            }
            // The stranger was not made known to the team either.
            #expect(try terminal.nexus("olga", "sync").json["sent"].number == 0)
            #expect(try terminal.nexus("olga", "digest").json["changes"].number == changes)
        }
    }

    @Test func `who follows a new address keeps it as soon as a relay answers there, and goes on with it`() async throws
    {
        try await aside {
            let middleman = try Middleman(to: relay.url, .page)
            let follower = try FollowProcess(terminal, "olga", "--relay", middleman.url)
            try follower.expect("lost")
            #expect(try kept == relay.url)
            middleman.manner = .honest
            try follower.expect("connected")
            #expect(try kept == middleman.url)
        }
    }

    @Test func `a relay that moved is followed to the address that another command names`() async throws {
        try await aside {
            let follower = try FollowProcess(terminal, "olga")
            try follower.expect("connected")
            relay.stop()
            try follower.expect("lost")
            let conversation = try terminal.importConversation("c1")
            try relay.start(listen: "127.0.0.1:0")
            #expect(try terminal.nexus("olga", "sync", "--relay", relay.url).status == 0)
            try follower.expect("connected")
            try terminal.nexus("olga", "note", conversation, "Here")
            #expect(try follower.expect("sent")["changes"].number == 1)
        }
    }

    @Test func `who follows moves on when the address is changed, though the old one still answers`() async throws {
        try await aside {
            let middleman = try Middleman(to: relay.url)
            #expect(try terminal.nexus("olga", "sync", "--relay", middleman.url).status == 0)
            let follower = try FollowProcess(terminal, "olga")
            try follower.expect("connected")
            #expect(try terminal.nexus("olga", "sync", "--relay", relay.url).status == 0)
            try follower.expect("connected")
            middleman.manner = .page
            middleman.hangUp()
            _ = try terminal.importConversation("c1")
            try follower.expect("sent")
            #expect(follower.count(of: "lost") == 0)
            #expect(middleman.streamCount == 1)
        }
    }

    @Test func `who is asked to come again later is told when, and who follows waits that long`() async throws {
        try await aside {
            let middleman = try Middleman(to: relay.url)
            #expect(try terminal.nexus("olga", "sync", "--relay", middleman.url).status == 0)
            middleman.manner = .busy
            let run = try terminal.nexus("olga", "sync")
            #expect((run.status, run.error["error"].text) == (75, "relay-busy"))
            #expect(run.error["retryAfterSeconds"].number == 7)
            #expect(try terminal.plain("olga", "sync").errors.contains("Sync again in 7 s."))
            let follower = try FollowProcess(terminal, "olga")
            #expect(try (7_000...10_500).contains(follower.expect("lost")["retryMilliseconds"].number))
            middleman.manner = .honest
            try follower.expect("connected")
        }
    }

    @Test func `a fifth stream of one device is told to come again, and the four others stay`() async throws {
        try await aside {
            let four = try (1...4).map { _ in try FollowProcess(terminal, "olga") }
            for follower in four { try follower.expect("connected") }
            let fifth = try FollowProcess(terminal, "olga")
            let lost = try fifth.expect("lost")
            #expect(lost["error"].text == "relay-busy")
            #expect((10_000...15_000).contains(lost["retryMilliseconds"].number))
            for follower in four { #expect(follower.count(of: "lost") == 0) }
        }
    }
}
