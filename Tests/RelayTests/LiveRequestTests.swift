import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// Who may follow, and from where.
@Suite(.timeLimit(.minutes(15)))
struct LiveRequestTests {
    private let relay = TestRelay(clock: TestClock())
    private let olga: Person

    init() throws { olga = try Person.founder(with: relay) }

    private func expect(_ status: Int, _ problem: String, _ packet: SyncRequest, by person: Person) async {
        await #expect(throws: Refusal(status: status, problem: problem)) { _ = try await person.follow(packet) }
    }

    @Test func `who follows brings nothing, and says where it stands`() async throws {
        try await olga.sync()
        let cursor = try olga.cursor
        await expect(400, "bad-request", olga.packet(), by: olga)
        await expect(400, "bad-request", olga.packet(frontier: []), by: olga)
        await expect(400, "bad-request", try olga.packet(cursor: cursor, deltas: olga.deltas()), by: olga)
    }

    @Test func `a stranger may not follow, with an invitation neither`() async throws {
        let invitation = try olga.invite()
        try await olga.sync()
        let cursor = try olga.cursor
        let mallory = try Person.founder(named: "Mallory", with: relay)
        var packet = mallory.packet(cursor: cursor)
        relay.isLoopback = false
        await expect(403, "not-a-member", packet, by: mallory)
        packet.workspace = olga.replica.workspace
        await expect(403, "not-a-member", packet, by: mallory)
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        await expect(403, "not-a-member", try ana.packet(cursor: cursor, credential: ana.credential), by: ana)
        #expect(try relay.live.count == 0)
    }

    @Test func `somebody else's copy may not be named, and a request counts once`() async throws {
        try await olga.sync()
        let mallory = try Person.founder(named: "Mallory", with: relay)
        await expect(401, "bad-signature", try olga.packet(cursor: olga.cursor), by: mallory)
        let nonce = olga.nextNonce()
        let first = try await olga.answerToFollowing(nonce: nonce)
        #expect(first.status == 200)
        #expect(first.headers.contains { $0 == ("content-type", "application/vnd.nexus.live") })
        let again = try await olga.answerToFollowing(nonce: nonce)
        #expect(problem(again) == "bad-signature")
        #expect(again.follower == nil)
        first.follower?.end()
        #expect(try relay.live.count == 0)
    }

    @Test func `a device that was cut off may not follow`() async throws {
        let invitation = try olga.invite()
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        try await ana.sync()
        try await olga.sync()
        _ = try olga.replica.transact(now: relay.clock.now) { try $0.revoke([ana.key.device]) }
        try await olga.sync()
        await expect(403, "device-revoked", try ana.packet(cursor: ana.cursor), by: ana)
    }

    @Test func `a cursor of another count is answered by one frame that starts over`() async throws {
        try await olga.sync()
        let known = try #require(try olga.cursor)
        let answer = try await olga.answerToFollowing(olga.packet(cursor: Cursor(incarnation: 1, arrival: 7)))
        try expectStartingOver(answer, incarnation: known.incarnation)
        #expect(try relay.live.count == 0)
    }

    @Test func `where the relay's data was lost the founder starts over`() async throws {
        let cursor = Cursor(incarnation: 1, arrival: 7)
        try expectStartingOver(await olga.answerToFollowing(olga.packet(cursor: cursor)), incarnation: ~1)
    }

    private func expectStartingOver(_ answer: RoutedAnswer, incarnation: UInt64) throws {
        #expect(answer.follower == nil && answer.status == 200)
        var reader = LiveFrameReader()
        let frames = try reader.read(answer.body)
        guard case .answer(let frame)? = frames.first else {
            Issue.record("no frame")
            return
        }
        #expect(frames.count == 1)
        #expect(frame.cursor == Cursor(incarnation: incarnation, arrival: 0))
        #expect(frame.frontier != nil && frame.deltas.isEmpty)
    }

    @Test func `a device has so many streams and no more, and one that ends makes room`() async throws {
        try await olga.sync()
        var streams: [Stream] = []
        for _ in 0..<relay.limits.streamsPerDevice { streams.append(try await olga.follow()) }
        let answer = try await olga.answerToFollowing()
        #expect(answer.status == 429)
        #expect(problem(answer) == "too-many-streams")
        #expect(answer.headers.contains { $0 == ("retry-after", "10") })
        streams.removeLast()
        streams.append(try await olga.follow())
        #expect(try relay.live.count == relay.limits.streamsPerDevice)
    }

    @Test func `when there are as many streams as may be, others are asked to come again`() async throws {
        relay.limits.streams = 1
        let invitation = try olga.invite()
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        try await ana.sync()
        let stream = try await olga.follow()
        await expect(503, "busy", try ana.packet(cursor: ana.cursor), by: ana)
        stream.follower.end()
        #expect(try await ana.follow().next() != nil)
    }
}
