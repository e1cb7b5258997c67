import CRDT
import TestSupport
import Testing

struct CausalSequenceTests {
    private typealias Sequence = CausalSequence<String>

    @Test func `elements stand in the order of position, then of id`() {
        let elements = [element(3, at: 1), element(1, at: 2), element(2, at: 1)]
        #expect(sequence(elements).elements.map(\.id.high) == [2, 3, 1])
    }

    @Test func `of two creations of one element the lower stamp shows, then the lower change id`() {
        let later = element(1, at: 5, stamp: 9, change: 1)
        let earlier = element(1, at: 7, stamp: 8, change: 3)
        let tied = element(1, at: 6, stamp: 8, change: 2)
        for order in [[later, earlier, tied], [tied, earlier, later], [earlier, tied, later]] {
            #expect(sequence(order).elements == [tied])
        }
    }

    @Test(arguments: Seed.several(20))
    func `any order, with any repetitions, gives the same sequence`(seed: Seed) {
        var dice = Dice(seed)
        let elements = (0..<80).map { number in
            element(dice.number(0...30), at: dice.number(0...9), stamp: dice.number(0...9), change: UInt64(number))
        }
        let expected = sequence(elements)
        for _ in 0..<5 { #expect(sequence(dice.shuffled(elements + dice.some(of: elements))) == expected) }
    }

    private func sequence(_ elements: [Sequence.Element]) -> Sequence {
        elements.reduce(into: Sequence()) { $0.append($1) }
    }

    private func element(_ id: UInt64, at position: UInt64, stamp: UInt64 = 0, change: UInt64 = 0) -> Sequence.Element {
        Sequence.Element(
            id: ElementID(high: id, low: 0), position: Stamp(milliseconds: position, counter: 0) ?? .zero,
            stamp: Stamp(milliseconds: stamp, counter: 0) ?? .zero, change: ChangeID(high: change, low: 0),
            content: "\(id)/\(change)")
    }
}

struct HighWaterMarkTests {
    @Test func `a mark rises and never falls`() {
        var mark = HighWaterMark(5)
        let steps = [(to: UInt64(4), rose: false), (to: 5, rose: false), (to: 6, rose: true), (to: .max, rose: true)]
        for step in steps { #expect(mark.raise(to: step.to) == step.rose) }
        #expect(mark.value == .max)
    }

    @Test(arguments: Seed.several(10))
    func `any order gives the maximum`(seed: Seed) {
        var dice = Dice(seed)
        let values = (0..<50).map { _ in dice.next() >> dice.number(0...63) }
        var mark = HighWaterMark()
        for value in dice.shuffled(values + values) { mark.raise(to: value) }
        #expect(mark.value == values.max())
    }
}
