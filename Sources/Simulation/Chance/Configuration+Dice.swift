package import Storage
import Synchronization

extension Replica.Configuration {
    /// The same with dice for random bytes, so that it writes the same changes each time it runs.
    package func rolling(_ seed: Seed) -> Self {
        let dice = Shared(Dice(seed))
        return Self(schema: schema, projections: projections) { count in
            dice.value.withLock { $0.bytes(count) }
        }
    }
}

private final class Shared: Sendable {
    let value: Mutex<Dice>
    init(_ dice: Dice) { value = Mutex(dice) }
}
