import Synchronization

/// A simulated provider that can be asked as any other, from any thread.
public final class SimulatedChannel: Provider {
    private let state: Mutex<SimulatedProvider>
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: milliseconds since 1970.
    public init(_ provider: SimulatedProvider = SimulatedProvider(), clock: @escaping @Sendable () -> Int64) {
        state = Mutex(provider)
        self.clock = clock
    }

    /// What comes of it, at once: nobody waits for a late answer here.
    public func send(_ message: OutgoingMessage) -> SendingOutcome {
        let now = clock()
        return state.withLock { $0.take(message, now: now) }.outcome()
    }

    /// Looks at the provider, or has something happen there.
    public func withProvider<Result: Sendable>(_ body: (inout SimulatedProvider) -> Result) -> Result {
        state.withLock { body(&$0) }
    }
}
