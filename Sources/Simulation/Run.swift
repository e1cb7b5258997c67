/// One simulated life of a team, from a seed.
package struct Run: Sendable {
    /// What everything follows from.
    package let seed: Seed
    /// How many things happen, at the most, before all is healed and checked.
    package let steps: Int

    /// A run that has not begun.
    package init(_ seed: Seed, steps: Int) { (self.seed, self.steps) = (seed, steps) }

    /// What a run came to.
    package struct Outcome {
        /// The broken promise, or the failure that should not have been; nil when all went well.
        package let error: (any Error)?
        /// What rare things happened.
        package let tally: Tally
        /// Equal for two runs that did the same.
        package let trace: Trace
        /// How many devices there were.
        package let nodes: Int
        /// How many changes they made.
        package let changes: Int
    }

    /// Lets it happen.
    ///
    /// - Parameter report: is told of each event, in one line.
    package func outcome(report: @escaping (String) -> Void = { _ in }) -> Outcome {
        var world: World?
        var failure: (any Error)?
        do {
            let begun = try World(seed, in: TemporaryDirectory(), report: report)
            world = begun
            // Also short lives: what a long one settles on its way, they leave for the end.
            let length = begun.dice.number(steps / 8...steps)
            for _ in 0..<length { try begun.step() }
            try begun.heal()
            try begun.checkHealed()
        } catch {
            failure = error
        }
        return Outcome(
            error: failure, tally: world?.tally ?? Tally(), trace: world?.trace ?? Trace(),
            nodes: world?.nodeCount ?? 0, changes: world?.changeCount ?? 0)
    }
}
