import ChangeLog
import Replication
import Storage
import Sync
import TestSupport
import Testing

/// A stream brings what arrives; beside it own changes are pushed, and nothing else.
struct LivePushTests {
    private let company = Company()
    private let now = Company.now

    /// As ``RelayExchange`` pushes beside a stream.
    private func push(_ replica: Replica, to relay: MemoryRelay) throws -> (Moved, needsWholeSync: Bool) {
        var requester = try SyncRequester(replica, clock: { now }, pushesOnly: true)
        while let request = try requester.next() { try requester.receive(relay.answer(request, now: now)) }
        return (requester.report.moved, requester.needsWholeSync)
    }

    private func settledTeam() throws -> (relay: MemoryRelay, team: [Replica]) {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        return (relay, team)
    }

    @Test func `a push hands over own changes and leaves the cursor where it was`() throws {
        let (relay, team) = try settledTeam()
        try company.write(3, to: team[1])
        try team[1].sync(with: relay, now: now)
        let before = try team[0].relayProgress().position
        try company.write(2, to: team[0])
        #expect(try push(team[0], to: relay) == (Moved(sent: 2, roundTrips: 1), false))
        #expect(try team[0].relayProgress().position == before)
        #expect(try team[0].unsentCount() == 0)
        #expect(try push(team[0], to: relay) == (Moved(), false))
        #expect(try team[0].sync(with: relay, now: now) == Moved(received: 3, roundTrips: 1))
    }

    @Test func `a push to a relay that counts anew takes a whole sync, and says so`() throws {
        let (relay, team) = try settledTeam()
        try company.write(2, to: team[0])
        let fresh = try company.relay("fresh", for: team[0].workspace, incarnation: 7)
        #expect(try push(team[0], to: fresh) == (Moved(roundTrips: 1), true))
        #expect(try team[0].unsentCount() == 2)
        try team[0].sync(with: fresh, now: now)
        #expect(try team[0].digest() == fresh.replica.digest())
        _ = relay
    }

    @Test func `frames are stored as they come, and end where another count begins`() throws {
        let (relay, team) = try settledTeam()
        var follower = LiveFollower(team[0], clock: { now })
        let cursor = try #require(try follower.request()?.cursor)
        try company.write(3, to: team[1])
        try team[1].sync(with: relay, now: now)
        let answer = try relay.answer(
            SyncRequest(workspace: team[0].workspace, replica: team[0].id, cursor: cursor), now: now)
        #expect(try follower.receive(answer) == 3)
        #expect(try follower.receive(answer) == 0, "the same twice is nothing new")
        #expect(try team[0].sync(with: relay, now: now) == Moved(roundTrips: 1))
        let other = Cursor(incarnation: cursor.incarnation + 1, arrival: 0)
        #expect(try follower.receive(SyncAnswer(cursor: other, time: now)) == nil)
    }

    /// Two that end in another order than they began: what the relay has does not become less.
    @Test func `what a push found acknowledged is not forgotten by a frame that was under way`() throws {
        let (relay, team) = try settledTeam()
        var stale = try team[0].relayProgress()
        try company.write(2, to: team[0])
        _ = try push(team[0], to: relay)
        _ = try team[0].append([], bringing: &stale, now: now, relayTime: now, isLast: true)
        #expect(try team[0].unsentCount() == 0)
    }
}
