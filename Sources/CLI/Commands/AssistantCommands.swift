import ArgumentParser
import Assistant
import ChangeLog
import Inbox
import Storage

/// `nexus assistant`
struct AssistantGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assistant", abstract: "Answer customers from the articles, score leads, hand over to people.",
        subcommands: [AssistantRun.self])
}

/// `nexus assistant run`
struct AssistantRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Take the assistant's turns, on a device with that role.",
        discussion: """
            Follows the relay, if one is known, until it is interrupted. With --once it takes the turns that are due in \
            what is here, without a network, and ends.
            """)

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Take the turns that are due now, and end.") var once = false
    @Flag(name: .customLong("dry-run"), help: "Say what would be done and why, and do nothing.") var dryRun = false
    @Option(
        name: .customLong("quiet-seconds"),
        help: ArgumentHelp("Answer once the customer has been quiet for so long.", valueName: "n"))
    var quietSeconds: Int64 = 8
    @Option(
        name: .customLong("max-age-minutes"),
        help: ArgumentHelp("Leave messages older than that to people.", valueName: "n"))
    var maxAgeMinutes: Int64 = 15

    func validate() throws {
        guard (0...600).contains(quietSeconds) else { throw ValidationError("--quiet-seconds takes 0 to 600.") }
        guard (1...10_080).contains(maxAgeMinutes) else { throw ValidationError("--max-age-minutes takes 1 to 10080.") }
        guard quietSeconds < maxAgeMinutes * 60 else {
            throw ValidationError("--quiet-seconds has to be shorter than --max-age-minutes.")
        }
        guard !once || !dryRun else { throw ValidationError("Only one of --once and --dry-run at a time.") }
    }

    func run() throws {
        if dryRun { return try rehearse() }
        guard !once else {
            let report = RoundReport(try AssistantRound(try options.home.open(), rule).take())
            return Console.print(options.json ? AssistantText.json(report).text() : AssistantText.words(report))
        }
        try AssistantLoop(options, rule: rule).run()
    }

    private var rule: TurnRule {
        var rule = TurnRule()
        (rule.quiet, rule.oldestAge) = (quietSeconds * 1_000, maxAgeMinutes * 60_000)
        return rule
    }

    private func rehearse() throws {
        let outcomes = try AssistantRound(try options.home.open(), rule, isRehearsal: true).take()
        if options.json { return Console.print(JSONOutput.array(outcomes.map(AssistantText.json)).text()) }
        guard !outcomes.isEmpty else { return Console.print("No customer has written lately.") }
        for outcome in outcomes { AssistantText.lines(outcome).forEach(Console.print) }
    }
}

/// One round of the built-in assistant on a replica.
struct AssistantRound {
    private let replica: Replica
    private let runner: AssistantRunner
    private let isRehearsal: Bool

    /// - Throws: `.notAnAssistant` on another device, unless it only rehearses.
    init(_ replica: Replica, _ rule: TurnRule, isRehearsal: Bool = false) throws {
        guard try isRehearsal || replica.member(replica.id.device)?.role == .assistant else {
            throw CLIFailure.notAnAssistant
        }
        (self.replica, self.isRehearsal) = (replica, isRehearsal)
        runner = AssistantRunner(replica, assistant: BuiltInAssistant(), rule: rule)
    }

    /// Ages are reckoned by this device's clock, corrected by what the last sync found it off.
    func take() throws -> [AssistantRunner.Outcome] {
        try runner.round(now: ScreenClock.now(of: replica), stamp: WallClock.now(), isRehearsal: isRehearsal)
    }
}
