import Foundation
import Simulation
import Testing

/// A team's life on a bad network, with wrong clocks and sudden death; thousands more are in `make simulate`.
struct LifeTests {
    private static let steps = 300

    @Test func `every promise holds in every life, and everything rare happens in one of them`() {
        var tally = Tally()
        let seeds = Seed.several(10)
        for seed in seeds {
            let outcome = Run(seed, steps: Self.steps).outcome()
            tally.add(outcome.tally)
            guard let error = outcome.error else { continue }
            Issue.record(
                """
                seed \(seed): \(error)
                swift run nexus-simulate --seed \(seed) --steps \(Self.steps) --verbose
                """)
        }
        // One seed, chosen by hand, need not meet everything.
        if seeds.count > 1 { #expect(tally.missing == []) }
    }

    @Test func `one seed is one life, event by event, and another seed is another`() {
        let lives = [3, 3, 4].map { Run(Seed($0), steps: 60).outcome() }
        #expect(lives[0].trace == lives[1].trace)
        #expect(lives[0].tally == lives[1].tally)
        #expect(lives[0].trace != lives[2].trace)
    }
}
