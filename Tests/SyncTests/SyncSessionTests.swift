import CRDT
import ChangeLog
import Foundation
import Storage
import Sync
import TestSupport
import Testing

struct SyncSessionTests {
    private let company = Company()
    private let now = Company.now

    @Test func `after a first sync both sides hold the same, and a second one moves nothing in one round trip`() throws
    {
        let (relay, team) = try company.team(3)
        for replica in team {
            try company.write(5, to: replica)
            #expect(try replica.sync(with: relay, now: now).sent > 0)
        }
        for replica in team { try replica.sync(with: relay, now: now) }
        #expect(Set(try (team + [relay.replica]).map { try $0.digest() }).count == 1)
        for replica in team { #expect(try replica.sync(with: relay, now: now) == Moved(roundTrips: 1)) }
    }

    @Test func `a sync moves exactly the news`() throws {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        try company.write(3, to: team[0])
        #expect(try team[0].sync(with: relay, now: now) == Moved(sent: 3, roundTrips: 1))
        try company.write(2, to: team[1])
        #expect(try team[1].sync(with: relay, now: now) == Moved(sent: 2, received: 3, roundTrips: 1))
        #expect(try team[0].sync(with: relay, now: now) == Moved(received: 2, roundTrips: 1))
    }

    @Test func `more than one page goes both ways, page by page`() throws {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        relay.pageByteCount = 2000
        // A page ends where a seal does, and there is one every 256 changes.
        for replica in team { try company.write(700, to: replica) }
        let first = try team[0].sync(with: relay, now: now)
        #expect(first == Moved(sent: 700, roundTrips: 3))
        let second = try team[1].sync(with: relay, now: now)
        #expect(second.sent == 700)
        #expect(second.received == 700)
        #expect(second.roundTrips == 6)
        try team[0].sync(with: relay, now: now)
        #expect(Set(try (team + [relay.replica]).map { try $0.digest() }).count == 1)
        for replica in team { #expect(try replica.sync(with: relay, now: now) == Moved(roundTrips: 1)) }
    }

    @Test func `a sync that breaks off anywhere is taken up by the next one`() throws {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        try company.write(4, to: team[0])
        // The relay takes the push, and the answer is lost.
        try team[0].publish()
        let outgoing = try team[0].outgoing(after: 0, byteLimit: .max)
        _ = try relay.answer(
            SyncRequest(
                workspace: team[0].workspace, replica: team[0].id, cursor: nil, isPushOnly: true,
                deltas: outgoing.deltas), now: now)
        try team[0].sync(with: relay, now: now)
        try team[1].sync(with: relay, now: now)
        #expect(Set(try (team + [relay.replica]).map { try $0.digest() }).count == 1)
    }

    @Test
    func `a relay that finds out that it is a copy, while somebody without a cursor pushes, tells all in that sync`()
        throws
    {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        for suffix in ["", "-wal", ".head"] {
            try FileManager.default.copyItem(
                atPath: company.directory.file("relay") + suffix, toPath: company.directory.file("copy") + suffix)
        }
        let copy = MemoryRelay(
            try Replica.open(
                at: company.directory.file("copy"), key: .of("relay"), configuration: Company.configuration),
            incarnation: 1)
        try company.write(3, to: team[1])
        try team[1].setLocalValue(.incarnation, .null)
        #expect(try team[1].sync(with: copy, now: now).sent == 3)
        #expect(copy.incarnation != 1)
        #expect(try team[1].digest() == copy.replica.digest())
        #expect(try team[1].frontierDigest() == copy.replica.frontierDigest())
    }

    @Test func `a relay that lost everything gets all of it back, others' changes too, and nobody loses anything`()
        throws
    {
        let (relay, team) = try company.team(3)
        for replica in team {
            try company.write(3, to: replica)
            try replica.sync(with: relay, now: now)
        }
        try team[0].sync(with: relay, now: now)
        try company.write(2, to: team[0])
        // Only the first is there to give back; the third lacks nothing of its own and two of the first's.
        let fresh = try company.relay("replacement", for: team[0].workspace, incarnation: 99)
        try team[0].sync(with: fresh, now: now)
        #expect(try fresh.replica.digest() == team[0].digest())
        for replica in team { try replica.sync(with: fresh, now: now) }
        for replica in team { try replica.sync(with: fresh, now: now) }
        #expect(Set(try (team + [fresh.replica]).map { try $0.digest() }).count == 1)
        for replica in team { #expect(try replica.sync(with: fresh, now: now) == Moved(roundTrips: 1)) }
    }

    @Test func `a relay that was restored from an older copy is brought up to date`() throws {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        let old = try company.relay("restored", for: team[0].workspace, incarnation: 7)
        _ = try old.replica.append(Wire.everything(of: relay.replica), now: now)
        for replica in team {
            try company.write(3, to: replica)
            try replica.sync(with: relay, now: now)
        }
        for replica in team + team { try replica.sync(with: old, now: now) }
        #expect(Set(try (team + [old.replica]).map { try $0.digest() }).count == 1)
    }

    @Test func `pages and a new incarnation together lose nothing`() throws {
        let (relay, team) = try company.team(2)
        relay.pageByteCount = 1500
        for replica in team {
            try company.write(600, to: replica)
            try replica.sync(with: relay, now: now)
        }
        let fresh = try company.relay("replacement", for: team[0].workspace, incarnation: 99)
        fresh.pageByteCount = 1500
        for replica in team + team { try replica.sync(with: fresh, now: now) }
        #expect(Set(try (team + [fresh.replica]).map { try $0.digest() }).count == 1)
    }

    /// The replacement admits the joiner again before it is given the first admission back.
    @Test func `a joiner admitted twice, by a relay and by its replacement, was admitted at the same time for all`()
        throws
    {
        let (relay, team) = try company.team(2)
        try team[1].sync(with: relay, now: now)
        let fresh = try company.relay("replacement", for: team[0].workspace, incarnation: 99)
        for replica in team + team { try replica.sync(with: fresh, now: now + 60_000) }
        let admissions = try (team + [fresh.replica]).map { try $0.member(team[1].id.device)?.admitted?.milliseconds }
        #expect(admissions == [now, now, now])
        #expect(Set(try (team + [fresh.replica]).map { try $0.digest() }).count == 1)
    }

    @Test func `a joiner pulls before it pushes, so that nothing has left when its name is taken`() throws {
        var session = SyncSession(
            workspace: WorkspaceID(unchecked: Array(repeating: 1, count: 32)),
            replica: ReplicaID(device: SigningKey.of("joiner").device, epoch: 1), cursor: nil, acknowledged: 0,
            credential: [1, 2])
        #expect(session.push == .nothing)
        let supplies = SyncSession.Supplies(deltas: [[1]], areOwn: [true], reach: 1)
        let first = session.next(supplies)
        #expect(first?.deltas == [])
        #expect(first?.credential == [1, 2])
        let cursor = Cursor(incarnation: 5, arrival: 3)
        var step = session.receive(SyncAnswer(cursor: cursor, time: 0, hasMore: true))
        #expect(!step.isReadyToPush && !step.isFinished)
        _ = session.next(supplies)
        step = session.receive(SyncAnswer(cursor: cursor, time: 0, frontier: []))
        #expect(step.isReadyToPush && !step.isFinished)
        #expect(session.push == .everything(after: 0, lacking: []))
        let second = session.next(supplies)
        #expect(second?.deltas == [[1]])
        step = session.receive(SyncAnswer(cursor: cursor, time: 0, verdicts: [.stored(new: 1)]))
        #expect(step.isFinished)
        #expect(step.acknowledged == 1)
        let nothing = session.next(SyncSession.Supplies(reach: 1))
        #expect(nothing == nil)
        let more = session.next(supplies)
        #expect(more?.credential == nil)
    }

    @Test func `a push that is refused is not taken for acknowledged`() {
        var session = SyncSession(
            workspace: WorkspaceID(unchecked: Array(repeating: 1, count: 32)),
            replica: ReplicaID(device: SigningKey.of("joiner").device, epoch: 1),
            cursor: Cursor(incarnation: 5, arrival: 3), acknowledged: 4, credential: nil)
        _ = session.next(.init(deltas: [[1], [2]], areOwn: [true, true], reach: 9, hasMore: true))
        let answer = SyncAnswer(
            cursor: Cursor(incarnation: 5, arrival: 3), time: 0, verdicts: [.stored(new: 1), .refused(.used)])
        let step = session.receive(answer)
        #expect(step.refusal == .used)
        #expect(step.acknowledged == 4)
        #expect(step.isFinished)
    }
}
