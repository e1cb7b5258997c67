import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import RelayClient
import Replication
import Storage
import Transport

/// `nexus sync`
struct SyncNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Exchange changes with the relay.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "The relay's address, kept for later once a relay has answered there.") var relay: String?
    @Flag(help: "Stay connected: what arrives comes at once, what is written here leaves at once.") var follow = false
    @Flag(name: .customLong("dry-run"), help: "Say what a sync would move, and move nothing.") var dryRun = false
    @Option(
        name: .customLong("max-bytes"),
        help: ArgumentHelp("Move at most so many bytes, both ways together; the rest another time.", valueName: "n"))
    var maxBytes: Int?

    func validate() throws {
        let modes = [follow, dryRun, maxBytes != nil].filter(\.self).count
        guard modes < 2 else { throw ValidationError("Only one of --follow, --dry-run and --max-bytes at a time.") }
        guard maxBytes.map({ $0 >= Self.leastBytes }) ?? true else {
            throw ValidationError("--max-bytes takes at least \(Self.leastBytes).")
        }
        guard !dryRun || relay == nil else { throw ValidationError("--dry-run asks the relay that is known.") }
    }

    /// Less is not worth a round trip.
    private static let leastBytes = 2_000

    func run() throws {
        if dryRun { return try plan() }
        let (replica, key) = try options.home.openToPublish()
        let syncing = Syncing(replica, key: key)
        guard follow else { return try show(syncing.run(with: relay, byteLimit: maxBytes)) }
        // Asked for here, so that having none ends the command.
        let url = try syncing.url(relay)
        try Following(options.home, newURL: relay == nil ? nil : url, key: key, isJSON: options.json).run()
    }

    private func plan() throws {
        let (replica, key) = try options.home.openToPublish()
        let plan = try Syncing(replica, key: key).plan()
        guard !options.json else {
            return Console.print(
                JSONOutput.object([
                    ("send", SyncText.json(plan.outgoing)), ("receive", SyncText.json(plan.incoming)),
                    ("roundTrips", JSONOutput(plan.roundTrips)),
                ]).text())
        }
        Console.print(
            "Would send \(SyncText.words(plan.outgoing)) and receive \(SyncText.words(plan.incoming)), with "
                + "\(Plural.of(plan.roundTrips, "round trip")) or a few more.")
    }

    private func show(_ report: SyncReport) throws {
        if options.json { return Console.print(SyncText.json(report).text()) }
        Console.print(SyncText.words(report))
        if let correction = ClockText.correction(ahead: report.clockAhead) { Console.note(correction) }
        if report.restamped > 0 {
            Console.note(
                "\(Plural.of(report.restamped, "change")) that had not left got the time at which they were made.")
        }
        if report.isCutShort {
            let hasMoved = report.sent + report.received > 0
            let how = hasMoved ? "" : " with a larger --max-bytes: there was no room for any of it"
            Console.note("There is more; run nexus sync again\(how).")
        }
    }
}

/// What a sync moved, in words and as JSON.
enum SyncText {
    static func words(_ report: SyncReport) -> String {
        "Sent \(Plural.of(report.sent, "change")) in \(report.bytesSent) bytes, received \(report.received) in "
            + "\(report.bytesReceived), with \(Plural.of(report.roundTrips, "round trip"))."
    }

    static func words(_ extent: Replica.Extent) -> String {
        "\(Plural.of(Int(clamping: extent.changes), "change")) (about \(extent.bytes) bytes)"
    }

    static func json(_ extent: Replica.Extent) -> JSONOutput {
        .object([("changes", JSONOutput(extent.changes)), ("bytes", JSONOutput(extent.bytes))])
    }

    static func json(_ report: SyncReport) -> JSONOutput {
        .object([
            ("sent", JSONOutput(report.sent)), ("received", JSONOutput(report.received)),
            ("bytesSent", JSONOutput(report.bytesSent)), ("bytesReceived", JSONOutput(report.bytesReceived)),
            ("roundTrips", JSONOutput(report.roundTrips)),
            ("verifiedSignatures", JSONOutput(report.verifiedSignatures)),
            ("clockAhead", JSONOutput(report.clockAhead)), ("restamped", JSONOutput(report.restamped)),
            ("isCutShort", .bool(report.isCutShort)),
        ])
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
        return
            "Your clock is \(SpanText.of(seconds: seconds.magnitude)) \(direction) the relay's. Set it \(remedy) by that much."
    }
}

/// A span of time in words.
enum SpanText {
    static func of(seconds: UInt64) -> String {
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

    /// The relay's address.
    ///
    /// - Parameter new: taken instead of the one that is kept.
    /// - Throws: `CLIFailure.noRelay` where none is known.
    func url(_ new: String? = nil) throws -> String {
        if let new {
            try Self.check(new)
            return new
        }
        guard let url = try replica.localValue(.relay).text else { throw CLIFailure.noRelay }
        return url
    }

    private func exchange(_ relay: String? = nil) throws -> RelayExchange {
        RelayExchange(replica, key: key, url: try url(relay), clock: WallClock.now, witness: WallClock.witness())
    }

    func plan() throws -> SyncPlan { try exchange().plan() }

    /// - Parameter relay: another address, which is kept once a relay has answered there for this workspace.
    func run(with relay: String? = nil, byteLimit: Int? = nil) throws -> SyncReport {
        try exchange(relay).run(byteLimit: byteLimit)
    }

    /// - Throws: a failure for anything that is not `http[s]://host[:port]`, or `https://host[:port]#sha256=PIN`;
    ///   nothing was contacted yet.
    static func check(_ relay: String) throws {
        guard RelayAddress(relay) != nil else { throw SyncFailure.unreachable(.badAddress) }
    }
}
