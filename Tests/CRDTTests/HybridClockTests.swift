import CRDT
import TestSupport
import Testing

struct HybridClockTests {
    @Test func `within one millisecond the counter tells stamps apart`() {
        var clock = HybridClock()
        #expect(clock.tick(now: 1000) == Stamp(milliseconds: 1000, counter: 0))
        #expect(clock.tick(now: 1000) == Stamp(milliseconds: 1000, counter: 1))
    }

    @Test func `a full counter carries into the milliseconds`() throws {
        var clock = HybridClock(after: try #require(Stamp(milliseconds: 1000, counter: 0xFFFF)))
        #expect(clock.tick(now: 1000) == Stamp(milliseconds: 1001, counter: 0))
    }

    @Test func `a clock that stands at 1970 goes on above what was observed`() throws {
        var clock = HybridClock()
        let observed = try #require(Stamp(milliseconds: 1_800_000_000_000, counter: 7))
        clock.observe(observed)
        #expect(clock.tick(now: 0) == Stamp(milliseconds: 1_800_000_000_000, counter: 8))
    }

    @Test func `observing an older stamp changes nothing`() throws {
        var clock = HybridClock(after: try #require(Stamp(milliseconds: 50, counter: 1)))
        clock.observe(try #require(Stamp(milliseconds: 49, counter: 9)))
        #expect(clock.latest == Stamp(milliseconds: 50, counter: 1))
    }

    @Test func `after the last stamp there is none, and the clock stays where it is`() {
        var clock = HybridClock(after: .last)
        #expect(clock.tick(now: 1000) == nil)
        #expect(clock.latest == .last)
    }

    @Test func `a wall clock beyond all stamps gives the greatest milliseconds`() {
        var clock = HybridClock()
        #expect(clock.tick(now: .max) == Stamp(milliseconds: Stamp.millisecondsLimit, counter: 0))
    }

    @Test(arguments: Seed.several(20))
    func `stamps rise strictly and lie above all that was observed, however the wall clock jumps`(seed: Seed) throws {
        var dice = Dice(seed)
        var clock = HybridClock()
        var highest = Stamp.zero
        for _ in 0..<2000 {
            if dice.once(in: 3) {
                let observed = try #require(
                    Stamp(milliseconds: dice.number(0...3000), counter: dice.pick([0, 5, .max - 1, .max])))
                clock.observe(observed)
                highest = max(highest, observed)
            }
            let now = dice.number(0...UInt64(2000))
            let tick = clock.tick(now: now)
            let stamp = try #require(tick)
            #expect(stamp > highest)
            #expect(stamp.milliseconds >= now)
            highest = stamp
        }
    }
}

struct StampTests {
    @Test func `a stamp is its milliseconds, then its counter, in one integer`() throws {
        let stamp = try #require(Stamp(milliseconds: 0x1234_5678, counter: 0x9ABC))
        #expect(stamp.packed == 0x1234_5678_9ABC)
        #expect(stamp.milliseconds == 0x1234_5678)
        #expect(stamp.counter == 0x9ABC)
        #expect(Stamp(packed: stamp.packed) == stamp)
    }

    @Test func `the last stamp is the greatest positive signed integer`() {
        #expect(Stamp.last.packed == UInt64(Int64.max))
        #expect(Stamp.last.next == nil)
        #expect(Stamp(milliseconds: Stamp.millisecondsLimit, counter: .max) == .last)
    }

    @Test func `a stamp beyond the last one cannot be made`() {
        #expect(Stamp(milliseconds: Stamp.millisecondsLimit + 1, counter: 0) == nil)
        #expect(Stamp(milliseconds: .max, counter: 0) == nil)
        #expect(Stamp(packed: UInt64(Int64.max) + 1) == nil)
        #expect(Stamp(packed: .max) == nil)
    }

    @Test(arguments: Seed.several(5))
    func `stamps order by time, then by counter, as their integers do`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<500 {
            let pairs = (0..<2).map { _ in (dice.number(0...UInt64(3)), dice.number(0...UInt16(3))) }
            let stamps = try pairs.map { try #require(Stamp(milliseconds: $0.0, counter: $0.1)) }
            #expect((stamps[0] < stamps[1]) == (pairs[0] < pairs[1]))
            #expect((stamps[0] < stamps[1]) == (stamps[0].packed < stamps[1].packed))
        }
    }
}

struct IdentifierTests {
    @Test func `the bytes are the two halves, the highest byte first`() {
        let id = ChangeID(high: 0x0001_0203_0405_0607, low: 0x0809_0A0B_0C0D_0E0F)
        #expect(id.bytes == Array(0...15))
        #expect(ChangeID(bytes: Array(0...15)) == id)
    }

    @Test func `bytes of another number than sixteen are no identifier`() {
        for count in [0, 1, 15, 17, 32] {
            #expect(ElementID(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }

    @Test(arguments: Seed.several(5))
    func `identifiers order as their bytes do`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<500 {
            // Mostly alike, so that the difference may stand anywhere.
            var (left, right) = ([UInt8](repeating: 0x80, count: 16), [UInt8](repeating: 0x80, count: 16))
            left[dice.number(0...15)] = dice.pick([0, 0x7F, 0x80, 0xFF])
            right[dice.number(0...15)] = dice.pick([0, 0x7F, 0x80, 0xFF])
            let ids = try [left, right].map { try #require(ChangeID(bytes: $0)) }
            #expect((ids[0] < ids[1]) == left.lexicographicallyPrecedes(right))
            #expect(ids.map(\.bytes) == [left, right])
        }
    }
}

struct DiceTests {
    @Test func `the same seed throws the same dice`() {
        var (first, second) = (Dice(Seed(7)), Dice(Seed(7)))
        #expect(first.bytes(100) == second.bytes(100))
    }

    @Test func `the variable SEED leaves exactly that seed`() {
        #expect(Seed.several(3, environment: [:]) == [Seed(1), Seed(2), Seed(3)])
        #expect(Seed.several(3, environment: ["SEED": "12436"]) == [Seed(12436)])
    }
}
