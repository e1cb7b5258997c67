import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// Live streams over real sockets: how they begin and end, and what becomes of readers who misbehave.
@Suite(.timeLimit(.minutes(15)))
struct LiveServerTests {
    private let relay = TestRelay(clock: TestClock())
    private let olga: Person

    init() throws { olga = try Person.founder(with: relay) }

    private func request(_ path: String, by person: Person, _ packet: SyncRequest) throws -> RoutedRequest {
        let headers = try person.signature(path: path, body: packet.body)
        return RoutedRequest(
            method: "POST", path: path, headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 },
            body: packet.body, isLoopback: true)
    }

    private func followings(_ count: Int, from cursor: Cursor? = nil) throws -> [RoutedRequest] {
        try (0..<count).map { _ in
            try request("/v0/live", by: olga, olga.packet(cursor: cursor ?? olga.cursor))
        }
    }

    /// A change to be pushed, and the request that does.
    private func push(_ title: String) throws -> RoutedRequest {
        try olga.write(title)
        return try request("/v0/sync", by: olga, olga.packet(isPushOnly: true, deltas: olga.deltas()))
    }

    private static func follow(_ request: RoutedRequest, at port: UInt16, from host: UInt32 = 1) async throws -> Wire {
        let wire = try Wire(port: port, from: host)
        try await wire.send(request)
        try #require(try await wire.head() == 200)
        return wire
    }

    /// Follows as soon as there is room.
    private static func eventually(_ requests: [RoutedRequest], at port: UInt16) async throws {
        for request in requests {
            let wire = try Wire(port: port)
            try await wire.send(request)
            if try await wire.head() == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("no room")
    }

    @Test func `a stream says that the relay is there, and then what arrives`() async throws {
        try await olga.sync()
        let following = try followings(1)[0]
        let push = try push("Hello")
        try await relay.serving { port in
            let reader = try await Self.follow(following, at: port)
            #expect(try await reader.chunk() == LiveFrames.heartbeat)
            let writer = try Wire(port: port)
            try await writer.send(push)
            #expect(try await writer.answer()?.status == 200)
            var frames = LiveFrameReader()
            let told = try frames.read(try #require(try await reader.chunk()))
            guard case .answer(let answer)? = told.first else {
                Issue.record("no frame")
                return
            }
            #expect(answer.cursor.arrival > 0)
        }
    }

    @Test func `a stream outlives what a silent connection is given`() async throws {
        (relay.limits.idleTimeout, relay.limits.beatInterval) = (.seconds(1), .milliseconds(50))
        try await olga.sync()
        let following = try followings(1)[0]
        try await relay.serving { port in
            let reader = try await Self.follow(following, at: port)
            // The last comes three seconds after the first.
            for _ in 1...31 { #expect(try await reader.chunk() == LiveFrames.heartbeat) }
        }
    }

    /// A relay that waited for its streams would go on until the test's time is up.
    @Test func `a relay that stops ends its streams, as they are meant to end, and is gone`() async throws {
        relay.limits.shutdownTimeout = .seconds(600)
        try await olga.sync()
        let followings = try followings(3)
        let (readers, opened) = AsyncStream.makeStream(of: Wire.self)
        try await relay.serving { port in
            for following in followings {
                let reader = try await Self.follow(following, at: port)
                #expect(try await reader.chunk() == LiveFrames.heartbeat)
                opened.yield(reader)
            }
            opened.finish()
        }
        for await reader in readers {
            #expect(try await reader.chunk() == [])
            #expect(try await reader.isClosed())
        }
    }

    @Test func `who stops reading is cut off`() async throws {
        (relay.limits.beatInterval, relay.limits.beatsToTake) = (.milliseconds(50), 4)
        (relay.limits.streamsPerDevice, relay.limits.requestBurst) = (1, 400)
        try await olga.sync()
        let start = try #require(try olga.cursor)
        var dice = Dice(Seed(1))
        for _ in 0..<12 { try olga.write(Base32.text(dice.bytes(600_000))) }
        let pushes = try olga.deltas().map { delta in
            try request("/v0/sync", by: olga, olga.packet(isPushOnly: true, deltas: [delta]))
        }
        // As somebody else's copy on the device, so that it is sent what was pushed.
        var packet = olga.packet(cursor: start)
        packet.replica = ReplicaID(device: olga.key.device, epoch: 1)
        let following = try request("/v0/live", by: olga, packet)
        let later = try followings(300, from: start)
        try await relay.serving { port in
            let writer = try Wire(port: port)
            for push in pushes {
                try await writer.send(push)
                #expect(try await writer.answer()?.status == 200)
            }
            let deaf = try Wire(port: port, bufferByteCount: 65_536)
            try await deaf.send(following)
            #expect(try await deaf.head() == 200)
            try await Self.eventually(later, at: port)
            var last: [UInt8]? = []
            repeat { last = try await deaf.chunk() } while last?.isEmpty == false
            #expect(last == nil)
        }
    }

    @Test func `who goes away makes room at once`() async throws {
        // Not because it did not take what it was told.
        (relay.limits.streamsPerDevice, relay.limits.beatInterval) = (1, .seconds(600))
        relay.limits.requestBurst = 400
        try await olga.sync()
        let followings = try followings(300)
        try await relay.serving { port in
            let reader = try await Self.follow(followings[0], at: port)
            #expect(try await reader.chunk() == LiveFrames.heartbeat)
            reader.finishSending()
            try await Self.eventually(Array(followings.dropFirst()), at: port)
            withExtendedLifetime(reader) {}
        }
    }

    @Test func `who asks on while it follows is cut off`() async throws {
        try await olga.sync()
        let followings = try followings(2)
        try await relay.serving { port in
            let reader = try await Self.follow(followings[0], at: port)
            #expect(try await reader.chunk() == LiveFrames.heartbeat)
            try await reader.send(followings[1])
            #expect(try await reader.chunk() == nil)
        }
    }

    @Test func `a thousand who follow over sockets hear of a write`() async throws {
        relay.limits.streamsPerDevice = 1_000
        relay.limits.requestBurst = 2_000
        try await olga.sync()
        let followings = try followings(1_000)
        let push = try push("Hello")
        try await relay.serving { port in
            var readers: [Wire] = []
            for following in followings { readers.append(try await Self.follow(following, at: port)) }
            for reader in readers { #expect(try await reader.chunk() == LiveFrames.heartbeat) }
            let writer = try Wire(port: port)
            try await writer.send(push)
            #expect(try await writer.answer()?.status == 200)
            let frame = try #require(try await readers[0].news())
            var deaf = 0
            for reader in readers.dropFirst() where try await reader.news() != frame { deaf += 1 }
            #expect(deaf == 0)
        }
    }

    // MARK: Connections

    @Test func `an address has so many connections and no more, and others are not disturbed`() async throws {
        (relay.limits.connections, relay.limits.connectionsPerAddress) = (8, 3)
        relay.limits.areOwnAddressesBounded = true
        try await olga.sync()
        let followings = try followings(1)
        try await relay.serving { port in
            var crowd = try (0..<3).map { _ in try Wire(port: port, from: 2) }
            // They are counted once they have been answered.
            for wire in crowd {
                try await wire.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
                #expect(try await wire.answer()?.status == 404)
            }
            for _ in 0..<500 { #expect(try await Wire(port: port, from: 2).isClosed()) }
            let reader = try await Self.follow(followings[0], at: port)
            #expect(try await reader.chunk() == LiveFrames.heartbeat)
            crowd.removeAll()
            for attempt in 1...100 {
                let wire = try Wire(port: port, from: 2)
                try? await wire.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
                if try await wire.answer()?.status == 404 { break }
                #expect(attempt < 100)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func `connections from this machine are not counted by their address`() async throws {
        relay.limits.connectionsPerAddress = 1
        try await relay.serving { port in
            let wires = try (0..<10).map { _ in try Wire(port: port) }
            for wire in wires {
                try await wire.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
                #expect(try await wire.answer()?.status == 404)
            }
        }
    }
}
