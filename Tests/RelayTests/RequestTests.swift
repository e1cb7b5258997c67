import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// What is asked of every request before anything else is looked at.
struct RequestTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    private func post(
        _ body: [UInt8], headers: [(name: String, value: String)]
    ) async throws -> RoutedAnswer {
        try await relay.answer(method: "POST", path: "/v0/sync", headers: headers, body: body)
    }

    private var idleBody: [UInt8] { Compression.compressed(olga.packet().bytes) }

    // MARK: The relay's key

    @Test func `the relay tells its key to whoever signs`() async throws {
        let headers = try olga.signature(method: "GET", path: "/v0/relay", audience: "any", body: [])
        let answer = try await relay.answer(method: "GET", path: "/v0/relay", headers: headers)
        #expect(answer.status == 200)
        #expect(try answer.body == Array("\(relay.key.text)\n".utf8))
        #expect(answer.headers.contains { $0 == ("nexus-time", String(clock.now)) })
    }

    @Test func `the relay's key survives a restart`() async throws {
        let before = try relay.key
        relay.stop()
        #expect(try relay.key == before)
    }

    @Test(arguments: [
        ("GET", "/", 404), ("GET", "/v0/relay?x=1", 404), ("POST", "/v0/relay", 405), ("GET", "/v0/sync", 405),
        ("DELETE", "/v0/sync", 405), ("GET", "", 404),
    ])
    func `anything else is answered with 404 or 405`(method: String, path: String, status: Int) async throws {
        let answer = try await relay.answer(method: method, path: path)
        #expect(answer.status == status)
        #expect(problem(answer) == (status == 404 ? "not-found" : "method-not-allowed"))
        #expect(answer.headers.contains { $0.name == "allow" } == (status == 405))
    }

    // MARK: Signatures

    @Test func `a request without a signature is refused`() async throws {
        let answer = try await post(idleBody, headers: [])
        #expect(answer.status == 401)
        #expect(problem(answer) == "bad-signature")
    }

    @Test func `a signature over another body is refused`() async throws {
        let answer = try await post(idleBody, headers: olga.signature(body: [0]))
        #expect(problem(answer) == "bad-signature")
    }

    @Test func `a signature by another key than the asker's is refused`() async throws {
        try await olga.sync()
        let mallory = try Person.founder(named: "Mallory", with: relay)
        let answer = try await post(idleBody, headers: mallory.signature(body: idleBody))
        #expect(problem(answer) == "bad-signature")
    }

    @Test func `a signature altered anywhere is refused`() async throws {
        try await olga.sync()
        let body = idleBody
        for place in try olga.signature(body: body).indices {
            var headers = try olga.signature(body: body)
            headers[place].value = String(headers[place].value.dropLast()) + "!"
            #expect(problem(try await post(body, headers: headers)) == "bad-signature")
        }
    }

    @Test func `a request for another relay is refused`() async throws {
        let other = SigningKey.of("other relay").device.text
        for audience in [other, "any"] {
            let answer = try await post(idleBody, headers: olga.signature(audience: audience, body: idleBody))
            #expect(answer.status == 421)
            #expect(problem(answer) == "wrong-audience")
        }
    }

    @Test func `a request sent twice has effect once`() async throws {
        try await olga.sync()
        let headers = try olga.signature(body: idleBody)
        #expect(try await post(idleBody, headers: headers).status == 200)
        clock.advance(by: 250_000)
        #expect(problem(try await post(idleBody, headers: headers)) == "bad-signature")
    }

    @Test(arguments: [-301, -300, 0, 300, 301])
    func `a request may be 300 seconds off and no more, and is told the time`(seconds: Int) async throws {
        try await olga.sync()
        let created = UInt64(clamping: Int(clock.now / 1_000) + seconds)
        let answer = try await post(idleBody, headers: olga.signature(body: idleBody, created: created))
        #expect(problem(answer) == (abs(seconds) > 300 ? "stale" : nil))
        #expect(answer.headers.contains { $0 == ("nexus-time", String(clock.now)) })
    }

    @Test func `the largest time there is does no harm`() async throws {
        let answer = try await post(idleBody, headers: olga.signature(body: idleBody, created: .max))
        #expect(problem(answer) == "stale")
    }

    // MARK: Bodies

    @Test func `a body that is no packet is refused`() async throws {
        for body: [UInt8] in [[], [0], [9, 9], [0, 1, 2], [0] + olga.packet().bytes + [0]] {
            let answer = try await post(body, headers: olga.signature(body: body))
            #expect(answer.status == 400)
            #expect(problem(answer) == "bad-request")
        }
    }

    @Test func `a body that unpacks to too much is refused before it is unpacked`() async throws {
        let body = Compression.compressed(Array(repeating: 0, count: PacketFormat.byteLimit + 1))
        #expect(body.count < 10_000)
        let answer = try await post(body, headers: olga.signature(body: body))
        #expect(answer.status == 413)
        #expect(problem(answer) == "too-large")
    }

    /// Signed by a member, so that all the bytes are looked at.
    @Test(arguments: Seed.several(5))
    func `no packet makes the relay fall over`(seed: Seed) async throws {
        relay.limits.requestBurst = 1_000
        try await olga.sync()
        try olga.write("Hello")
        let whole = olga.packet(
            cursor: try olga.cursor, frontier: try olga.replica.frontier(), deltas: try olga.deltas())
        var dice = Dice(seed)
        for _ in 0..<200 {
            var bytes = whole.bytes
            for _ in 0..<dice.number(1...4) {
                bytes[dice.number(0...bytes.count - 1)] = dice.pick([0, 1, 0x7F, 0x80, 0xFF, dice.number(0...255)])
            }
            if dice.once(in: 4) { bytes.removeLast(dice.number(1...bytes.count)) }
            let body = Compression.compressed(bytes)
            let answer = try await post(body, headers: olga.signature(body: body))
            #expect([200, 400, 401, 403, 413].contains(answer.status))
        }
        #expect(try await olga.sync().roundTrips > 0)
        #expect(try relay.status().first?.digest == olga.replica.digest())
    }

    // MARK: How often

    @Test func `a device that asks too often has to wait, and others need not`() async throws {
        relay.limits.requestBurst = 3
        relay.limits.requestsPerSecond = 1
        try await olga.sync()
        _ = try await olga.ask(olga.packet())
        _ = try await olga.ask(olga.packet())
        let answer = try await olga.answer(to: olga.packet())
        #expect(problem(answer) == "too-many-requests")
        #expect(answer.headers.contains { $0 == ("retry-after", "1") })
        let piet = try Person.founder(named: "Piet", with: relay)
        #expect(try await piet.sync().sent == 2)
        clock.advance(by: 1_000)
        #expect(try await olga.answer(to: olga.packet()).status == 200)
    }
}
