import ArgumentParser
import Inbox
import Storage

/// `nexus watch`
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Tell what happens, a line for each event, until it is interrupted.",
        discussion: """
            A new message of a customer, an escalation, a note that calls you, a conversation that you are given or lose, a \
            window that closes soon, a lead that has become hot, a reply of yours that is held, has failed or of which \
            nobody knows. It goes on where the last watch on this device ended, and the first begins with what happens \
            from now on. What comes in is what another sync brings, or its own with --sync.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(
        help: ArgumentHelp(
            "Run by /bin/sh for each event: facts in NEXUS_ variables, all of it as JSON on standard input.",
            valueName: "command"))
    var exec: String?
    @Option(help: ArgumentHelp("Only events of that kind; may be given several times.", valueName: "kind"))
    var only: [String] = []
    @Flag(name: .customLong("from-now"), help: "Pass over what happened since the last watch.") var fromNow = false
    @Flag(help: "Follow the relay, too.") var sync = false
    @Flag(help: "Tell what there is to tell, and end.") var once = false
    @Option(
        name: .customLong("closing-minutes"),
        help: ArgumentHelp("How long before a window closes it is told.", valueName: "n"))
    var closingMinutes: Int64 = 60

    func validate() throws {
        guard (2...10_080).contains(closingMinutes) else {
            throw ValidationError("--closing-minutes takes 2 to 10080.")
        }
        guard !once || !sync else { throw ValidationError("Only one of --once and --sync at a time.") }
    }

    func run() throws {
        let teller = EventTeller(kinds: try kinds(), command: exec, isJSON: options.json)
        let loop = WatchLoop(options.home, teller, notice: closingMinutes * 60_000, fromNow: fromNow)
        guard sync else { return try loop.run(once: once) }
        let (_, key) = try options.home.openToPublish()
        try loop.run(beside: Following(options.home, key: key, isJSON: options.json).live(isTold: false))
    }

    /// Nil for all.
    private func kinds() throws -> Set<Event.Kind>? {
        let kinds = try only.map { text in
            try Choice.of(text, named: "kind of event", among: Event.Kind.allCases.map(\.rawValue)) {
                Event.Kind(rawValue: $0)
            }
        }
        return kinds.isEmpty ? nil : Set(kinds)
    }
}
