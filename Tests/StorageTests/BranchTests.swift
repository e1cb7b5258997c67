import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// Chains that fork, changes that are there twice, and bodies that are missing: nothing of it splits replicas.
struct BranchTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `a second change at a place opens a branch: both count, in any order, and travel on`() throws {
        let crew = try Crew(1, guests: ["forker"], in: directory)
        let informed = try crew.informedObserver("informed")
        var left = Hand(key: .of("forker"), workspace: crew.workspace)
        try left.write(
            Things.draft(Things.tag("shared")), stamp: stamp(1), causes: informed.frontier(), seed: bytes(1))
        var right = left.branching(after: 1)
        try left.write(Things.draft(Things.tag("left")), stamp: stamp(2), seed: bytes(2))
        try right.write(Things.draft(Things.tag("right")), stamp: stamp(2), seed: bytes(3))
        try right.write(Things.draft(Things.tag("further right")), stamp: stamp(3), seed: bytes(4))
        let deltas = try [left.delta(), right.delta(1..<2), right.delta(2..<3)]
        var digests: Set<[UInt8]> = []
        for (number, order) in [[0, 1, 2], [2, 1, 0], [1, 2, 0]].enumerated() {
            let observer = try crew.informedObserver("order \(number)")
            for index in order { _ = try observer.append([deltas[index]], now: now) }
            #expect(try observer.counts().waiting == 0)
            #expect(try State.lines(of: observer).filter { $0.contains("tag") }.count == 4)
            digests.insert(try observer.digest())
            let next = try crew.observer("after \(number)")
            try Wire.carry(from: observer, to: next, now: now)
            digests.insert(try next.digest())
        }
        #expect(digests.count == 1)
    }

    @Test func `one chain may have sixteen branches, and a further one is refused`() throws {
        let crew = try Crew(1, guests: ["forker"], in: directory)
        let causes = try crew.informedObserver("informed").frontier()
        let verdicts = try (UInt8(1)...17).map { number in
            var hand = Hand(key: .of("forker"), workspace: crew.workspace)
            try hand.write(
                Things.draft(Things.tag("\(number)")), stamp: stamp(0), causes: causes, seed: bytes(number))
            return try crew.founder.append([hand.delta()], now: now)
        }
        #expect(verdicts.prefix(16).allSatisfy { $0 == [.stored(new: 1)] })
        #expect(verdicts.last == [.refused(.tooManyBranches)])
    }

    @Test func `of two changes with one id only the lower has effect, whichever came first`() throws {
        let crew = try Crew(1, guests: ["copyist"], in: directory)
        let causes = try crew.informedObserver("informed").frontier()
        var (low, high) = (copyist(1, crew), copyist(2, crew))
        try low.write(Things.draft(Things.name("low")), stamp: stamp(1), causes: causes, seed: bytes(9))
        try high.write(Things.draft(Things.tag("high")), stamp: stamp(2), causes: causes, seed: bytes(9))
        #expect(low.changes.first?.id == high.changes.first?.id)
        for order in [[low, high], [high, low]] {
            let observer = try crew.informedObserver(order[0].replica.text)
            for hand in order { #expect(try observer.append([hand.delta()], now: now) == [.stored(new: 1)]) }
            let lines = try State.lines(of: observer)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("low") == true)
        }
    }

    @Test func `of two copies with one stamp the one with the lower hash has effect, whichever came first`() throws {
        let crew = try Crew(1, guests: ["copyist"], in: directory)
        let causes = try crew.informedObserver("informed").frontier()
        var hands = [copyist(1, crew), copyist(2, crew)]
        for index in hands.indices {
            let draft = Things.draft(Things.name(hands[index].replica.text))
            try hands[index].write(draft, stamp: stamp(1), causes: causes, seed: bytes(9))
        }
        let lower = try #require(hands.flatMap(\.changes).min { $0.hash < $1.hash })
        for order in [hands, hands.reversed()] {
            let observer = try crew.informedObserver(order[0].replica.text)
            for hand in order { #expect(try observer.append([hand.delta()], now: now) == [.stored(new: 1)]) }
            #expect(try State.lines(of: observer).first?.contains(lower.replica.text) == true)
        }
    }

    @Test func `who has seen one copy of an add can take the add back`() throws {
        let crew = try Crew(2, guests: ["copyist"], in: directory)
        let causes = try crew.founder.frontier()
        var (low, high) = (copyist(1, crew), copyist(2, crew))
        try low.write(Things.draft(Things.tag("x")), stamp: stamp(1), causes: causes, seed: bytes(9))
        try high.write(Things.draft(Things.tag("x")), stamp: stamp(2), causes: causes, seed: bytes(9))
        let writer = crew.replicas[1]
        _ = try writer.append([high.delta()], now: now)
        let id = try #require(high.changes.first?.id)
        let removal = try writer.write(Things.draft(Things.untag("x", [id])), now: now + 5)
        for order in [[try low.delta(), try high.delta(), removal], [try high.delta(), removal, try low.delta()]] {
            let observer = try crew.informedObserver(order[0].changes[0].hash.text)
            for delta in order { _ = try observer.append([delta], now: now + 5) }
            #expect(try State.lines(of: observer).filter { $0.contains("tag") } == [])
        }
    }

    @Test func `a change with a body withheld verifies, waits, and is applied when the whole one comes`() throws {
        let crew = try Crew(1, in: directory)
        let observer = try crew.informedObserver()
        let whole = try crew.founder.write(Things.draft(Things.name("secret")))
        let change = try #require(whole.changes.first)
        let partial = try change.withholding([0])
        #expect(partial.hash == change.hash)
        let bytes = DeltaWriter.bytes(
            replica: change.replica, first: change.number, previous: change.place.previous, wires: [partial.wire],
            seal: whole.seal)
        let delta = try ReceivedDelta(bytes[...]).verified(in: crew.workspace)
        #expect(try observer.append([delta], now: now) == [.waiting(.body)])
        #expect(try observer.frontier().allSatisfy { $0.number < change.number })
        #expect(try observer.append([whole], now: now) == [.stored(new: 1)])
        #expect(try observer.counts().waiting == 0)
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `of one device ten thousand changes may wait, and no more`() throws {
        let crew = try Crew(1, guests: ["flood"], in: directory)
        var hand = Hand(key: .of("flood"), workspace: crew.workspace)
        for number in 0..<10_002 {
            try hand.write(Draft(), stamp: stamp(UInt64(number)), seed: bytes(UInt8(number & 255)))
        }
        let pieces = stride(from: 1, to: 10_001, by: 5_000).map { $0..<$0 + 5_000 }
        for piece in pieces { #expect(try crew.founder.append([hand.delta(piece)], now: now) == [.waiting(.gap)]) }
        #expect(
            try crew.founder.append([hand.delta(10_001..<10_002)], now: now) == [.refused(.tooMuchWaiting)])
        #expect(try crew.founder.counts().waiting == 10_000)
    }

    @Test func `what strangers send waits within a small bound, whoever they say they are`() throws {
        let crew = try Crew(1, in: directory)
        let text = Things.draft(Things.name(String(repeating: "x", count: 300_000)))
        let verdicts = try (0..<5).map { number in
            var hand = Hand(key: .of("stranger \(number)"), workspace: crew.workspace)
            try hand.write(Draft(), stamp: stamp(0), seed: bytes(1))
            try hand.write(text, stamp: stamp(1), seed: bytes(2))
            return try crew.founder.append([hand.delta(1..<2)], now: now)
        }
        #expect(verdicts.filter { $0 == [.waiting(.gap)] }.count == 3)
        #expect(verdicts.filter { $0 == [.refused(.tooMuchWaiting)] }.count == 2)
    }

    private func copyist(_ epoch: UInt64, _ crew: Crew) -> Hand {
        Hand(key: .of("copyist"), workspace: crew.workspace, epoch: epoch)
    }
    private func stamp(_ later: UInt64) -> Stamp { Stamp(milliseconds: now + later, counter: 0) ?? .last }
    private func bytes(_ value: UInt8) -> [UInt8] { Array(repeating: value, count: 16) }
}
