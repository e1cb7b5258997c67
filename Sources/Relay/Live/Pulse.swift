import ServiceLifecycle

/// Lets time pass for the live streams, and ends them when the relay is told to stop, before it waits for requests at
/// work: they would never end by themselves.
struct Pulse: Service {
    let live: LiveStreams
    let heartbeat: Heartbeat
    let clock: @Sendable () -> UInt64
    let interval: Duration

    func run() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                live.beat()
                heartbeat.beat(now: clock())
            }
        }
        live.stop()
    }
}
