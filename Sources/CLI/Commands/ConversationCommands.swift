import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// What a command that writes one change needs, and how it says what it did.
struct Writing {
    let options: GlobalOptions

    /// Path of a change, stop 1: the words on the command line become a command of the inbox.
    func run<Result>(_ command: (InboxWriter) throws -> Result) throws -> Result {
        try options.home.open().transact(now: WallClock.now()) { try command(InboxWriter($0)) }
    }

    /// Prints the change, or that there was nothing to change.
    func change(_ done: String, _ command: (InboxWriter) throws -> ChangeID?) throws {
        let change = try run(command)
        if options.json {
            Console.print(JSONOutput.object([("change", JSONOutput(change?.text))]).text())
        } else {
            Console.print(change == nil ? "Nothing to change." : done)
        }
    }

    func message(_ done: String, _ command: (InboxWriter) throws -> InboxWriter.Written) throws {
        let written = try run(command)
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("message", .string(written.message.text)), ("change", .string(written.change.text)),
                ]).text())
        } else {
            Console.print(done)
        }
    }
}

/// `nexus reply`
struct Reply: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Queue a reply to the customer.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Argument(help: "What to say, or - for standard input.") var text: String
    @Option(help: "The screen it answers: a token from nexus show --json.") var seen: String?

    func run() throws {
        let body = try StandardInput.text(or: text)
        try Writing(options: options).message("Queued.") {
            try $0.reply(to: conversation, with: body, seen: seen)
        }
    }
}

/// `nexus note`
struct Note: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Leave a note for the team; no customer sees it.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Argument(help: "What to note, or - for standard input.") var text: String

    func run() throws {
        let body = try StandardInput.text(or: text)
        try Writing(options: options).message("Noted.") { try $0.note(on: conversation, body) }
    }
}

/// `nexus assign`
struct Assign: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give a conversation to a person, to yourself or to nobody.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Argument(help: "A name, or the start of a person's id.") var person: String?
    @Flag(help: "To yourself.") var me = false
    @Flag(help: "To nobody.") var none = false

    func validate() throws {
        guard [person != nil, me, none].filter({ $0 }).count == 1 else {
            throw ValidationError("Name a person, or give --me or --none.")
        }
    }

    func run() throws {
        try Writing(options: options).change("Assigned.") { writer in
            try writer.assign(conversation, to: none ? nil : try writer.person(me ? nil : person))
        }
    }
}

/// `nexus label`
struct Label: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add labels to a conversation or remove them.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Argument(help: "add or remove.") var action: String
    @Argument(help: "One or more labels.") var labels: [String]

    func run() throws {
        let adds = try Choice.of(action, named: "action", among: ["add", "remove"]) { $0 == "add" }
        try Writing(options: options).change(adds ? "Labelled." : "Label removed.") {
            adds ? try $0.addLabels(labels, to: conversation) : try $0.removeLabels(labels, from: conversation)
        }
    }
}

/// `nexus close`
struct Close: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Close a conversation. A message you had not been shown keeps it open.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "The screen you closed it on: a token from nexus show --json.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Closed.") { try $0.close(conversation, seen: seen) }
    }
}

/// `nexus reopen`
struct Reopen: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a conversation active again.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "Taken for symmetry; reopening needs no basis.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Reopened.") { try $0.reopen(conversation, seen: seen) }
    }
}

/// `nexus escalate`
struct Escalate: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ask for a person, and pause the assistant.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "Taken for symmetry; escalating needs no basis.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Escalated; the assistant is paused.") {
            try $0.escalate(conversation, seen: seen)
        }
    }
}

/// `nexus ai`
struct AI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ai", abstract: "Pause or resume the assistant.", subcommands: [Pause.self, Resume.self])

    /// `nexus ai pause`
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Pause the assistant in a conversation.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws { try Writing(options: options).change("Paused.") { try $0.pauseAI(conversation) } }
    }

    /// `nexus ai resume`
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let the assistant answer again.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws { try Writing(options: options).change("Resumed.") { try $0.resumeAI(conversation) } }
    }
}

/// `nexus read`
struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Mark as read, for you, what you were shown.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "The screen you read: a token from nexus show --json.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Read.") { try $0.read(conversation, seen: seen) }
    }
}
