import Testing

@testable import Simulation

/// The network loses nothing for good, and every accident leaves a mark.
struct NetworkTests {
    @Test(arguments: Seed.several(4))
    func `what was sent comes in the end, whatever was lost or doubled before`(seed: Seed) {
        var dice = Dice(seed)
        var network = Network()
        var arrived: Set<[UInt8]> = []
        for number in 0..<60 {
            network.send([UInt8(number)], to: dice.number(0...2))
            if dice.once(in: 3) { _ = network.lose(&dice) }
            if dice.once(in: 9) { _ = network.resend() }
            let isDoubled = dice.once(in: 2)
            if dice.once(in: 4) { arrived.formUnion(network.arrive(&dice, leaving: isDoubled).map(\.bytes)) }
        }
        for parcels in network.drain(&dice) {
            #expect(Set(parcels.map(\.receiver)).count == 1)
            arrived.formUnion(parcels.map(\.bytes))
        }
        #expect(arrived.count == 60)
        #expect(network.arrive(&dice).isEmpty)
    }

    @Test(arguments: Network.Damage.allCases)
    func `damaged bytes are never the same bytes`(damage: Network.Damage) {
        var dice = Dice(Seed(1))
        for count in 1...200 {
            let bytes = dice.bytes(count)
            #expect(damage.done(to: bytes, &dice) != bytes)
        }
    }
}
