import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// What those are told who follow, and when.
@Suite(.timeLimit(.minutes(15)))
struct LiveTests {
    private let relay = TestRelay(clock: TestClock())
    private let olga: Person

    init() throws { olga = try Person.founder(with: relay) }

    private func joined(_ name: String) async throws -> Person {
        let invitation = try olga.invite()
        try await olga.sync()
        let person = try Person.joiner(named: name, by: invitation, with: relay)
        try await person.sync()
        try await olga.sync()
        try await person.sync()
        return person
    }

    private func say(_ title: String, by person: Person) async throws {
        try person.write(title)
        try await person.sync()
    }

    /// Follows from where there is nothing new.
    private func following(_ person: Person) async throws -> Stream {
        try await person.sync()
        let stream = try await person.follow()
        #expect(try await stream.next() == .heartbeat)
        return stream
    }

    /// Stores what a frame says, as a client does.
    private func store(_ answer: SyncAnswer, at person: Person) throws {
        let deltas = ReceivedDelta.verifyAll(answer.deltas, in: person.replica.workspace).compactMap { $0 }
        #expect(deltas.count == answer.deltas.count)
        _ = try person.replica.append(deltas, now: relay.clock.now, durability: .normal)
    }

    // MARK: What is told

    @Test func `where nothing is new the relay says at once that it is there`() async throws {
        _ = try await following(olga)
    }

    @Test func `what arrived after the cursor comes page by page, and all but the last say that there is more`()
        async throws
    {
        relay.limits.livePageByteCount = 1
        let ana = try await joined("Ana")
        for number in 1...5 { try await say("\(number)", by: olga) }
        let stream = try await ana.follow()
        var frames: [SyncAnswer] = []
        repeat { frames.append(try #require(try await stream.answer())) } while frames.last?.hasMore == true
        #expect(frames.count == 5)
        #expect(try frames.last?.cursor == olga.cursor)
        for frame in frames { try store(frame, at: ana) }
        #expect(try ana.replica.digest() == olga.replica.digest())
    }

    @Test func `what arrives is told to all who follow, and says where they stand then`() async throws {
        let people = [try await joined("Ana"), try await joined("Ben")]
        let streams = [try await following(people[0]), try await following(people[1])]
        try await say("Hello", by: olga)
        for (person, stream) in zip(people, streams) {
            let frame = try #require(try await stream.answer())
            #expect(try frame.cursor == olga.cursor)
            #expect(frame.time == relay.clock.now)
            #expect(frame.verdicts.isEmpty && frame.frontier == nil && !frame.hasMore)
            try store(frame, at: person)
            #expect(try person.replica.digest() == olga.replica.digest())
        }
    }

    @Test func `who wrote it is told only how far the order of arrival goes`() async throws {
        let ana = try await joined("Ana")
        let stream = try await following(ana)
        try await say("Mine", by: ana)
        let frame = try #require(try await stream.answer())
        #expect(frame.deltas.isEmpty)
        #expect(try frame.cursor == ana.cursor)
    }

    @Test func `what another copy on the same device wrote is told`() async throws {
        let ana = try await joined("Ana")
        var packet = try ana.packet(cursor: ana.cursor)
        packet.replica = ReplicaID(device: ana.key.device, epoch: ana.replica.id.epoch &+ 1)
        let stream = try await ana.follow(packet)
        try await say("From the first copy", by: ana)
        #expect(try await stream.answer()?.deltas.count == 1)
    }

    @Test func `of what came together with the asker's own it is told the rest`() async throws {
        let ana = try await joined("Ana")
        let stream = try await following(ana)
        try ana.write("Mine")
        try olga.write("Handed on")
        let handedOn = try olga.deltas()
        let packet = try ana.packet(isPushOnly: true, deltas: ana.deltas() + handedOn)
        #expect(try await ana.ask(packet).verdicts.allSatisfy { if case .stored = $0 { true } else { false } })
        let frame = try #require(try await stream.answer())
        try store(frame, at: ana)
        #expect(frame.deltas.count == 1)
        try await ana.sync()
        try await olga.sync()
        #expect(try ana.replica.digest() == olga.replica.digest())
    }

    @Test func `who falls behind what is kept for all reads for itself, and misses nothing`() async throws {
        relay.limits.recentByteCount = 1
        let ana = try await joined("Ana")
        let stream = try await following(ana)
        for number in 1...5 {
            try await say("\(number)", by: olga)
            if number.isMultiple(of: 2) { try store(try #require(try await stream.answer()), at: ana) }
        }
        try store(try #require(try await stream.answer()), at: ana)
        #expect(try ana.replica.digest() == olga.replica.digest())
    }

    @Test func `what is pushed in one piece larger than is kept reaches all who follow`() async throws {
        (relay.limits.livePageByteCount, relay.limits.recentByteCount) = (1_000, 4_000)
        let ana = try await joined("Ana")
        let stream = try await following(ana)
        let dice = SystemRandom.bytes(1_000)
        for number in 0..<20 {
            try olga.write(Base32.text(dice) + "\(number)")
            try olga.replica.publish()
        }
        try await olga.sync()
        repeat {
            try store(try #require(try await stream.answer()), at: ana)
        } while try ana.replica.digest() != olga.replica.digest()
    }

    @Test func `a thousand who follow hear of a write`() async throws {
        (relay.limits.streamsPerDevice, relay.limits.requestBurst) = (1_000, 2_000)
        let ana = try await joined("Ana")
        var streams: [Stream] = []
        for _ in 0..<1_000 { streams.append(try await ana.follow()) }
        for stream in streams { #expect(try await stream.next() == .heartbeat) }
        try await say("Hello", by: olga)
        let cursor = try olga.cursor
        for stream in streams { #expect(try await stream.answer()?.cursor == cursor) }
    }

    // MARK: Those who are behind share the memory for it

    @Test func `who has fallen behind waits for memory until another's frame was taken`() async throws {
        (relay.limits.livePageByteCount, relay.limits.pagesByteCount) = (1_000, 1_000)
        let (ana, ben) = (try await joined("Ana"), try await joined("Ben"))
        try await say("Hello", by: olga)
        let (first, second) = (try await ana.follow(), try await ben.follow())
        #expect(try await first.answer() != nil)
        let waiting = second.nextMeanwhile()
        while try relay.live.waitingCount == 0 { await Task.yield() }
        // Its frame was taken: it asks for the next.
        let resting = first.nextMeanwhile()
        #expect(try #require(await waiting.value) > LiveFrames.heartbeat.count)
        first.follower.end()
        #expect(await resting.value == nil)
    }

    @Test func `a reader who went away with a frame leaves its memory to others`() async throws {
        (relay.limits.livePageByteCount, relay.limits.pagesByteCount) = (1_000, 1_000)
        let ana = try await joined("Ana")
        try await say("Hello", by: olga)
        for _ in 1...3 { #expect(try await ana.follow().answer() != nil) }
    }

    // MARK: Time

    @Test func `who has heard nothing for two beats hears that the relay is there`() async throws {
        let stream = try await following(olga)
        let next = stream.nextMeanwhile()
        for _ in 1...2 { try relay.live.beat() }
        #expect(await next.value == LiveFrames.heartbeat.count)
    }

    @Test func `a reader who takes nothing is cut off, and one who does is not for being old`() async throws {
        relay.limits.beatsToTake = 3
        let (ana, ben) = (try await joined("Ana"), try await joined("Ben"))
        let (deaf, old) = (try await following(ana), try await following(ben))
        let (cuts, cut) = AsyncStream.makeStream(of: Void.self)
        deaf.follower.whenStalled { cut.yield() }
        old.follower.whenStalled { Issue.record("cut off") }
        for _ in 1...20 {
            // It asks for the next, so that what it got counts as taken.
            let next = old.nextMeanwhile()
            for _ in 1...2 { try relay.live.beat() }
            #expect(await next.value == LiveFrames.heartbeat.count)
        }
        #expect(await cuts.first { true } != nil)
        #expect(try await deaf.next() == nil)
        #expect(!old.follower.isOver)
    }

    // MARK: The end

    @Test func `a device that is cut off while it follows hears no more, not even of that`() async throws {
        let (ana, ben) = (try await joined("Ana"), try await joined("Ben"))
        let (cut, other) = (try await following(ana), try await following(ben))
        try olga.write("Not for her")
        _ = try olga.replica.transact(now: relay.clock.now) { try $0.revoke([ana.key.device]) }
        try await olga.sync()
        #expect(try await cut.next() == nil)
        #expect(try await other.answer()?.deltas.isEmpty == false)
        #expect(try relay.live.count == 1)
    }

    @Test func `when a new count begins, the streams of the old one end`() async throws {
        let ana = try await joined("Ana")
        let stream = try await following(ana)
        let cursor = try #require(try olga.cursor)
        // Olga has seen more than is here: this relay was put back from an older copy.
        let later = Cursor(incarnation: cursor.incarnation, arrival: cursor.arrival + 100, check: 1)
        #expect(try await olga.ask(olga.packet(cursor: later)).cursor.incarnation != cursor.incarnation)
        #expect(try await stream.next() == nil)
        #expect(try relay.live.count == 0)
    }

    @Test func `when the relay stops all streams end, and none begins`() async throws {
        let stream = try await following(olga)
        let next = stream.nextMeanwhile()
        try relay.live.stop()
        #expect(await next.value == nil)
        await #expect(throws: Refusal(status: 503, problem: "busy")) { _ = try await olga.follow() }
    }
}
