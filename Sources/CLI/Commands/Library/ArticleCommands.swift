import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus article`
struct ArticleGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "article", abstract: "What the assistant answers from.",
        subcommands: [List.self, Show.self, Set.self, FromFile.self, Remove.self], defaultSubcommand: List.self)

    /// `nexus article list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List articles by title.")
        @OptionGroup var options: GlobalOptions
        @Option(help: "Only in this language.") var language: String?
        @Option(help: "Only with this label.") var label: String?
        @Flag(help: "Those that were taken away; set brings one back.") var removed = false

        func run() throws {
            let articles = try options.home.open(.reading).read {
                try ArticleReader($0).all(language: language, label: label, removed: removed)
            }
            ItemList<Article>(
                things: "articles",
                columns: [.init("ID", 10), .init("TITLE", 44), .init("LANGUAGE", 10), .init("TEXT", 0)],
                cells: { [String($0.id.text.prefix(8)), $0.title, $0.language ?? "", $0.text] },
                json: JSONOutput.init(article:)
            ).print(articles, asJSON: options.json)
        }
    }

    /// `nexus article show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show an article.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its title, or the start of its id.") var article: String

        func run() throws {
            let article = try options.home.open(.reading).read { try ArticleReader($0).named(self.article) }
            if options.json { return Console.print(JSONOutput(article: article).text()) }
            ItemScreen.print(
                [
                    ("Title", article.title), ("Id", article.id.text), ("Language", article.language),
                    ("Source", article.source), ("Labels", article.labels.joined(separator: ", ")),
                ], text: article.text)
        }
    }

    /// `nexus article set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set an article, bring it back, or make it.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its title, or at least eight letters of its id.") var article: String
        @Argument(help: "The answer, or - for standard input.") var text: String?
        @Option(help: "Its title from now on.") var title: String?
        @Option(help: "As in en; empty for none.") var language: String?
        @Option(help: "Where it is from; empty for nowhere.") var source: String?
        @Option(help: "A label to add; may be given several times.") var label: [String] = []
        @Option(help: "A label to take away; may be given several times.") var removeLabel: [String] = []

        func run() throws {
            var patch = ArticlePatch()
            patch.text = try text.map(StandardInput.text(or:))
            (patch.title, patch.language, patch.source) = (title, language, source)
            (patch.added, patch.removed) = (label, removeLabel)
            try Writing(options: options).item("Set.") { writer, _ in
                try writer.setArticle(article, patch, newID: .random())
            }
        }
    }

    /// `nexus article import`
    struct FromFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take articles in from JSON Lines. The same file twice changes nothing.",
            discussion: """
                A line is {"title","text","language"?,"source"?,"labels"?}, or {"question","answer"} in place of the \
                first two.
                """)
        @OptionGroup var options: GlobalOptions
        @Argument(help: "FILE, plain or gzip, or - for standard input.") var file: String

        func run() throws {
            try LibraryImport<ArticleLine>.run(options, file: file, things: "articles") { writer, lines, _ in
                try writer.take(lines, newID: RootID.random)
            }
        }
    }

    /// `nexus article remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take an article away. It can be brought back.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its title, or the start of its id.") var article: String

        func run() throws {
            try Writing(options: options).item("Removed.") { writer, _ in try writer.removeArticle(article) }
        }
    }
}

extension JSONOutput {
    fileprivate init(article: Article) {
        self = .object([
            ("id", .string(article.id.text)), ("title", .string(article.title)),
            ("language", JSONOutput(article.language)), ("source", JSONOutput(article.source)),
            ("labels", .array(article.labels.map(JSONOutput.string))), ("text", .string(article.text)),
        ])
    }
}
