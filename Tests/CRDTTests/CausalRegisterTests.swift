import CRDT
import TestSupport
import Testing

struct CausalRegisterTests {
    @Test(arguments: 1...4)
    func `what no later write has seen stays, in every causal order of every small history`(count: Int) {
        for history in History.all(of: count) {
            let expected = standing(in: history)
            for order in history.causalOrders() { #expect(register(order, of: history).current == expected) }
        }
    }

    @Test(arguments: Seed.several(20))
    func `any causal order of a long history, with repetitions, gives the same register`(seed: Seed) {
        var dice = Dice(seed)
        let history = History(authors: 5, events: 120, dice: &dice)
        let expected = standing(in: history)
        #expect(register(history.events, of: history).current == expected)
        for _ in 0..<5 {
            let order = history.causalOrder(&dice).flatMap { dice.once(in: 8) ? [$0, $0] : [$0] }
            #expect(register(order, of: history).current == expected)
        }
    }

    @Test func `of concurrent writes with one stamp the higher change id shows`() throws {
        var register = CausalRegister<String>()
        register.apply(.init("high", stamp: .zero, change: ChangeID(high: 9, low: 0))) { _ in false }
        register.apply(.init("low", stamp: .zero, change: ChangeID(high: 1, low: 0))) { _ in false }
        #expect(register.current.map(\.value) == ["low", "high"])
        #expect(register.latest?.value == "high")
    }

    @Test func `a write that has seen all others is alone, whatever its stamp`() {
        var register = CausalRegister<String>()
        for number in 1...3 {
            register.apply(.init("\(number)", stamp: .last, change: ChangeID(high: UInt64(number), low: 0))) { _ in
                false
            }
        }
        register.apply(.init("last word", stamp: .zero, change: ChangeID(high: 0, low: 0))) { _ in true }
        #expect(register.current.map(\.value) == ["last word"])
    }

    @Test func `what yields leaves a person's write beside it, and the next person's word takes both away`() {
        var register = CausalRegister<String>()
        let change = (0...3).map { ChangeID(high: UInt64($0), low: 0) }
        register.apply(.init("a person's", stamp: .zero, change: change[0])) { _ in true }
        register.apply(.init("the assistant's", stamp: .zero, change: change[1], yields: true)) { _ in true }
        #expect(register.current.map(\.value) == ["a person's", "the assistant's"])
        register.apply(.init("the assistant's next", stamp: .zero, change: change[2], yields: true)) { _ in true }
        #expect(register.current.map(\.value) == ["a person's", "the assistant's next"])
        register.apply(.init("the last word", stamp: .zero, change: change[3])) { _ in true }
        #expect(register.current.map(\.value) == ["the last word"])
    }

    /// The definition, without the algorithm: a write stands unless another had seen it that does not yield to it.
    private func standing(in history: History) -> [CausalRegister<Int>.Write] {
        history.events.filter { event in
            !history.events.contains { $0.past.contains(event.number) && (Self.yields(event) || !Self.yields($0)) }
        }.map { .init($0.number, stamp: $0.stamp, change: $0.id, yields: Self.yields($0)) }
            .sorted { ($0.stamp, $0.change) < ($1.stamp, $1.change) }
    }

    /// Some do and some do not.
    private static func yields(_ event: History.Event) -> Bool { event.number % 3 == 1 }

    private func register(_ order: [History.Event], of history: History) -> CausalRegister<Int> {
        var register = CausalRegister<Int>()
        for event in order {
            let seen = Set(event.past.map { history.events[$0].id })
            let write = CausalRegister.Write(
                event.number, stamp: event.stamp, change: event.id, yields: Self.yields(event))
            register.apply(write) { seen.contains($0) }
        }
        return register
    }
}
