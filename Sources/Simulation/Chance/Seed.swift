import Foundation

/// The one number from which a random test derives everything: whoever knows it can repeat the test.
package struct Seed: Hashable, Sendable, CustomStringConvertible {
    /// What the dice start from.
    package let value: UInt64

    /// A seed of that number.
    package init(_ value: UInt64) { self.value = value }

    /// The number, as a failing test prints it and `SEED` takes it.
    package var description: String { String(value) }

    /// The seeds 1 to `count`; or, if the variable `SEED` is set, that one alone.
    package static func several(
        _ count: UInt64, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [Seed] {
        guard let text = environment["SEED"], !text.isEmpty else { return (1...count).map(Seed.init) }
        guard let value = UInt64(text) else { preconditionFailure("SEED has to be a whole number") }
        return [Seed(value)]
    }
}
