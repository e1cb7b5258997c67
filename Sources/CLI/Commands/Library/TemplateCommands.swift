import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus template`
struct TemplateGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Messages that WhatsApp has approved, to be filled in.",
        subcommands: [List.self, Show.self, Preview.self, Set.self, FromFile.self, Remove.self],
        defaultSubcommand: List.self)

    /// `nexus template list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List templates by name and language.")
        @OptionGroup var options: GlobalOptions
        @OptionGroup var among: TemplateScopeOptions
        @Option(help: "Only of which WhatsApp says this, for instance approved.") var status: String?
        @Flag(help: "Those that were taken away; set brings one back.") var removed = false

        func run() throws {
            let status = try status.map(TemplateScopeOptions.status)
            let (templates, channels) = try options.home.open(.reading).read { database in
                let channels = try ChannelReader(database).all()
                let scope = try among.scope(ChannelReader(database).named, status: status)
                return (try TemplateReader(database).all(scope, removed: removed), channels)
            }
            ItemList<Template>(
                things: "templates",
                columns: [
                    .init("ID", 10), .init("NAME", 30), .init("LANGUAGE", 10), .init("CATEGORY", 15),
                    .init("STATUS", 12), .init("TEXT", 0),
                ],
                cells: { template in
                    [
                        String(template.id.text.prefix(8)), template.name, template.language,
                        template.category.rawValue.lowercased(), template.status?.rawValue.lowercased() ?? "",
                        template.lines.joined(separator: " "),
                    ]
                }, json: { JSONOutput(template: $0, channels) }
            ).print(templates, asJSON: options.json)
        }
    }

    /// `nexus template show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a template as the customer would see it, and the values it asks for.")
        @OptionGroup var options: GlobalOptions
        @OptionGroup var among: TemplateScopeOptions
        @Argument(help: "Its name, or the start of its id.") var template: String

        func run() throws {
            let (template, channels) = try options.home.open(.reading).read { database in
                let scope = try among.scope(ChannelReader(database).named)
                return (try TemplateReader(database).named(self.template, scope), try ChannelReader(database).all())
            }
            if options.json { return Console.print(JSONOutput(template: template, channels).text()) }
            TemplateScreen.print(template, channels)
        }
    }

    /// `nexus template preview`
    struct Preview: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "preview",
            abstract: "Show a template with values filled in, and what would keep it from being sent.")
        @OptionGroup var options: GlobalOptions
        @OptionGroup var among: TemplateScopeOptions
        @Argument(help: "Its name, or the start of its id.") var template: String
        @Argument(help: "NAME=VALUE, each: nexus template show lists the names.") var values: [String] = []

        func run() throws {
            let values = try TemplateValues(arguments: values)
            let template = try options.home.open(.reading).read { database in
                try TemplateReader(database).named(self.template, among.scope(ChannelReader(database).named))
            }
            guard let definition = template.definition else { throw LibraryFailure.unreadableTemplate(template.name) }
            let preview = TemplatePreview(definition, values)
            let problems = definition.problems(in: values).map(TemplateWords.of)
            if options.json {
                return Console.print(
                    JSONOutput.object([
                        ("text", .array(preview.lines.map(JSONOutput.string))),
                        ("problems", .array(problems.map(JSONOutput.string))),
                    ]).text())
            }
            TemplateScreen.print(preview)
            for problem in problems { Console.note(TerminalText.safe("Not to be sent: \(problem).", multiline: false)) }
        }
    }

    /// `nexus template set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set",
            abstract: "Set what WhatsApp says of a template, or bring it back. What it says is set by import.")
        @OptionGroup var options: GlobalOptions
        @OptionGroup var among: TemplateScopeOptions
        @Argument(help: "Its name, or the start of its id.") var template: String
        @Option(help: "For instance approved, paused or rejected.") var status: String?
        @Option(help: "marketing, utility or authentication.") var category: String?

        func run() throws {
            let status = try status.map(TemplateScopeOptions.status)
            let category = try category.map { text in
                try Choice.of(text.lowercased(), named: "category", among: ["marketing", "utility", "authentication"]) {
                    TemplateCategory(rawValue: $0)
                }
            }
            let replica = try options.home.open(.reading)
            let scope = try replica.read { try among.scope(ChannelReader($0).named) }
            try Writing(options: options).item("Set.") { writer, _ in
                try writer.setTemplate(template, scope, status: status, category: category)
            }
        }
    }

    /// `nexus template import`
    struct FromFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take templates in. The same file twice changes nothing.",
            discussion: """
                The file holds the answer of WhatsApp's GET /message_templates, a list of templates, one template, or \
                one on each line. Its templates belong to the workspace's WhatsApp channel, if there are several to \
                that of --channel.
                """)
        @OptionGroup var options: GlobalOptions
        @Option(help: "The channel that they belong to.") var channel: String?
        @Argument(help: "FILE, plain or gzip, or - for standard input.") var file: String

        func run() throws {
            let replica = try options.home.open()
            let ids = try replica.naturalIDs()
            let account = try replica.read { try ChannelReader($0).templateChannel(channel) }
            let page = TemplatePage(lines: try LineReader.all(file))
            let counts = try replica.transact(now: WallClock.now()) {
                try InboxWriter($0).take(page.templates, of: account.id, ids: ids)
            }
            for (number, why) in page.refused { note(number, TemplateWords.of(why)) }
            let report = LibraryReport(items: page.templates.count, failed: page.refused.count, counts: counts)
            try report.print("templates", json: options.json)
        }

        private func note(_ number: Int, _ words: String) {
            guard options.json else {
                return Console.note(TerminalText.safe("Template \(number): \(words).", multiline: false))
            }
            Console.note(JSONOutput.object([("entry", JSONOutput(number)), ("message", .string(words))]).text())
        }
    }

    /// `nexus template remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a template away. It can be brought back.")
        @OptionGroup var options: GlobalOptions
        @OptionGroup var among: TemplateScopeOptions
        @Argument(help: "Its name, or the start of its id.") var template: String

        func run() throws {
            let scope = try options.home.open(.reading).read { try among.scope(ChannelReader($0).named) }
            try Writing(options: options).item("Removed.") { writer, _ in try writer.removeTemplate(template, scope) }
        }
    }
}

/// Which template is meant, where several have one name.
struct TemplateScopeOptions: ParsableArguments {
    @Option(help: "Only in this language, as in en_US.") var language: String?
    @Option(help: "Only of this channel.") var channel: String?

    /// - Parameter find: the channel of a name.
    func scope(_ find: (String) throws -> Channel, status: TemplateStatus? = nil) throws -> TemplateScope {
        TemplateScope(language: language, channel: try channel.map { try find($0).id }, status: status)
    }

    static func status(_ text: String) throws -> TemplateStatus {
        try Choice.of(
            text.lowercased(), named: "status", among: TemplateStatus.known.map { $0.rawValue.lowercased() }
        ) { TemplateStatus(rawValue: $0) }
    }
}
