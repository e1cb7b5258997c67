import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import RelayClient
import Replication
import Storage

/// `nexus sync`
struct SyncNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Exchange changes with the relay.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "The relay's address, kept for later.") var relay: String?

    func run() throws {
        let (replica, key) = try options.home.openToPublish()
        let report = try Syncing(replica, key: key).run(with: relay)
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("sent", JSONOutput(report.sent)), ("received", JSONOutput(report.received)),
                    ("bytesSent", JSONOutput(report.bytesSent)), ("bytesReceived", JSONOutput(report.bytesReceived)),
                    ("roundTrips", JSONOutput(report.roundTrips)),
                    ("verifiedSignatures", JSONOutput(report.verifiedSignatures)),
                    ("clockAhead", JSONOutput(report.clockAhead)), ("restamped", JSONOutput(report.restamped)),
                ]).text())
        } else {
            Console.print(
                "Sent \(Plural.of(report.sent, "change")) in \(report.bytesSent) bytes, received \(report.received) in "
                    + "\(report.bytesReceived), with \(Plural.of(report.roundTrips, "round trip")).")
            if let correction = ClockText.correction(ahead: report.clockAhead) { Console.note(correction) }
            if report.restamped > 0 {
                Console.note(
                    "\(Plural.of(report.restamped, "change")) that had not left got the time at which they were made.")
            }
        }
    }
}

/// What to do about a clock.
enum ClockText {
    /// - Parameter ahead: of the relay's, in milliseconds; below 0 behind.
    /// - Returns: nil for a clock that is right to within a minute.
    static func correction(ahead: Int64) -> String? {
        let seconds = ahead / 1000
        guard seconds.magnitude > UInt64(SyncRequester.clockTolerance / 1000) else { return nil }
        let (direction, remedy) = ahead > 0 ? ("ahead of", "back") : ("behind", "forward")
        return "Your clock is \(span(seconds.magnitude)) \(direction) the relay's. Set it \(remedy) by that much."
    }

    private static func span(_ seconds: UInt64) -> String {
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
        ]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}

/// Syncs a replica with the relay it knows.
struct Syncing {
    private let replica: Replica
    private let key: SigningKey

    init(_ replica: Replica, key: SigningKey) { (self.replica, self.key) = (replica, key) }

    func run() throws -> SyncReport {
        guard let url = try replica.localValue(.relay).text else {
            throw CLIFailure.noRelay
        }
        return try RelayExchange(
            replica, key: key, url: url, clock: WallClock.now, witness: WallClock.witness()
        ).run()
    }

    /// Syncs with the relay at another address from now on. If what answers there is no relay, the old address stays;
    /// if nobody answers, the new one is kept for later.
    func run(with relay: String?) throws -> SyncReport {
        guard let relay, try replica.localValue(.relay).text != relay else { return try run() }
        try Self.check(relay)
        let (oldRelay, oldKey) = (try replica.localValue(.relay), try replica.localValue(.relayKey))
        try replica.setLocalValue(.relay, .text(relay))
        // Another address may be another relay: its key is learned again.
        if oldRelay != .null { try replica.setLocalValue(.relayKey, .null) }
        do {
            return try run()
        } catch SyncFailure.nonsense {
            try replica.setLocalValue(.relay, oldRelay)
            try replica.setLocalValue(.relayKey, oldKey)
            throw SyncFailure.nonsense
        }
    }

    /// - Throws: a failure for anything that is not `http[s]://host[:port]`; nothing was contacted yet.
    static func check(_ relay: String) throws {
        guard HTTPTransport.takes(relay) else { throw SyncFailure.unreachable(.badAddress) }
    }
}

/// `nexus digest`
struct StateDigest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Print a digest of everything shared: equal where replicas are equal.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let replica = try options.home.open(.reading)
        let digest = Hex.text(try replica.digest())
        let counts = try replica.counts()
        let frontier = try replica.frontier()
        guard options.json else { return Console.print(digest) }
        Console.print(
            JSONOutput.object([
                ("digest", .string(digest)), ("changes", JSONOutput(counts.applied)),
                ("waiting", JSONOutput(counts.waiting)),
                (
                    "frontier",
                    .array(
                        frontier.map { tip in
                            .object([
                                ("replica", .string(tip.replica.text)), ("number", JSONOutput(tip.number)),
                                ("tip", .string(Base32.text(tip.prefix))),
                            ])
                        })
                ),
            ]).text())
    }
}

/// Lowercase hexadecimal.
enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension JSONOutput {
    /// A person's id and name, or null.
    init(_ person: Person?) {
        self = person.map { .object([("id", .string($0.id.text)), ("name", .string($0.name))]) } ?? .null
    }
}
