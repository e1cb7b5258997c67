import ChangeLog
import Storage
import TestSupport
import Testing

@testable import Relay
@testable import Sync

/// The relay behind a real socket: what only HTTP can get wrong.
@Suite(.timeLimit(.minutes(15)))
struct ServerTests {
    private let relay = TestRelay(clock: TestClock())

    @Test func `a founder syncs over a socket, again on the same connection, and status reads meanwhile`() async throws
    {
        let olga = try Person.founder(with: relay)
        try olga.write("Hello")
        let deltas = try olga.deltas()
        let tips = try olga.replica.sealedTips()
        let requests = [
            try olga.syncRequest(olga.packet(tips: tips, deltas: deltas)),
            try olga.syncRequest(olga.packet(tips: tips)),
        ]
        let data = relay.configuration.dataDirectory
        let digest = try olga.replica.digest()
        try await relay.serving { port in
            let wire = try Wire(port: port)
            for (index, request) in requests.enumerated() {
                try await wire.send(request)
                let answer = try #require(try await wire.answer())
                #expect(answer.status == 200)
                #expect(answer.headers.contains { $0 == ("content-type", "application/vnd.nexus.sync") })
                let packet = try SyncAnswer(Compression.decompressed(answer.body, limit: PacketFormat.byteLimit))
                #expect(packet.verdicts.count == (index == 0 ? 1 : 0))
                #expect(packet.deltas.isEmpty)
                let status = try RelayData.status(of: data, configuration: NoteSchema.configuration)
                #expect(status.map(\.digest) == [digest])
            }
        }
    }

    @Test func `a signature may cover the authority, which is what the request's host says`() async throws {
        let key = SigningKey.of("asker")
        let parameters = #"created=1800000000;keyid="\#(key.device.text)""#
        let headers = ["content-digest": ContentDigest.field(of: []), "nexus-audience": "any"]
        try await relay.serving { port in
            for (host, status) in [("relay", 200), ("elsewhere", 401)] {
                let input = try SignatureInput(
                    field: #"sig1=("@authority" "@method" "@path" "content-digest" "nexus-audience");\#(parameters);"#
                        + #"nonce="\#(host)""#)
                let message = SignedMessage(
                    method: "GET", target: "/v0/relay", headers: headers.merging(["host": host]) { $1 })
                let signature = Base64.text(key.sign(try input.base(of: message)).bytes)
                let more = ["signature-input": input.field, "signature": "sig1=:\(signature):"]
                let wire = try Wire(port: port)
                try await wire.send(
                    RoutedRequest(
                        method: "GET", path: "/v0/relay", headers: headers.merging(more) { $1 }, isLoopback: true))
                #expect(try await wire.answer()?.status == status)
            }
        }
    }

    @Test func `a body announced too large is refused before it is sent`() async throws {
        relay.limits.bodyByteCount = 1_000
        relay.limits.lingerTimeout = .milliseconds(200)
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("POST /v0/sync HTTP/1.1\r\nhost: relay\r\ncontent-length: 1001\r\n\r\n")
            let answer = try #require(try await wire.answer())
            #expect(answer.status == 413)
            #expect(problem(answer) == "too-large")
            #expect(answer.headers.contains { $0.name == "nexus-time" })
            #expect(try await wire.isClosed())
        }
    }

    @Test func `a body that turns out too large is refused`() async throws {
        relay.limits.bodyByteCount = 1_000
        relay.limits.lingerTimeout = .milliseconds(200)
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("POST /v0/sync HTTP/1.1\r\nhost: relay\r\ntransfer-encoding: chunked\r\n\r\n")
            try await wire.send("3e9\r\n" + String(repeating: "x", count: 1_001) + "\r\n")
            #expect(try await wire.answer()?.status == 413)
            #expect(try await wire.isClosed())
        }
    }

    @Test func `more bodies than memory is meant for are asked to come again`() async throws {
        relay.limits.bodiesByteCount = 10
        relay.limits.lingerTimeout = .milliseconds(200)
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("POST /v0/sync HTTP/1.1\r\nhost: relay\r\ncontent-length: 20\r\n\r\n")
            try await wire.send(String(repeating: "x", count: 20))
            let answer = try #require(try await wire.answer())
            #expect(answer.status == 503)
            #expect(problem(answer) == "busy")
        }
    }

    @Test func `a body that takes too long is refused`() async throws {
        relay.limits.bodyTimeout = .milliseconds(200)
        relay.limits.lingerTimeout = .milliseconds(200)
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("POST /v0/sync HTTP/1.1\r\nhost: relay\r\ncontent-length: 20\r\n\r\nx")
            let answer = try #require(try await wire.answer())
            #expect(answer.status == 408)
            #expect(problem(answer) == "too-slow")
            #expect(try await wire.isClosed())
        }
    }

    @Test func `a connection that says nothing, or half a header, is closed`() async throws {
        relay.limits.idleTimeout = .milliseconds(200)
        try await relay.serving { port in
            let silent = try Wire(port: port)
            let slow = try Wire(port: port)
            try await slow.send("POST /v0/sync HTTP/1.1\r\nhost: rel")
            #expect(try await silent.isClosed())
            #expect(try await slow.isClosed())
        }
    }

    @Test func `a body where none belongs is not waited for`() async throws {
        relay.limits.lingerTimeout = .milliseconds(200)
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("POST /elsewhere HTTP/1.1\r\nhost: relay\r\ncontent-length: 100000\r\n\r\n")
            #expect(try await wire.answer()?.status == 404)
            #expect(try await wire.isClosed())
        }
    }

    @Test func `what is not HTTP is turned away`() async throws {
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
            #expect(try await wire.answer().map { $0.status } ?? 400 == 400)
            let large = try Wire(port: port)
            try await large.send(
                "GET / HTTP/1.1\r\nhost: relay\r\nx: " + String(repeating: "y", count: 20_000) + "\r\n\r\n")
            #expect(try await large.answer().map { $0.status } ?? 400 == 400)
            let fine = try Wire(port: port)
            try await fine.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
            #expect(try await fine.answer()?.status == 404)
        }
    }

    /// The answers are more than what the system buffers for a connection.
    @Test func `an asker who does not read is cut off`() async throws {
        relay.limits.answerTimeout = .milliseconds(300)
        let olga = try Person.founder(with: relay)
        var dice = Dice(Seed(1))
        for _ in 0..<3 { try olga.write(Base32.text(dice.bytes(600_000))) }
        let push = try olga.syncRequest(olga.packet(isPushOnly: true, deltas: olga.deltas()))
        let pulls = try (0..<12).map { _ in try olga.syncRequest(olga.packet(frontier: [])) }
        try await relay.serving { port in
            let wire = try Wire(port: port)
            try await wire.send(push)
            let pushed = try #require(try await wire.answer())
            #expect(pushed.status == 200, "\(problem(pushed) ?? "")")
            let deaf = try Wire(port: port)
            // It may be cut off while it still asks.
            for pull in pulls { try? await deaf.send(pull) }
            try await Task.sleep(for: .seconds(1))
            var answers = 0
            while try await deaf.answer() != nil { answers += 1 }
            #expect(answers < pulls.count)
        }
    }

    @Test func `an address in use is told as such`() async throws {
        let other = TestRelay(clock: TestClock())
        let elsewhere = other.configuration
        try await relay.serving { port in
            var configuration = elsewhere
            configuration.port = Int(port)
            let second = try RelayServer(configuration)
            await #expect(throws: RelayFailure.addressInUse(host: "127.0.0.1", port: Int(port))) {
                try await second.run { _ in }
            }
        }
        withExtendedLifetime(other) {}
    }

    @Test func `a name that nobody knows is told as such`() async throws {
        var configuration = relay.configuration
        configuration.host = "nowhere.invalid"
        let server = try RelayServer(configuration)
        await #expect(throws: RelayFailure.cannotListen(host: "nowhere.invalid", port: 0, code: 0)) {
            try await server.run { _ in }
        }
    }

    @Test func `two servers do not share a data directory`() async throws {
        let configuration = relay.configuration
        try await relay.serving { _ in
            let second = try RelayServer(configuration)
            await #expect(throws: RelayFailure.dataDirectoryInUse) { try await second.run { _ in } }
        }
    }
}
