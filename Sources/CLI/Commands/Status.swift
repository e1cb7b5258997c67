import ArgumentParser
import ChangeLog
import Inbox
import RelayClient
import Storage

/// `nexus status`
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say whose replica this is, and what is unsent.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let replica = try options.home.open(.reading)
        let identity = try Identity(replica)
        let unsent = try replica.unsentCount()
        let recoveries = try replica.recoveries()
        let witness = WallClock.witness()
        let ahead = try witness.flatMap { try ClockNote(of: replica)?.ahead(now: $0) }
        let waiting = try replica.counts().waiting
        let (lastSync, relay, outbox) = try replica.read { database in
            (
                try LocalValues.value(.lastSync, in: database).integer.map { Instant.text(milliseconds: $0) },
                try LocalValues.value(.relay, in: database).text, try OutboxCounts(database)
            )
        }
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("workspace", .string(replica.workspace.text)), ("replica", .string(replica.id.text)),
                    ("person", JSONOutput(identity.person)), ("unsent", JSONOutput(unsent)),
                    ("waiting", JSONOutput(waiting)),
                    (
                        "outbox",
                        .object(
                            outbox.countByState.map { ($0.key.rawValue, JSONOutput($0.value)) }.sorted { $0.0 < $1.0 })
                    ),
                    ("lastSync", JSONOutput(lastSync)), ("relay", JSONOutput(relay)),
                    ("recoveries", .array(recoveries.map(JSONOutput.init))), ("clockAhead", JSONOutput(ahead)),
                ]).text())
        } else {
            Console.print("Workspace  \(replica.workspace.text)")
            Console.print(
                "Person     \(TerminalText.safe(identity.person?.name ?? "none: a gateway", multiline: false))")
            Console.print("Relay      \(relay ?? "none"); last sync \(lastSync ?? "never")")
            Console.print("Unsent     \(unsent) changes; \(waiting) waiting")
            if let words = OutboxWords.counts(outbox) { Console.print("Outbox     \(words)") }
            if let correction = ahead.flatMap(ClockText.correction) { Console.print(correction) }
            for recovery in recoveries { Console.print(RecoveryText.line(recovery, lastSync: lastSync)) }
        }
    }
}

/// What happened to this copy, in a line.
enum RecoveryText {
    static func line(_ recovery: Recovery, lastSync: String?) -> String {
        let what =
            switch recovery.accident {
            case .restored: "This copy was restored from a backup"
            case .copied: "This copy was restored from a backup, or copied"
            }
        let noticed = Instant.text(milliseconds: Int64(clamping: recovery.noticed))
        guard let at = recovery.returnedAt else {
            let outcome =
                (lastSync ?? "") >= noticed ? "nothing was missing" : "the next sync brings back what it lacks"
            return "\(what), as was noticed on \(noticed); \(outcome)."
        }
        let returned = Plural.of(Int(clamping: recovery.returned), "change")
        return "\(what); \(returned) it had lost came back on \(Instant.text(milliseconds: Int64(clamping: at))); "
            + "nothing was lost."
    }
}

extension JSONOutput {
    /// What happened to this copy.
    init(_ recovery: Recovery) {
        let time = { (milliseconds: UInt64) in Instant.text(milliseconds: Int64(clamping: milliseconds)) }
        self = .object([
            ("accident", .string(recovery.accident == .restored ? "restored" : "copied")),
            ("noticed", .string(time(recovery.noticed))), ("returned", JSONOutput(recovery.returned)),
            ("returnedAt", JSONOutput(recovery.returnedAt.map(time))),
            (
                "tips",
                .array(
                    recovery.tips.map { tip in
                        .object([("replica", .string(tip.replica.text)), ("number", JSONOutput(tip.number))])
                    })
            ),
        ])
    }
}
