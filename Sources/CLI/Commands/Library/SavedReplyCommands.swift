import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus saved-reply`
struct SavedReplyGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "saved-reply", abstract: "Texts to answer with.",
        subcommands: [List.self, Show.self, Set.self, FromFile.self, Remove.self], defaultSubcommand: List.self)

    /// `nexus saved-reply list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List saved replies by name.")
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Those that were taken away; set brings one back.") var removed = false

        func run() throws {
            let replies = try options.home.open(.reading).read { try SavedReplyReader($0).all(removed: removed) }
            ItemList<SavedReply>(
                things: "saved replies", columns: [.init("ID", 10), .init("NAME", 24), .init("TEXT", 0)],
                cells: { [String($0.id.text.prefix(8)), $0.name, $0.text] }, json: JSONOutput.init(savedReply:)
            ).print(replies, asJSON: options.json)
        }
    }

    /// `nexus saved-reply show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a saved reply.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var name: String

        func run() throws {
            let reply = try options.home.open(.reading).read { try SavedReplyReader($0).named(name) }
            if options.json { return Console.print(JSONOutput(savedReply: reply).text()) }
            ItemScreen.print([("Name", reply.name), ("Id", reply.id.text)], text: reply.text)
        }
    }

    /// `nexus saved-reply set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set what a saved reply says, bring it back, or make it.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or at least eight letters of its id.") var name: String
        @Argument(help: "What it says, or - for standard input.") var text: String?
        @Option(name: .customLong("name"), help: "What it is called by from now on.") var newName: String?

        func run() throws {
            let body = try text.map(StandardInput.text(or:))
            try Writing(options: options).item("Set.") { writer, _ in
                try writer.setSavedReply(name, text: body, name: newName, newID: .random())
            }
        }
    }

    /// `nexus saved-reply import`
    struct FromFile: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Take saved replies in from JSON Lines: {\"name\",\"text\"}. The same file twice changes nothing."
        )
        @OptionGroup var options: GlobalOptions
        @Argument(help: "FILE, plain or gzip, or - for standard input.") var file: String

        func run() throws {
            try LibraryImport<SavedReplyLine>.run(options, file: file, things: "saved replies") { writer, lines, _ in
                try writer.take(lines, newID: RootID.random)
            }
        }
    }

    /// `nexus saved-reply remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a saved reply away. It can be brought back.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "Its name, or the start of its id.") var name: String

        func run() throws {
            try Writing(options: options).item("Removed.") { writer, _ in try writer.removeSavedReply(name) }
        }
    }
}

extension JSONOutput {
    fileprivate init(savedReply reply: SavedReply) {
        self = .object([
            ("id", .string(reply.id.text)), ("name", .string(reply.name)), ("text", .string(reply.text)),
        ])
    }
}
