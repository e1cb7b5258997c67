/// When which change reached whom: one sample a delivery, and one bit, so that a second one is noticed.
struct DeliveryLog {
    private let replicas: Int
    private var samples: [UInt32] = []
    private var seen: [UInt64]
    /// By change: how many it has reached, and how long it took to reach the last.
    private var reached: [(count: Int, sample: UInt32)]
    /// Deliveries of what had been delivered before.
    private(set) var repeated = 0
    /// By ``Ticks``; 0 before the first.
    private(set) var last: UInt64 = 0

    init(_ load: RelayLoad) {
        replicas = load.replicas
        samples.reserveCapacity(load.deliveries)
        seen = [UInt64](repeating: 0, count: load.deliveries / 64 + 1)
        reached = Array(repeating: (0, 0), count: load.writes)
    }

    mutating func note(_ written: WrittenChanges.Written, at replica: Int, now: UInt64) {
        let place = written.index * replicas + replica
        let bit: UInt64 = 1 << UInt64(place % 64)
        guard seen[place / 64] & bit == 0 else {
            repeated += 1
            return
        }
        seen[place / 64] |= bit
        let sample = Ticks.sample(since: written.sentAt, now: now)
        samples.append(sample)
        reached[written.index].count += 1
        reached[written.index].sample = max(reached[written.index].sample, sample)
        last = now
    }

    /// How many there were, each once.
    var count: Int { samples.count }

    /// How long each took.
    var latency: Percentiles { Percentiles(samples) }

    /// How long each change took to reach all; those that did not are left out.
    var spread: Percentiles { Percentiles(reached.filter { $0.count == replicas }.map(\.sample)) }
}
