import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus reply`
struct Reply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Queue a reply to the customer. One that cannot be queued is kept as a draft.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Argument(help: "What to say, or - for standard input. Nothing with --draft or --template.") var text: String?
    @Option(help: "The screen it answers: a token from nexus show --json.") var seen: String?
    @Option(help: "The message that it answers, by the start of its id.") var about: String?
    @Flag(help: "Say what is kept as a draft.") var draft = false
    @Option(help: "A template to fill in and send, by name: what may go out when the window is closed.")
    var template: String?
    @Option(help: "The template's language, where it is there in several.") var language: String?
    @Option(name: .customLong("set"), help: "NAME=VALUE for the template; once for each of its places.")
    var values: [String] = []
    @OptionGroup var terms: TermsOptions

    func validate() throws {
        guard [text != nil, draft, template != nil].filter({ $0 }).count == 1 else {
            throw ValidationError("Give a text, --draft or --template.")
        }
        guard template != nil || values.isEmpty && language == nil else {
            throw ValidationError("--set and --language go with --template.")
        }
    }

    func run() throws {
        if let template { return try fill(template) }
        let replica = try options.home.open()
        let root = try replica.read { try RootLookup(conversation, in: $0) }.id
        let body = try text.map { try StandardInput.text(or: $0) } ?? Drafts.text(for: root, in: replica)
        let terms = try terms.terms(now: try ScreenClock.now(of: replica))
        do {
            try Writing(options: options).reply("Queued.") {
                try $0.reply(to: conversation, with: body, seen: seen, about: about, terms: terms)
            }
        } catch let failure as InboxFailure where failure != .emptyText {
            try replica.keepDraft(body, for: root, now: WallClock.now())
            if !options.json { Console.note("Kept as a draft on this device: nexus draft show \(root.text.prefix(8))") }
            throw failure
        }
        if draft { try replica.dropDraft(for: root) }
    }
}

extension Reply {
    /// Values that do not go in are told with their names, and written again with the next attempt.
    private func fill(_ template: String) throws {
        let order = InboxWriter.TemplateOrder(
            template: template, language: language, values: try TemplateValues(arguments: values))
        let terms = try terms.terms(now: try ScreenClock.now(of: try options.home.open(.reading)))
        try Writing(options: options).reply("Queued.") {
            try $0.reply(to: conversation, filling: order, seen: seen, terms: terms)
        }
    }
}

/// `nexus draft`
struct DraftGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft", abstract: "Texts that are kept on this device and were not queued.",
        subcommands: [List.self, Show.self, Keep.self, Drop.self])

    /// `nexus draft list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List drafts, the newest first.")
        @OptionGroup var options: GlobalOptions

        func run() throws {
            let drafts = try options.home.open(.reading).drafts()
            if options.json { return Console.print(JSONOutput.array(drafts.map(JSONOutput.init(draft:))).text()) }
            guard !drafts.isEmpty else { return Console.print("No drafts.") }
            let table = TextTable(
                columns: [.init("FOR", 9), .init("WHEN", 17), .init("TEXT", 40)], width: Console.width)
            table.lines(
                drafts.map {
                    [String($0.root.text.prefix(8)), InboxScreen.minute(Int64(clamping: $0.at)), $0.text]
                }
            ).forEach(Console.print)
        }
    }

    /// `nexus draft show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Print a conversation's draft.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws {
            let replica = try options.home.open(.reading)
            let root = try replica.read { try RootLookup(conversation, in: $0) }.id
            let draft = try Drafts.draft(for: root, in: replica)
            Console.print(
                options.json ? JSONOutput(draft: draft).text() : TerminalText.safe(draft.text, multiline: true))
        }
    }

    /// `nexus draft keep`
    struct Keep: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keep", abstract: "Keep a text as a conversation's draft.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String
        @Argument(help: "The text, or - for standard input.") var text: String

        func run() throws {
            let replica = try options.home.open()
            let root = try replica.read { try RootLookup(conversation, in: $0) }.id
            let body = try StandardInput.text(or: text)
            guard !body.isEmpty else { throw InboxFailure.emptyText }
            try replica.keepDraft(body, for: root, now: WallClock.now())
            Console.print(options.json ? JSONOutput.object([("kept", .bool(true))]).text() : "Kept.")
        }
    }

    /// `nexus draft drop`
    struct Drop: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drop", abstract: "Throw a conversation's draft away.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws {
            let replica = try options.home.open()
            let root = try replica.read { try RootLookup(conversation, in: $0) }.id
            let wasThere = try replica.dropDraft(for: root)
            if options.json { return Console.print(JSONOutput.object([("dropped", .bool(wasThere))]).text()) }
            Console.print(wasThere ? "Dropped." : "Nothing to change.")
        }
    }
}

/// Drafts by what they are for.
private enum Drafts {
    static func draft(for root: RootID, in replica: Replica) throws -> LocalDraft {
        guard let draft = try replica.drafts().first(where: { $0.root == root }) else {
            throw CLIFailure.noDraft(String(root.text.prefix(8)))
        }
        return draft
    }

    static func text(for root: RootID, in replica: Replica) throws -> String { try draft(for: root, in: replica).text }
}

extension JSONOutput {
    fileprivate init(draft: LocalDraft) {
        self = .object([
            ("conversation", .string(draft.root.text)), ("text", .string(draft.text)),
            ("at", .string(Instant.text(milliseconds: Int64(clamping: draft.at)))),
        ])
    }
}
