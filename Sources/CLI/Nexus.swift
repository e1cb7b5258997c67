import ArgumentParser
import Glibc

/// The `nexus` command: the one place with an environment, a wall clock, key files and wording.
@main
struct Nexus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nexus",
        abstract: "An inbox that works offline: read, reply, assign, label and close; sync when there is a network.",
        version: "0.1.0",
        subcommands: [
            Init.self, InviteGroup.self, Join.self, GatewayGroup.self, Import.self, Receive.self, InboxList.self,
            Show.self,
            Reply.self, OutboxGroup.self, DraftGroup.self, Note.self, Assign.self, TakeOver.self, Snooze.self,
            FollowUpCommand.self,
            Label.self, Close.self, Reopen.self, Escalate.self, AI.self, Read.self, UndoCommand.self,
            LeadGroup.self, Search.self, SyncNow.self, StateDigest.self, Status.self, KeyGroup.self, RelayGroup.self,
            Demo.self, DevGroup.self, BenchGroup.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "What the workspace works with",
                subcommands: [
                    ChannelGroup.self, TemplateGroup.self, SavedReplyGroup.self, ArticleGroup.self, ViewGroup.self,
                    WorkspaceGroup.self,
                ]),
            CommandGroup(name: "What happens", subcommands: [WatchCommand.self]),
            CommandGroup(name: "Without people", subcommands: [AssistantGroup.self]),
            CommandGroup(
                name: "Who belongs", subcommands: [MembersGroup.self, DeviceGroup.self, QuarantineGroup.self]),
            CommandGroup(name: "Without a relay", subcommands: [BundleGroup.self]),
            CommandGroup(
                name: "Looking inside and repairing",
                subcommands: [
                    Doctor.self, LogCommand.self, Explain.self, WaitingCommand.self, Verify.self, RebuildCommand.self,
                ]),
        ])

    static func main() {
        // A reader that went away (`nexus inbox | head`) shows as a failed write, which ends the program quietly.
        signal(SIGPIPE, SIG_IGN)
        CoreDumps.switchOff()
        // What was not committed is not there; what was, is. The relay handles the signal itself.
        signal(SIGINT) { _ in _exit(130) }
        let arguments = ArgumentOrder.arranged(Array(CommandLine.arguments.dropFirst()))
        let isJSON = arguments.prefix { $0 != "--" }.contains("--json")
        do {
            try ArgumentText.check()
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            Explanation.end(with: error, isJSON: isJSON)
        }
    }
}

/// What every command takes, before or after its name.
struct GlobalOptions: ParsableArguments {
    @Option(name: .customLong("home"), help: "The directory that holds this device's replica and key.")
    var homePath: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    @Option(
        name: .customLong("passphrase-file"),
        help: ArgumentHelp(
            "Take the key's passphrase from this file's first line instead of asking; - is standard input.",
            valueName: "file"))
    var passphraseFile: String?

    var passphrases: PassphraseSource { PassphraseSource(file: passphraseFile) }
    var home: Home { Home(path: homePath, passphrases: passphrases) }
}

/// The memory of a process that crashed, as the system writes it to disk.
enum CoreDumps {
    /// Keys are left out of it in any case; customers' messages would be in it.
    static func switchOff() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
