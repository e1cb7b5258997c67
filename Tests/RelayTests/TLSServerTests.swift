import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// What is bounded without TLS is bounded with it.
@Suite(.timeLimit(.minutes(15)), .enabled(if: CertificateFiles.canBeMade, "needs the openssl command"))
struct TLSServerTests {
    private let relay = TestRelay(clock: TestClock())

    private func withServer(
        _ body: @Sendable @escaping (_ port: UInt16) async throws -> Void
    ) async throws {
        let files = try CertificateFiles(at: relay.directory.path + "/relay")
        var configuration = relay.configuration
        configuration.tls = .init(certificate: files.certificate, key: files.key)
        try await RelayServer(configuration, limits: relay.limits).serving { address in
            let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
            #expect(address == "https://127.0.0.1:\(port)")
            try await body(port)
        }
    }

    @Test func `a request over TLS is answered, and the next on the same connection`() async throws {
        try await withServer { port in
            let wire = try Wire(tlsPort: port)
            for _ in 0..<2 {
                try await wire.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
                #expect(try await wire.answer()?.status == 404)
            }
        }
    }

    @Test func `a handshake that does not begin, or stops half-way, is cut off like any silence`() async throws {
        relay.limits.idleTimeout = .milliseconds(200)
        try await withServer { port in
            let silent = try Wire(port: port)
            let half = try Wire(port: port)
            // The beginning of a ClientHello of 512 bytes.
            try await half.send([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])
            let plain = try Wire(port: port)
            try await plain.send("GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
            for wire in [silent, half, plain] { #expect(try await wire.isClosed()) }
        }
    }

    @Test func `a connection over TLS that says nothing, or half a header, is closed`() async throws {
        relay.limits.idleTimeout = .milliseconds(500)
        relay.limits.lingerTimeout = .milliseconds(200)
        try await withServer { port in
            let silent = try Wire(tlsPort: port)
            let slow = try Wire(tlsPort: port)
            try await slow.send("POST /v0/sync HTTP/1.1\r\nhost: rel")
            #expect(try await silent.isClosed())
            #expect(try await slow.isClosed())
        }
    }

    @Test func `a body over TLS that takes too long is refused, whether the rest comes or not`() async throws {
        relay.limits.bodyTimeout = .milliseconds(300)
        relay.limits.lingerTimeout = .milliseconds(300)
        try await withServer { port in
            for rest in ["", String(repeating: "x", count: 100_000)] {
                let wire = try Wire(tlsPort: port)
                try await wire.send("POST /v0/sync HTTP/1.1\r\nhost: relay\r\ncontent-length: 200000\r\n\r\nx")
                let answer = try #require(try await wire.answer())
                #expect(answer.status == 408)
                #expect(problem(answer) == "too-slow")
                try? await wire.send(rest)
                #expect(try await wire.isClosed())
            }
        }
    }

    @Test func `more header than there may be is turned away over TLS`() async throws {
        try await withServer { port in
            let wire = try Wire(tlsPort: port)
            let field = String(repeating: "y", count: 20_000)
            try await wire.send("GET / HTTP/1.1\r\nhost: relay\r\nx: \(field)\r\n\r\n")
            #expect(try await wire.answer().map { $0.status } ?? 400 == 400)
        }
    }

    /// The answers are more than what the system buffers for a connection.
    @Test func `an asker who does not read is cut off over TLS`() async throws {
        relay.limits.answerTimeout = .milliseconds(300)
        relay.limits.lingerTimeout = .milliseconds(200)
        let olga = try Person.founder(with: relay)
        var dice = Dice(Seed(1))
        for _ in 0..<3 { try olga.write(Base32.text(dice.bytes(600_000))) }
        let push = try olga.syncRequest(olga.packet(isPushOnly: true, deltas: olga.deltas()))
        let pulls = try (0..<12).map { _ in try olga.syncRequest(olga.packet(frontier: [])) }
        try await withServer { port in
            let wire = try Wire(tlsPort: port)
            try await wire.send(push)
            #expect(try await wire.answer()?.status == 200)
            let deaf = try Wire(tlsPort: port)
            for pull in pulls { try await deaf.send(pull) }
            try await Task.sleep(for: .seconds(1))
            var answers = 0
            while try await deaf.answer() != nil { answers += 1 }
            #expect(answers < pulls.count)
        }
    }
}
