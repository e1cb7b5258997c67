import Testing

/// Whatever stands between a device and its relay, nothing that was written is lost or doubled.
struct BadNetworkTests {
    private let terminal: Terminal
    private let relay: RelayProcess
    private let middleman: Middleman
    private let conversation: String

    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        middleman = try Middleman(to: relay.url)
        try terminal.foundWorkspace(relay: relay.url)
        conversation = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        try terminal.nexus("maya", "sync")
        #expect(try terminal.nexus("maya", "sync", "--relay", middleman.url).status == 0)
    }

    /// What a sync ends with, for each.
    private static let statusByManner: [(Middleman.Manner, Int32)] = [
        (.page, 76), (.empty, 76), (.failure, 76), (.cut, 69), (.silent, 69), (.junk, 76), (.huge, 69), (.redirect, 76),
    ]

    @Test(arguments: statusByManner)
    func `what was written is kept, and arrives once when the network is itself again`(
        manner: Middleman.Manner, status: Int32
    ) throws {
        try terminal.nexus("maya", "note", conversation, "once")
        middleman.manner = manner
        for _ in 1...2 {
            let run = try terminal.nexus("maya", "sync")
            #expect(run.status == status, "\(run.errors)")
        }
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 1)
        middleman.manner = .honest
        #expect(try terminal.nexus("maya", "sync").status == 0)
        #expect(try terminal.nexus("maya", "status").json["unsent"].number == 0)
        try terminal.nexus("olga", "sync")
        let texts = try terminal.nexus("olga", "show", conversation).json["messages"].list.map { $0["text"].text }
        #expect(texts.count { $0 == "once" } == 1)
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
    }
}
