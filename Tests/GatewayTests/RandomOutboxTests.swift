import Foundation
import Simulation
import Testing

/// Nothing embarrassing is ever sent: random worlds, each held against what its customers really received and what its
/// authors had really been shown.
struct RandomOutboxTests {
    /// How much happens in a world, at the most.
    private static let length = 160
    /// How many worlds there are unless `NEXUS_WORLDS` says otherwise.
    private static let standardCount: UInt64 = 24

    @Test func `whatever happens, no promise about a customer's messages is broken, and all rare things are met`()
        throws
    {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["NEXUS_WORLDS"].flatMap { UInt64($0) } ?? Self.standardCount
        let seeds = Seed.several(count)
        var tally = WorldTally()
        for seed in seeds {
            do {
                tally.add(try live(seed))
            } catch {
                Issue.record("SEED=\(seed): \(error)")
            }
        }
        if environment["NEXUS_WORLDS"] != nil { print(tally) }
        if seeds.count >= Int(Self.standardCount) { #expect(tally.missing.isEmpty, "\(tally)") }
    }

    private func live(_ seed: Seed) throws -> WorldTally {
        let world = try OutboxWorld(seed)
        defer {
            if ProcessInfo.processInfo.environment["SEED"] != nil { print(world.story.joined(separator: "\n")) }
        }
        for _ in 0..<world.dice.number(Self.length / 3...Self.length) { try world.happen() }
        try world.settle()
        try world.checkSettled()
        let breaches = world.witness.breaches
        #expect(breaches.isEmpty, "SEED=\(seed): \(breaches)")
        world.tally.worlds = 1
        return world.tally
    }
}
