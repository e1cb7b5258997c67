import CRDT
import ChangeLog
import GRDB
import Storage
import TestSupport
import Testing

/// However the log packs changes, what it hands on is what their author sealed, from any place on.
struct RunTests {
    private let directory = TemporaryDirectory()

    @Test func `six hundred changes sealed one by one are packed, and verify from any cursor on`() throws {
        let crew = try Crew(1, in: directory)
        for number in 0..<600 { try crew.founder.write(Things.draft(Things.tag("\(number)"))) }
        let runs = try crew.founder.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") ?? 0 }
        #expect(runs < 100)
        for cursor in [0, 1, 255, 256, 257, 300, 511, 512, 513, 599] as [UInt64] {
            let outgoing = try crew.founder.arrivals(after: cursor, excluding: nil, byteLimit: .max)
            let deltas = try outgoing.deltas.map { try ReceivedDelta($0[...]).verified(in: crew.workspace) }
            #expect(deltas.last?.changes.last?.number == crew.founder.ownTipNumber, "from \(cursor)")
            #expect(deltas.first?.changes.first.map { $0.number <= cursor + 3 } == true, "from \(cursor)")
        }
        let observer = try crew.informedObserver()
        #expect(try observer.digest() == crew.founder.digest())
        try observer.rebuild()
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `a damaged row of the log is told as damage, and ends no process`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let path = directory.file("0")
        for damage in ["UPDATE arrival SET first = 0", "UPDATE arrival SET first = 1; UPDATE run SET first = 1 << 40"] {
            try DatabaseQueue(path: path).write { try $0.execute(sql: damage) }
            #expect(throws: (any Error).self) {
                let page = try crew.founder.arrivals(after: 0, excluding: nil, byteLimit: .max)
                for delta in page.deltas { _ = try ReceivedDelta(delta[...]).verified(in: crew.workspace) }
                try crew.founder.rebuild()
            }
        }
    }

    @Test func `small pages add up to the whole history`() throws {
        let crew = try Crew(1, in: directory)
        for number in 0..<300 { try crew.founder.write(Things.draft(Things.entry("\(number)"))) }
        let observer = try crew.observer()
        var cursor: UInt64 = 0
        var isMore = true
        while isMore {
            let page = try crew.founder.arrivals(after: cursor, excluding: nil, byteLimit: 500)
            let deltas = try page.deltas.map { try ReceivedDelta($0[...]).verified(in: crew.workspace) }
            _ = try observer.append(deltas, now: Crew.now)
            (cursor, isMore) = (page.reach, page.hasMore)
        }
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `a seal over the first of two changes that were stored together lets that one travel on`() throws {
        let crew = try Crew(1, guests: ["hand"], in: directory)
        let observer = try crew.informedObserver()
        var hand = Hand(key: .of("hand"), workspace: crew.workspace)
        let unknown = Cause(
            replica: ReplicaID(device: SigningKey.of("unknown").device, epoch: 1), number: 1,
            prefix: Array(repeating: 0, count: 16))
        let causes = try observer.frontier()
        for (number, more) in [[], [], [unknown]].enumerated() {
            try hand.write(
                Things.draft(Things.tag("\(number)")),
                stamp: Stamp(milliseconds: Crew.now + UInt64(number) + 1, counter: 0) ?? .last,
                causes: (number == 0 ? causes : []) + more, seed: Array(repeating: UInt8(number), count: 16))
        }
        #expect(try observer.append([hand.delta()], now: Crew.now) == [.waiting(.cause)])
        let before = try observer.arrivals(after: 0, excluding: nil, byteLimit: .max).changes
        #expect(try observer.append([hand.delta(0..<1)], now: Crew.now) == [.stored(new: 0)])
        let after = try observer.arrivals(after: 0, excluding: nil, byteLimit: .max)
        #expect(after.changes == before + 1)
        for delta in after.deltas { _ = try ReceivedDelta(delta[...]).verified(in: crew.workspace) }
        #expect(try observer.append([hand.delta(0..<2)], now: Crew.now) == [.stored(new: 0)])
        #expect(try observer.arrivals(after: 0, excluding: nil, byteLimit: .max).changes == before + 2)
    }
}

extension Replica {
    fileprivate var ownTipNumber: UInt64? { try? ownTip() }
}
