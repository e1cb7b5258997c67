import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// What is kept between two syncs.
struct RelayProgressTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `what could not be taken is asked for again once something of what waits has gone, and not before`()
        throws
    {
        let crew = try Crew(1, guests: ["flood"], in: directory)
        var hand = Hand(key: .of("flood"), workspace: crew.workspace)
        let causes = try crew.founder.frontier()
        for number in 0..<10_002 {
            let stamp = try #require(Stamp(milliseconds: now + UInt64(number), counter: 0))
            try hand.write(
                Draft(), stamp: stamp, causes: number == 0 ? causes : [],
                seed: Array(repeating: UInt8(number & 255), count: 16))
        }
        for piece in [1..<5_001, 5_001..<10_001] {
            #expect(try crew.founder.append([hand.delta(piece)], now: now) == [.waiting(.gap)])
        }
        let position = RelayProgress.Position(incarnation: 5, arrival: 9, check: 7)
        var progress = RelayProgress(position: position)
        let refused = try crew.founder.append(
            [hand.delta(10_001..<10_002)], bringing: &progress, now: now, relayTime: now, isLast: true)
        #expect(refused == [.refused(.tooMuchWaiting)])
        #expect(try crew.founder.relayProgress().position == position)
        // What they waited for has come: now there is room.
        _ = try crew.founder.append([hand.delta(0..<1)], now: now + 20_000)
        #expect(try crew.founder.relayProgress().position == nil)
        let taken = try crew.founder.append(
            [hand.delta(10_001..<10_002)], bringing: &progress, now: now + 20_000, relayTime: now, isLast: true)
        #expect(taken == [.stored(new: 1)])
        #expect(try crew.founder.relayProgress().position == position)
    }

    @Test func `what comes of this device's own from the relay is not pushed back to it`() throws {
        let crew = try Crew(2, in: directory)
        let (founder, replica) = (crew.replicas[0], crew.replicas[1])
        try founder.write(Things.draft(Things.tag("a")))
        var progress = RelayProgress(acknowledged: try replica.outgoing(after: 0, byteLimit: .max).reach)
        _ = try replica.append(
            Wire.everything(of: founder), bringing: &progress, now: now, relayTime: now, isLast: true)
        #expect(try progress.acknowledged == replica.outgoing(after: 0, byteLimit: .max).reach)
        #expect(try replica.unsentCount() == 0)
        // With something of its own between, nothing is passed over.
        try replica.write(Things.draft(Things.tag("mine")))
        try founder.write(Things.draft(Things.tag("b")))
        let before = progress.acknowledged
        _ = try replica.append(
            Wire.everything(of: founder), bringing: &progress, now: now, relayTime: now, isLast: true)
        #expect(progress.acknowledged == before)
        #expect(try replica.unsentCount() == 1)
    }
}
