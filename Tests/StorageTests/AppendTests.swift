import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// What becomes of deltas that come twice, too early, from strangers, or from liars.
struct AppendTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `appending twice is the same as appending once`() throws {
        let crew = try Crew(1, in: directory)
        let delta = try crew.founder.write(Things.draft(Things.name("a"), Things.tag("b"), Things.entry("c")))
        let observer = try crew.informedObserver()
        let digest = try observer.digest()
        #expect(try observer.append([delta, delta], now: now) == [.stored(new: 0), .stored(new: 0)])
        #expect(try observer.digest() == digest)
        let fresh = try crew.observer("fresh")
        let all = try Wire.everything(of: crew.founder)
        #expect(try fresh.append(all + all, now: now) == [.stored(new: 2), .stored(new: 0)])
        #expect(try fresh.digest() == digest)
    }

    @Test func `a change whose predecessors are missing waits, and is applied when they come`() throws {
        let crew = try Crew(1, in: directory)
        let observer = try crew.informedObserver()
        let deltas = try ["a", "b", "c"].map { try crew.founder.write(Things.draft(Things.name($0))) }
        #expect(try observer.append([deltas[2]], now: now) == [.waiting(.gap)])
        #expect(try observer.append([deltas[1]], now: now) == [.waiting(.gap)])
        #expect(try observer.counts().waiting == 2)
        #expect(try observer.append([deltas[0]], now: now) == [.stored(new: 1)])
        #expect(try observer.counts().waiting == 0)
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `a change whose causes are missing waits, and is applied when they come`() throws {
        let crew = try Crew(2, in: directory)
        let observer = try crew.informedObserver()
        let cause = try crew.founder.write(Things.draft(Things.tag("x")))
        try Wire.carry(from: crew.founder, to: crew.replicas[1], now: now)
        let effect = try crew.replicas[1].write(Things.draft(Things.untag("x", cause.changes.map(\.id))))
        #expect(try observer.append([effect], now: now) == [.waiting(.cause)])
        #expect(try State.lines(of: observer) == [])
        // What waits is in no frontier: it would be thought to have its causes.
        #expect(try observer.frontier().allSatisfy { $0.replica != crew.replicas[1].id })
        #expect(try observer.append([cause], now: now) == [.stored(new: 1)])
        #expect(try observer.counts().waiting == 0)
        #expect(try observer.digest() == crew.replicas[1].digest())
    }

    @Test func `a cause that names another change at that place does not hold it up as that one`() throws {
        let crew = try Crew(1, guests: ["hand"], in: directory)
        let observer = try crew.informedObserver()
        let tip = try #require(try observer.frontier().first)
        var hand = Hand(key: .of("hand"), workspace: crew.workspace)
        let wrong = Cause(replica: tip.replica, number: tip.number, prefix: Array(repeating: 0, count: 16))
        try hand.write(Things.draft(Things.name("x")), stamp: .last, causes: [wrong], seed: bytes(1))
        #expect(try observer.append([hand.delta()], now: .max / 2) == [.waiting(.cause)])
    }

    @Test func `a stamp more than five minutes ahead waits until it is due, and nothing else waits for it`() throws {
        let crew = try Crew(2, in: directory)
        let observer = try crew.informedObserver()
        let ahead = now + 20 * 60 * 1000
        let early = try crew.replicas[1].write(Things.draft(Things.name("early")), now: ahead)
        let other = try crew.founder.write(Things.draft(Things.name("now")))
        #expect(try observer.append([early, other], now: now) == [.waiting(.early), .stored(new: 1)])
        #expect(try observer.append([], now: ahead - 5 * 60 * 1000 - 1) == [])
        #expect(try observer.counts().waiting == 1)
        _ = try observer.append([], now: ahead - 5 * 60 * 1000)
        #expect(try observer.counts().waiting == 0)
        #expect(try State.lines(of: observer).first?.contains("early") == true)
    }

    @Test func `what waits for its time moves no clock`() throws {
        let crew = try Crew(2, in: directory)
        let early = try crew.replicas[1].write(Things.draft(Things.name("early")), now: now + 3_600_000)
        #expect(try crew.founder.append([early], now: now) == [.waiting(.early)])
        let next = try crew.founder.write(Things.draft(Things.name("now")), now: now + 1)
        #expect(next.changes.first?.stamp.milliseconds == now + 1)
    }

    @Test func `a device whose clock stands at 1970 writes above what it has applied`() throws {
        let crew = try Crew(2, in: directory)
        let delta = try crew.replicas[1].write(Things.draft(Things.name("late")), now: 0)
        #expect(try #require(delta.changes.first).stamp.milliseconds >= now)
        #expect(try crew.founder.append([delta], now: now) == [.stored(new: 1)])
        #expect(try State.lines(of: crew.founder).first?.contains("late") == true)
    }

    @Test func `a delta of a stranger is refused and leaves nothing`() throws {
        let crew = try Crew(1, in: directory)
        let observer = try crew.informedObserver()
        let digest = try observer.digest()
        var stranger = Hand(key: .of("stranger"), workspace: crew.workspace)
        try stranger.write(Things.draft(Things.name("mine")), stamp: .zero.above(now), seed: bytes(1))
        let good = try crew.founder.write(Things.draft(Things.name("a")))
        #expect(try observer.append([stranger.delta(), good], now: now) == [.refused(.stranger), .stored(new: 1)])
        #expect(try observer.counts().waiting == 0)
        #expect(try observer.digest() != digest)
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test(arguments: [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func `a remove that names an add outside its past has no effect, in any order`(order: [Int]) throws {
        let crew = try Crew(3, in: directory)
        let seen = try crew.founder.write(Things.draft(Things.tag("x")))
        try Wire.carry(from: crew.founder, to: crew.replicas[1], now: now)
        let unseen = try crew.replicas[2].write(Things.draft(Things.tag("x")))
        let dots = (seen.changes + unseen.changes).map(\.id).sorted()
        let remove = try crew.replicas[1].write(Things.draft(Things.untag("x", dots)))
        let observer = try crew.observer()
        _ = try observer.append(Array(try Wire.everything(of: crew.founder).prefix(1)), now: now)
        for index in order { _ = try observer.append([[seen, unseen, remove][index]], now: now) }
        #expect(try observer.counts().waiting == 0)
        let dot = try #require(unseen.changes.first?.id)
        #expect(try State.lines(of: observer).contains(State.tag(Things.root(1), .text("x"), dot)))
        #expect(try State.lines(of: observer).count == 1)
    }

    @Test func `heads of a basis that lie outside the change's past count for nothing, also once they come`() throws {
        let crew = try Crew(3, in: directory)
        let entry = try crew.replicas[1].write(Things.draft(Things.entry("unseen")))
        let head = try #require(entry.changes.first?.asCause)
        let read = try crew.replicas[2].write(Things.draft(Things.read(.heads([head]))))
        for order in [[entry, read], [read, entry]] {
            let observer = try crew.informedObserver(order[0].changes[0].id.text)
            for delta in order { _ = try observer.append([delta], now: now) }
            #expect(try State.lines(of: observer).filter { $0.contains("read by") } == [])
        }
    }

    @Test func `a change of an unknown root, field or operation is kept, without effect`() throws {
        let crew = try Crew(1, in: directory)
        let fields: [Operation] = [
            Operation(field: 99, action: .write(.text("x"))),
            Operation(field: 1, action: .unknown(code: 50, payload: [1])),
            Operation(field: 1, action: .add(.text("wrong kind"))), Things.name("known"),
        ]
        let draft = Draft(
            acts: [.unknown(code: 77, payload: [1, 2])],
            segments: [
                Segment(kind: 88, root: Things.root(5), operations: [Things.name("x")]),
                Segment(kind: 1, root: Things.root(1), operations: fields),
            ])
        let delta = try crew.founder.write(draft)
        let observer = try crew.informedObserver()
        let lines = try State.lines(of: observer)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("known") == true)
        #expect(try Wire.everything(of: observer).last?.changes.last?.wire == delta.changes.last?.wire)
    }

    @Test func `values of another type than the field's are stored as nothing, and are in no set`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(
            Things.draft(
                Operation(field: 1, action: .write(.integer(1))),
                Operation(field: 2, action: .set(.bytes([1]), basis: .nothing)),
                Operation(field: 3, action: .add(.null)), Operation(field: 3, action: .add(.integer(1))),
                Operation(field: 4, action: .append(Element(fields: [.init(1, .text("x")), .init(2, .integer(1))])))))
        let lines = try State.lines(of: crew.founder)
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.contains("null") })
    }

    @Test func `a change stamped no later than what it has seen is void: kept, cited, without effect`() throws {
        let crew = try Crew(1, guests: ["liar"], in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let observer = try crew.informedObserver()
        let tip = try #require(try observer.frontier().first)
        var liar = Hand(key: .of("liar"), workspace: crew.workspace)
        let last = try #require(try Wire.everything(of: crew.founder).last?.changes.last)
        try liar.write(
            Things.draft(Things.name("b"), Things.tag("c")), stamp: last.stamp, causes: [tip], seed: bytes(1))
        let lines = try State.lines(of: observer)
        #expect(try observer.append([liar.delta()], now: now) == [.stored(new: 1)])
        #expect(try State.lines(of: observer) == lines)
        #expect(try observer.frontier().count == 2)
        let after = try #require(last.stamp.next)
        try liar.write(Things.draft(Things.name("d")), stamp: after, seed: bytes(2))
        #expect(try observer.append([liar.delta(1..<2)], now: now) == [.stored(new: 1)])
        #expect(try State.lines(of: observer).first?.contains("d") == true)
    }

    /// Else one could slip a change under everything that a void change has seen.
    @Test func `a change that cites a void one has to lie above all that the void one has seen`() throws {
        let crew = try Crew(1, guests: ["liar", "accomplice"], in: directory)
        let name = try crew.founder.write(Things.draft(Things.name("a")))
        let observer = try crew.informedObserver()
        let tip = try #require(name.changes.last)
        var liar = Hand(key: .of("liar"), workspace: crew.workspace)
        let void = try liar.write(Draft(), stamp: .zero, causes: [tip.asCause], seed: bytes(1))
        var accomplice = Hand(key: .of("accomplice"), workspace: crew.workspace)
        let low = try #require(Stamp.zero.next)
        try accomplice.write(Things.draft(Things.tag("below")), stamp: low, causes: [void.asCause], seed: bytes(2))
        #expect(
            try observer.append([liar.delta(), accomplice.delta()], now: now) == [.stored(new: 1), .stored(new: 1)])
        #expect(try State.lines(of: observer).count == 1)
    }

    @Test func `who cites a void change has seen what that one had seen`() throws {
        let crew = try Crew(1, guests: ["liar", "accomplice"], in: directory)
        let tag = try #require(try crew.founder.write(Things.draft(Things.tag("x"))).changes.last)
        let observer = try crew.informedObserver()
        var liar = Hand(key: .of("liar"), workspace: crew.workspace)
        let void = try liar.write(Draft(), stamp: .zero, causes: [tag.asCause], seed: bytes(1))
        var accomplice = Hand(key: .of("accomplice"), workspace: crew.workspace)
        let stamp = try #require(tag.stamp.next)
        let draft = Things.draft(Things.untag("x", [tag.id]))
        try accomplice.write(draft, stamp: stamp, causes: [void.asCause], seed: bytes(2))
        #expect(
            try observer.append([liar.delta(), accomplice.delta()], now: now) == [.stored(new: 1), .stored(new: 1)])
        #expect(try State.lines(of: observer).filter { $0.contains("tag") } == [])
    }

    @Test func `of two writes with one stamp the one with the higher change id stands, in either order`() throws {
        let crew = try Crew(2, in: directory)
        let writes = try crew.replicas.map { try $0.write(Things.draft(Things.name($0.id.text)), now: now + 10) }
        let changes = writes.flatMap(\.changes)
        #expect(Set(changes.map(\.stamp)).count == 1)
        let higher = try #require(changes.max { $0.id < $1.id })
        for order in [writes, writes.reversed()] {
            let observer = try crew.observer(order[0].changes[0].id.text)
            _ = try observer.append(Array(Wire.everything(of: crew.founder).prefix(1)), now: now)
            for delta in order { _ = try observer.append([delta], now: now) }
            #expect(try State.lines(of: observer).first?.contains(higher.replica.text) == true)
        }
    }

    @Test func `a root that only an owner may write is not written by others`() throws {
        let crew = try Crew(2, in: directory)
        let operations = [Operation(field: 1, action: .write(.text("mine")))]
        let draft = Draft(segments: [
            Segment(kind: 2, root: Things.root(1), operations: operations),
            Segment(kind: 1, root: Things.root(2), operations: [Things.name("allowed")]),
        ])
        let delta = try crew.replicas[1].write(draft)
        #expect(try crew.founder.append([delta], now: now) == [.stored(new: 1)])
        for replica in crew.replicas {
            let lines = try State.lines(of: replica)
            #expect(lines.count == 1)
            #expect(lines.first?.contains("allowed") == true)
        }
        try crew.founder.write(draft)
        #expect(try State.lines(of: crew.founder).count == 2)
    }

    @Test func `an id that derives from a change is given to nobody else's element`() throws {
        let crew = try Crew(1, in: directory)
        let original = try crew.founder.write(Things.draft(Things.entry("original", sender: 1)))
        let change = try #require(original.changes.last)
        let derived = ElementID(change: change.id, body: 0, operation: 0)
        #expect(!derived.isNatural)
        #expect(throws: StorageFailure.rejected(.outOfRange)) {
            try crew.founder.write(Things.draft(Things.entry("other", sender: 1, id: derived)))
        }
    }

    /// Whoever has seen a natural id can name it, and date it back: the lowest creation shows.
    @Test func `two creations of one element end up alike`() throws {
        let crew = try Crew(1, guests: ["namer"], in: directory)
        let informed = try crew.informedObserver("informed")
        let id = ElementID(naturally: bytes(9))
        let original = try crew.founder.write(Things.draft(Things.entry("original", sender: 1, id: id)), now: now + 10)
        var namer = Hand(key: .of("namer"), workspace: crew.workspace)
        let element = Things.entry("other", sender: 1, id: id)
        try namer.write(
            Things.draft(element), stamp: .zero.above(now + 5), causes: informed.frontier(), seed: bytes(1))
        let other = try namer.delta()
        var digests: Set<[UInt8]> = []
        for (number, order) in [[original, other], [other, original]].enumerated() {
            let observer = try crew.observer("\(number) of two")
            _ = try observer.append(Wire.everything(of: informed), now: now)
            for delta in order { #expect(try observer.append([delta], now: now + 10) == [.stored(new: 1)]) }
            #expect(try State.lines(of: observer).contains { $0.contains("other") })
            digests.insert(try observer.digest())
        }
        #expect(digests.count == 1)
    }

    private func bytes(_ value: UInt8) -> [UInt8] { Array(repeating: value, count: 16) }
}

extension Stamp {
    /// At the start of that millisecond.
    fileprivate func above(_ milliseconds: UInt64) -> Stamp { Stamp(milliseconds: milliseconds, counter: 0) ?? .last }
}
