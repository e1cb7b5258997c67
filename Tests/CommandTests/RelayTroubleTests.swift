import Foundation
import Testing

/// A relay whose disk is full, or whose files somebody else holds.
struct RelayTroubleTests {
    private let terminal: Terminal
    private let relay: RelayProcess

    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        #expect(try terminal.nexus("olga", "sync").status == 0)
    }

    private func agree() throws {
        let own = try terminal.nexus("olga", "digest").json["digest"].text
        let held = try terminal.nexus(nil, "relay", "status", "--data", relay.data).json["workspaces"][0]
        #expect(held["digest"].text == own)
    }

    @Test func `what a relay with a full disk cannot store it does not acknowledge, and it goes on to serve`() throws {
        relay.stop()
        // What there is fits, and a MiB more; three such notes do not.
        try relay.start(fileLimit: 3_000)
        let conversation = try terminal.importConversation("c1")
        let follower = try FollowProcess(terminal, "olga")
        try follower.expect("connected")
        for number in 1...3 {
            let noise = Noise.text(900_000, seed: UInt64(number))
            #expect(try terminal.nexus("olga", "note", conversation, "-", input: noise).status == 0)
        }
        // Who follows is told that it does not leave, and stays connected.
        #expect(try follower.expect("unsent")["error"].text == "relay-full")
        #expect(follower.count(of: "lost") == 0)
        let full = try terminal.nexus("olga", "sync")
        #expect(full.status == 75)
        #expect(full.error["error"].text == "relay-full")
        #expect(try terminal.nexus("olga", "status").json["unsent"].number > 0)
        // It is still there, for whoever asks.
        #expect(try terminal.nexus("olga", "sync", "--dry-run").status == 0)
        // A whole sync comes first, and that one fails.
        let second = try FollowProcess(terminal, "olga")
        for _ in 1...2 { #expect(try second.expect("lost")["error"].text == "relay-full") }
        relay.stop()
        try relay.start()
        for follower in [follower, second] { try follower.expect("connected") }
        #expect(try terminal.nexus("olga", "status").json["unsent"].number == 0)
        try agree()
    }

    @Test func `a sync waits while another process holds the relay's file, and then goes on`() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: relay.data)
        let lock = try #require(files.first { $0.hasSuffix(".lock") && $0.contains("sqlite") })
        let descriptor = open(relay.data + "/" + lock, O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let conversation = try terminal.importConversation("c1")
        Thread.detachNewThread {
            usleep(700_000)
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
        #expect(try terminal.nexus("olga", "sync").status == 0)
        #expect(!conversation.isEmpty)
        try agree()
    }
}

/// Text that no compressor shrinks much, the same for each seed.
private enum Noise {
    static func text(_ count: Int, seed: UInt64) -> String {
        var state = seed
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
        let bytes = (0..<count).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return letters[Int(state >> 58)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
