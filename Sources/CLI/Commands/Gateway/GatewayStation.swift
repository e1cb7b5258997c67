import ChangeLog
import Channels
import Dispatch
import Gateway
import Glibc
import Inbox
import ProviderServer
import RelayClient
import Storage
import Sync

/// A gateway at work: its dispatcher, its relay, and whoever tells it that there is news.
struct GatewayStation {
    /// How long a gateway waits at most before it looks again, in milliseconds: well within its lease.
    private static let interval: Int64 = 10_000

    private let replica: Replica
    private let dispatcher: Dispatcher
    private let intake: EventIntake
    private let provider: StationProvider
    private let relay: StationRelay

    init(_ replica: Replica, key: SigningKey, provider: StationProvider) throws {
        (self.replica, self.provider) = (replica, provider)
        relay = try StationRelay(replica, key: key)
        let clock = GatewayClock(wall: WallClock.now, running: RunningClock.now)
        dispatcher = try Dispatcher(replica, relay: relay, provider: provider.provider, clock: clock)
        intake = try EventIntake(replica, clock: clock)
    }

    /// One round, and what a provider in this process tells of it.
    func round() throws -> Dispatcher.Report {
        let report = try dispatcher.round()
        guard case .simulated(let channel) = provider else { return report }
        let now = Int64(clamping: WallClock.now())
        let events = channel.withProvider { $0.events(until: now) }
        if try intake.take(events).stored > 0 { try relay.sync() }
        return report
    }

    func giveBack() throws { try dispatcher.giveBack() }

    // MARK: Until interrupted

    func serve(_ home: Home, key: SigningKey, webhooks: WebhookReceiver?, isJSON: Bool) throws {
        let news = DispatchSemaphore(value: 0)
        let path = home.database
        try follow(path, key: key, news: news)
        if let webhooks { listen(webhooks, path: path, key: key, news: news, isJSON: isJSON) }
        while true {
            let wait = step(isJSON: isJSON)
            _ = news.wait(timeout: .now() + .milliseconds(Int(wait)))
        }
    }

    /// - Returns: how long to wait for news before looking again, in milliseconds.
    private func step(isJSON: Bool) -> Int64 {
        do {
            let report = try round()
            if report.isNews { Console.print(isJSON ? GatewayText.json(report).text() : GatewayText.words(report)) }
            guard let next = report.nextAt else { return Self.interval }
            return min(max(next - Int64(clamping: WallClock.now()), 100), Self.interval)
        } catch {
            Console.note(Explanation.of(error).what)
            return Self.interval / 2
        }
    }

    /// Hears of what others write as it arrives at the relay, on a connection of its own.
    private func follow(_ path: String, key: SigningKey, news: DispatchSemaphore) throws {
        // Asked for here, so that having none ends the command.
        _ = try Syncing(replica, key: key).url()
        let setup = LiveSync.Setup(
            path: path, key: key, clock: WallClock.now, witness: WallClock.witness,
            dice: { SystemRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } },
            open: { try Replica.open(at: path, key: key, configuration: Machine.configuration) })
        DispatchQueue(label: "nexus.gateway.follow").async {
            try? LiveSync(setup) { event in
                if case .received = event { news.signal() }
            }.run()
        }
    }

    /// Takes webhooks in: each is acknowledged once it is stored.
    private func listen(
        _ receiver: WebhookReceiver, path: String, key: SigningKey, news: DispatchSemaphore, isJSON: Bool
    ) {
        DispatchQueue(label: "nexus.gateway.webhooks").async {
            do {
                try Blocking.run {
                    try await receiver.run { url in
                        Console.print(
                            isJSON ? JSONOutput.object([("listen", .string(url))]).text() : "Taking webhooks on \(url)")
                    } take: { events in
                        let replica = try Replica.open(at: path, key: key, configuration: Machine.configuration)
                        let clock = GatewayClock(wall: WallClock.now, running: RunningClock.now)
                        if try EventIntake(replica, clock: clock).take(events).stored > 0 { news.signal() }
                    }
                }
            } catch {
                Explanation.end(with: error, isJSON: isJSON)
            }
        }
    }
}

extension Dispatcher.Report {
    /// Whether anything was done.
    fileprivate var isNews: Bool { dispatched + held + dropped + failed + unknown + postponed > 0 }
}

/// The relay over HTTP.
private final class StationRelay: GatewayRelay {
    private let exchange: RelayExchange

    init(_ replica: Replica, key: SigningKey) throws {
        exchange = RelayExchange(
            replica, key: key, url: try Syncing(replica, key: key).url(), clock: WallClock.now,
            witness: WallClock.witness())
    }

    func sync() throws { _ = try exchange.run() }

    func lease(_ scope: LeaseScope, givesBack: Bool) throws -> LeaseReply {
        try exchange.lease(scope, givesBack: givesBack)
    }
}

/// A clock that nobody sets, and that goes on while the machine sleeps.
enum RunningClock {
    /// Milliseconds since the machine was started.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return UInt64(clamping: time.tv_sec) * 1000 + UInt64(clamping: time.tv_nsec / 1_000_000)
    }
}
