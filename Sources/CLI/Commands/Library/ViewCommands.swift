import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus view`
struct ViewGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Filters of the inbox that have a name: nexus inbox --view NAME.",
        subcommands: [List.self, Show.self, Set.self, FromFile.self, Remove.self], defaultSubcommand: List.self)

    /// `nexus view list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List everyone's views and your own, by name.")
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Those that were taken away; set brings one back.") var removed = false

        func run() throws {
            let (views, people) = try options.readViews { try $0.all(removed: removed) }
            ItemList<SavedView>(
                things: "views", columns: [.init("ID", 10), .init("NAME", 24), .init("WHOSE", 14), .init("FILTER", 0)],
                cells: { view in
                    [
                        String(view.id.text.prefix(8)), view.name, view.person == nil ? "everyone's" : "yours",
                        ViewWords.text(view.filter, people),
                    ]
                }, json: { JSONOutput(view: $0, people) }
            ).print(views, asJSON: options.json)
        }
    }

    /// `nexus view show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show what a view filters by.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var view: String

        func run() throws {
            let (view, people) = try options.readViews { try $0.named(self.view) }
            if options.json { return Console.print(JSONOutput(view: view, people).text()) }
            ItemScreen.print([
                ("Name", view.name), ("Id", view.id.text), ("Whose", view.person == nil ? "everyone's" : "yours"),
                ("Filter", ViewWords.text(view.filter, people)),
            ])
        }
    }

    /// `nexus view set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set what a view filters by, bring it back, or make it.",
            discussion: "Its filter becomes what the options say; without any of them it stays as it is.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or at least eight letters of its id.") var view: String
        @OptionGroup var filters: FilterOptions
        @Flag(help: "Only you see it.") var mine = false
        @Flag(help: "Everyone sees it, as is so unless you say otherwise.") var shared = false
        @Option(help: "What it is called by from now on.") var name: String?

        func validate() throws {
            guard !(mine && shared) else { throw ValidationError("Give --mine or --shared.") }
        }

        func run() throws {
            let people = try options.home.open(.reading).read { try People($0) }
            let filter = try filters.filter(people: people)
            try Writing(options: options).item("Set.") { writer, _ in
                try writer.setView(
                    view, filter: filter == InboxFilter() ? nil : filter, owner: mine ? .mine : shared ? .shared : nil,
                    name: name, newID: .random())
            }
        }
    }

    /// `nexus view import`
    struct FromFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take views in from JSON Lines. The same file twice changes nothing.",
            discussion: """
                A line is {"name","query","mine"?}: the query as nexus view show --json prints it, with RFC 3339 or \
                YYYY-MM-DD for times and me, none or a person's id for the assignee.
                """)
        @OptionGroup var options: GlobalOptions
        @Argument(help: "FILE, plain or gzip, or - for standard input.") var file: String

        func run() throws {
            try LibraryImport<SavedViewLine>.run(options, file: file, things: "views") { writer, lines, _ in
                try writer.take(lines, newID: RootID.random)
            }
        }
    }

    /// `nexus view remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a view away. It can be brought back.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var view: String

        func run() throws {
            try Writing(options: options).item("Removed.") { writer, _ in try writer.removeView(view) }
        }
    }
}

extension GlobalOptions {
    fileprivate func readViews<Result>(_ read: (SavedViewReader) throws -> Result) throws -> (Result, People) {
        let replica = try home.open(.reading)
        let own = try replica.member(replica.id.device)?.person ?? ChangeID(high: 0, low: 0)
        return try replica.read { (try read(SavedViewReader($0, for: own)), try People($0)) }
    }
}

extension SavedView {
    /// - Throws: `.unreadableView`.
    var readableFilter: InboxFilter {
        get throws {
            guard let filter else { throw LibraryFailure.unreadableView(name) }
            return filter
        }
    }
}

/// A filter in words: as the options that make it.
enum ViewWords {
    static func text(_ filter: InboxFilter?, _ people: People) -> String {
        guard let filter else { return "made by a newer version" }
        let assignee = filter.assignee.map { id in people.all.first { $0.id.text == id }?.name ?? id }
        let parts: [(String, String?)] = [
            ("status", filter.status), ("channel", filter.channel), ("lead status", filter.leadStatus),
            ("assignee", assignee), ("since", filter.since), ("until", filter.until), ("search", filter.search),
            ("label", filter.label), ("unread", filter.unread.map { $0 ? "only" : "or not" }),
            ("snoozed", filter.snoozed.map { $0 ? "only" : "not" }),
            ("displaced", filter.displaced.map { $0 ? "only" : "or not" }),
            ("mentioning me", filter.mentionsMe.map { $0 ? "only" : "or not" }), ("by", filter.order),
        ]
        let words = parts.compactMap { name, value in value.map { "\(name) \($0)" } }
        return words.isEmpty ? "everything" : words.joined(separator: ", ")
    }
}

extension JSONOutput {
    fileprivate init(view: SavedView, _ people: People) {
        self = .object([
            ("id", .string(view.id.text)), ("name", .string(view.name)),
            ("query", view.filter.map(JSONOutput.init(filter:)) ?? .null),
            ("person", JSONOutput(view.person.flatMap(people.person))),
        ])
    }

    private init(filter: InboxFilter) {
        let bool = { (value: Bool?) in value.map(JSONOutput.bool) ?? .null }
        self = .object([
            ("status", JSONOutput(filter.status)), ("channel", JSONOutput(filter.channel)),
            ("leadStatus", JSONOutput(filter.leadStatus)), ("assignee", JSONOutput(filter.assignee)),
            ("since", JSONOutput(filter.since)), ("until", JSONOutput(filter.until)),
            ("search", JSONOutput(filter.search)), ("label", JSONOutput(filter.label)), ("unread", bool(filter.unread)),
            ("snoozed", bool(filter.snoozed)), ("displaced", bool(filter.displaced)),
            ("mentionsMe", bool(filter.mentionsMe)), ("order", JSONOutput(filter.order)),
        ])
    }
}
