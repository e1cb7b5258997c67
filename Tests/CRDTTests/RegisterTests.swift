import CRDT
import TestSupport
import Testing

struct RegisterTests {
    /// Each write with a value of its own: one change writes a register once.
    private let writes = (0..<3).flatMap { time in
        (0..<3).map { change in write(time: UInt64(time), change: UInt64(change)) }
    }

    @Test func `the later write wins, on both sides`() {
        for (index, earlier) in writes.enumerated() {
            for later in writes[index...] {
                #expect(merged(earlier, later) == later)
                #expect(merged(later, earlier) == later)
            }
        }
    }

    @Test func `merging commutes, associates and is idempotent, for all small cases`() {
        for first in writes {
            #expect(merged(first, first) == first)
            for second in writes {
                #expect(merged(first, second) == merged(second, first))
                for third in writes {
                    #expect(merged(merged(first, second), third) == merged(first, merged(second, third)))
                }
            }
        }
    }

    @Test(arguments: Seed.several(20))
    func `any order, with any repetitions, gives the same register`(seed: Seed) throws {
        var dice = Dice(seed)
        let writes = (0..<60).map { _ in write(time: dice.number(0...9), change: dice.number(0...UInt64.max)) }
        let delivered = dice.shuffled(writes + dice.some(of: writes))
        let first = try #require(writes.first)
        let start = try #require(delivered.first)
        #expect(writes.reduce(first, merged) == delivered.reduce(start, merged))
    }
}

private func write(time: UInt64, change: UInt64) -> Register<String> {
    let id = ChangeID(high: change, low: 0)
    return Register("\(time)/\(change)", stamp: Stamp(milliseconds: time, counter: 0) ?? .zero, change: id)
}

private func merged(_ left: Register<String>, _ right: Register<String>) -> Register<String> {
    var result = left
    result.merge(right)
    return result
}
