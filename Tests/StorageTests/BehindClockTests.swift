import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// A clock that has fallen behind, to 1970 for instance: it is corrected without asking, and holds nothing up.
struct BehindClockTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `what is no later than something applied is not early, whatever the clock says`() throws {
        let crew = try Crew(3, in: directory)
        let behind = crew.replicas[1]
        try crew.founder.write(Things.draft(Things.tag("late")), now: now + 1000)
        try crew.replicas[2].write(Things.draft(Things.tag("earlier")), now: now + 500)
        // A relay's clock lets it in.
        var progress = RelayProgress()
        _ = try behind.append(
            Wire.everything(of: crew.founder), bringing: &progress, now: 0, relayTime: now + 1000, isLast: true)
        #expect(try behind.counts().waiting == 0)
        // And then all that is no later.
        try Wire.carry(from: crew.replicas[2], to: behind, now: 0)
        #expect(try behind.counts().waiting == 0)
        try behind.write(Things.draft(Things.tag("own")), now: 0)
        try Wire.carry(from: behind, to: crew.founder, now: now + 1000)
        #expect(try crew.founder.counts().waiting == 0)
        #expect(try State.lines(of: crew.founder).count { $0.contains("own") } == 1)
    }

    @Test func `one change after the other does not walk a clock into the future`() throws {
        let crew = try Crew(1, guests: ["walker"], in: directory)
        let observer = try crew.informedObserver()
        var hand = Hand(key: .of("walker"), workspace: crew.workspace)
        let causes = try observer.frontier()
        for step in 1...10 as ClosedRange<UInt64> {
            let stamp = try #require(Stamp(milliseconds: now + step * 240_000, counter: 0))
            try hand.write(
                Things.draft(Things.tag("\(step)")), stamp: stamp, causes: step == 1 ? causes : [],
                seed: Array(repeating: UInt8(step), count: 16))
        }
        for clock in [now, 0] {
            let verdicts = try (0..<10).map { try observer.append([hand.delta($0..<$0 + 1)], now: clock) }
            let isEarly = verdicts.dropFirst().allSatisfy { $0 == [.waiting(.early)] || $0 == [.waiting(.gap)] }
            #expect(isEarly, "\(verdicts)")
        }
    }
}
