import ChangeLog
import RelayClient
import Replication
import Storage

/// `nexus sync --follow`: tells what happens, a line each, until it is interrupted.
struct Following {
    private let home: Home
    private let newURL: String?
    private let key: SigningKey
    private let isJSON: Bool

    /// - Parameter newURL: an address to take in place of the one that is kept, once a relay has answered there.
    init(_ home: Home, newURL: String? = nil, key: SigningKey, isJSON: Bool) {
        (self.home, self.newURL, self.key, self.isJSON) = (home, newURL, key, isJSON)
    }

    func run() throws { try live().run() }

    /// - Parameters:
    ///   - isTold: whether what happens is printed; otherwise only that there is no relay is said.
    ///   - then: called after each event was told, from either thread.
    func live(isTold: Bool = true, then: @escaping @Sendable () -> Void = {}) -> LiveSync {
        let (path, key, isJSON) = (home.database, key, isJSON)
        let setup = LiveSync.Setup(
            path: path, key: key, newURL: newURL, clock: WallClock.now, witness: WallClock.witness,
            dice: { SystemRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } },
            open: { try Replica.open(at: path, key: key, configuration: Machine.configuration) })
        return LiveSync(setup) { event in
            switch event {
            case .connected, .received, .sent:
                if isTold { isJSON ? Console.print(Self.json(event).text()) : Self.show(event) }
            case .lost, .unsent:
                if isTold && isJSON { Console.print(Self.json(event).text()) } else { Self.show(event) }
            }
            then()
        }
    }

    private static func show(_ event: LiveEvent) {
        switch event {
        case .connected(let report): Console.print("Connected. \(SyncText.words(report))")
        case .received(let changes): Console.print("Received \(Plural.of(changes, "change")).")
        case .sent(let changes): Console.print("Sent \(Plural.of(changes, "change")).")
        case .lost(let failure, let wait), .unsent(let failure, let wait):
            let span = SpanText.of(seconds: max(1, (wait + 500) / 1000))
            Console.note("\(Explanation.of(failure).what) Trying again in \(span).")
        }
    }

    private static func json(_ event: LiveEvent) -> JSONOutput {
        switch event {
        case .connected(let report): .object([("event", "connected"), ("sync", SyncText.json(report))])
        case .received(let changes): .object([("event", "received"), ("changes", JSONOutput(changes))])
        case .sent(let changes): .object([("event", "sent"), ("changes", JSONOutput(changes))])
        case .lost(let failure, let wait): json("lost", failure, wait)
        case .unsent(let failure, let wait): json("unsent", failure, wait)
        }
    }

    private static func json(_ event: String, _ failure: SyncFailure, _ wait: UInt64) -> JSONOutput {
        .object([
            ("event", .string(event)), ("error", .string(Explanation.of(failure).name)),
            ("retryMilliseconds", JSONOutput(wait)),
        ])
    }
}
