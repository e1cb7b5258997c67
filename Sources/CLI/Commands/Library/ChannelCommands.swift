import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus channel`
struct ChannelGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channel", abstract: "Accounts with providers, and what can be sent there and when.",
        subcommands: [List.self, Show.self, Set.self, FromFile.self, Remove.self], defaultSubcommand: List.self)

    /// `nexus channel list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List channels by name.")
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Those that were taken away; set brings one back.") var removed = false

        func run() throws {
            let channels = try options.home.open(.reading).read { try ChannelReader($0).all(removed: removed) }
            ItemList<Channel>(
                things: "channels",
                columns: [
                    .init("ID", 10), .init("NAME", 24), .init("KIND", 17), .init("WINDOW", 9), .init("AI TIMER", 10),
                    .init("FILES", 0),
                ],
                cells: { channel in
                    [
                        String(channel.id.text.prefix(8)), channel.name, channel.kind, PolicyWords.window(channel),
                        PolicyWords.timer(channel), PolicyWords.media(channel),
                    ]
                }, json: JSONOutput.init(channel:)
            ).print(channels, asJSON: options.json)
        }
    }

    /// `nexus channel show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a channel and its policy.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var channel: String

        func run() throws {
            let channel = try options.home.open(.reading).read { try ChannelReader($0).named(self.channel) }
            if options.json { return Console.print(JSONOutput(channel: channel).text()) }
            ItemScreen.print([
                ("Name", channel.name), ("Id", channel.id.text), ("Kind", channel.kind), ("Account", channel.account),
                ("Window", PolicyWords.window(channel)), ("AI timer", PolicyWords.timer(channel)),
                ("Patience", PolicyWords.patience(channel)),
                ("Replies", channel.policy.map { $0.isForPeople ? "people and the assistant" : "the assistant only" }),
                ("Text", channel.policy?.textLimit.map { "up to \($0) characters" }),
            ])
            for media in channel.policy?.media ?? [] {
                ItemScreen.print([(PolicyWords.heading(media.kind), PolicyWords.limits(of: media))])
            }
        }
    }

    /// `nexus channel set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set a channel's name and policy, bring it back, or make it.",
            discussion: """
                What is not set is as its kind says: nexus channel show tells. Without a gateway a channel can be \
                made beforehand: the gateway that is given the same kind and account takes it over.
                """)
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or at least eight letters of its id.") var channel: String
        @Option(help: "Make it, of this kind: whatsapp, whatsapp-direct, messenger, instagram or web-chat.")
        var kind: String?
        @Option(help: "With --kind: the provider's id of the account.") var account: String?
        @Option(help: "What it is called from now on.") var name: String?
        @Option(help: "How long after a customer's message a reply may go out: 24h, none, or default.")
        var window: String?
        @Option(help: "How long a person's reply pauses the assistant: 60m, off (until resumed), or default.")
        var aiTimer: String?
        @Option(help: "How long a reply may wait before its author is asked again: 24h, none (for ever), or default.")
        var patience: String?
        @Option(help: "Files that can be sent: image, audio, video, document, sticker, with commas; none; default.")
        var media: String?

        func run() throws {
            guard account == nil || kind != nil else { throw CLIFailure.nothingToSet }
            var patch = ChannelPatch()
            patch.kind = try kind.map { text in
                try Choice.of(text, named: "kind", among: ChannelKind.allCases.map(\.rawValue)) {
                    ChannelKind(rawValue: $0)
                }
            }
            (patch.account, patch.name) = (account, name)
            patch.window = try window.map { try PolicyWords.span($0, named: "window", forEver: "none") }
            patch.timer = try aiTimer.map { try PolicyWords.span($0, named: "timer", forEver: "off") }
            patch.patience = try patience.map { try PolicyWords.span($0, named: "patience", forEver: "none") }
            patch.media = try media.map(PolicyWords.media)
            try Writing(options: options).item("Set.") { writer, ids in
                try writer.setChannel(channel, patch, ids: ids)
            }
        }
    }

    /// `nexus channel import`
    struct FromFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take channels in from JSON Lines. The same file twice changes nothing.",
            discussion: """
                A line is {"kind","name","account"?,"window"?,"timer"?,"patience"?,"media"?}: window, timer and \
                patience in minutes, 0 for none; media a list of image, audio, video, document, sticker. What a line leaves out stays as it is.
                """)
        @OptionGroup var options: GlobalOptions
        @Argument(help: "FILE, plain or gzip, or - for standard input.") var file: String

        func run() throws {
            try LibraryImport<ChannelLine>.run(options, file: file, things: "channels") { writer, lines, ids in
                try writer.take(lines, ids: ids)
            }
        }
    }

    /// `nexus channel remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a channel away. Its conversations stay, and it can be brought back.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var channel: String

        func run() throws {
            try Writing(options: options).item("Removed.") { writer, _ in try writer.removeChannel(channel) }
        }
    }
}
