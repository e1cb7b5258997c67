import ChangeLog
import Simulation
import Storage
import TestSupport
import Testing

/// Whoever lets in, cuts off, lies and forks, and in whatever order it comes: everybody agrees with the rules, and with
/// each other, at every step.
struct RandomMembershipTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(20))
    func `who counts is what the rules say, at every step and in any order`(seed: Seed) throws {
        var dice = Dice(Seed(seed.value &* 7919))
        let crew = try RandomCrew(steps: dice.number(15...45), seed: seed)
        let deltas = crew.labels.compactMap { crew.stage.deltas[$0] }
        var digests: Set<[UInt8]> = []
        for number in 0..<3 {
            let witness = try Witness(of: crew.stage, in: directory, "\(number)")
            var left = number == 0 ? deltas : dice.shuffled(deltas + dice.some(of: deltas))
            while !left.isEmpty {
                let count = min(left.count, dice.number(1...(number == 2 ? 12 : 3)))
                try witness.hear(Array(left.prefix(count)))
                left.removeFirst(count)
                guard dice.once(in: 4) || left.isEmpty else { continue }
                let differences = try witness.differences()
                #expect(differences == [])
                if !differences.isEmpty { return }
            }
            // Nobody keeps what strangers say; once it is known who they are, it has to come again.
            try witness.hear(deltas)
            let differences = try witness.differences()
            #expect(differences == [])
            try witness.check()
            digests.insert(try witness.replica.digest())
        }
        #expect(digests.count == 1)
    }
}
