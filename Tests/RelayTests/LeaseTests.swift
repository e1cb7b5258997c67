import CRDT
import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// POST /v0/lease, by whoever asks.
struct LeaseTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    private func joined(_ name: String, as role: Role) async throws -> Person {
        let invitation = try olga.invite(as: role)
        try await olga.sync()
        let person = try Person.joiner(named: name, by: invitation, with: relay)
        try await person.sync()
        try await olga.sync()
        return person
    }

    private static let scope = LeaseScope(of: RootID(high: 1, low: 2))

    private func request(_ person: Person, givesBack: Bool = false) -> LeaseRequest {
        LeaseRequest(
            workspace: person.replica.workspace, replica: person.replica.id, scope: Self.scope, givesBack: givesBack)
    }

    private func post(_ body: [UInt8], by person: Person, nonce: String? = nil) async throws -> RoutedAnswer {
        try await relay.answer(
            method: "POST", path: "/v0/lease",
            headers: person.signature(path: "/v0/lease", body: body, nonce: nonce), body: body)
    }

    private func ask(_ person: Person, givesBack: Bool = false) async throws -> LeaseReply {
        let answer = try await post(request(person, givesBack: givesBack).bytes, by: person)
        guard answer.status == 200 else { throw Refusal(status: answer.status, problem: problem(answer)) }
        #expect(answer.headers.contains { $0 == ("content-type", "application/vnd.nexus.lease") })
        return try LeaseReply(answer.body)
    }

    // MARK: Gateways

    @Test func `a gateway gets the lease, another is told until when it is taken, and gets it once it is given back`()
        async throws
    {
        let (first, second) = (try await joined("G1", as: .gateway), try await joined("G2", as: .gateway))
        clock.advance(by: 1_000)
        let incarnation = try #require(try first.cursor).incarnation
        let until = clock.now + Lease.duration
        var expected = LeaseReply(
            .lent, until: until, incarnation: incarnation, counter: 1, steadySince: clock.now - 1_000, time: clock.now)
        #expect(try await ask(first) == expected)
        (expected.outcome, expected.counter) = (.taken, 0)
        #expect(try await ask(second) == expected)
        (expected.outcome, expected.until) = (.givenBack, clock.now)
        #expect(try await ask(first, givesBack: true) == expected)
        (expected.outcome, expected.until, expected.counter) = (.lent, until, 2)
        #expect(try await ask(second) == expected)
    }

    @Test func `a lease survives a restart of the relay`() async throws {
        let (first, second) = (try await joined("G1", as: .gateway), try await joined("G2", as: .gateway))
        _ = try await ask(first)
        relay.stop()
        #expect(try await ask(second).outcome == .taken)
        let again = try await ask(first)
        #expect(again.outcome == .lent && again.counter == 1)
    }

    @Test func `after a gap of more than five minutes the relay says since when it remembers, after a shorter one not`()
        async throws
    {
        let gateway = try await joined("G", as: .gateway)
        let begun = clock.now
        #expect(try await ask(gateway).steadySince == begun)
        for (gap, isGap) in [(Heartbeat.longestPause, false), (Heartbeat.longestPause + 1, true)] {
            relay.stop()
            clock.advance(by: gap)
            #expect(try await ask(gateway).steadySince == (isGap ? clock.now : begun))
        }
    }

    // MARK: Others

    @Test(arguments: [Role.admin, .agent, .viewer, .assistant])
    func `whoever is no gateway gets no lease`(role: Role) async throws {
        let person = try await joined("Ana", as: role)
        for asker in [person, olga] {
            await #expect(throws: Refusal(status: 403, problem: "not-a-gateway")) { _ = try await ask(asker) }
        }
    }

    @Test func `a gateway that was cut off, a stranger and a workspace that is not here are told the same`()
        async throws
    {
        let gateway = try await joined("G", as: .gateway)
        _ = try await ask(gateway)
        _ = try olga.replica.transact(now: clock.now) { try $0.revoke([gateway.key.device]) }
        try await olga.sync()
        let stranger = try Person.founder(named: "Mallory", with: relay)
        var other = request(stranger)
        other.workspace = olga.replica.workspace
        for (packet, person) in [(request(gateway), gateway), (request(stranger), stranger), (other, stranger)] {
            let answer = try await post(packet.bytes, by: person)
            #expect(answer.status == 403 && problem(answer) == "not-a-gateway")
        }
    }

    @Test func `nobody asks in a gateway's name`() async throws {
        let gateway = try await joined("G", as: .gateway)
        let answer = try await post(request(gateway).bytes, by: olga)
        #expect(answer.status == 401 && problem(answer) == "bad-signature")
    }

    // MARK: Requests

    @Test func `a request that is none, or is said with another word, is refused`() async throws {
        let gateway = try await joined("G", as: .gateway)
        let bytes = request(gateway).bytes
        let bad = [[], Array(bytes.dropLast()), bytes + [0], [9] + bytes.dropFirst(), Array(bytes.dropLast()) + [2]]
        for body in bad {
            let answer = try await post(body, by: gateway)
            #expect(answer.status == 400 && problem(answer) == "bad-request")
        }
        for method in ["GET", "PUT", "DELETE"] {
            let answer = try await relay.answer(method: method, path: "/v0/lease")
            #expect(answer.status == 405 && answer.headers.contains { $0 == ("allow", "POST") })
        }
        #expect(try relay.start().routes.bodyLimit(method: "POST", path: "/v0/lease") >= bytes.count)
    }

    @Test func `a request for a lease is good for once`() async throws {
        let gateway = try await joined("G", as: .gateway)
        let bytes = request(gateway).bytes
        #expect(try await post(bytes, by: gateway, nonce: "once").status == 200)
        let again = try await post(bytes, by: gateway, nonce: "once")
        #expect(again.status == 401 && problem(again) == "bad-signature")
    }
}
