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

    /// Prints the message, and says at once what its author had not been shown.
    func reply(_ done: String, _ command: (InboxWriter) throws -> InboxWriter.Written) throws {
        let written = try run(command)
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("message", .string(written.message.text)), ("change", .string(written.change.text)),
                    ("unseen", .array(written.unseen.map { .string($0.text) })),
                ]).text())
        } else {
            Console.print(done)
        }
        guard !written.unseen.isEmpty else { return }
        Console.note(
            "You have not been shown \(Plural.of(written.unseen.count, "message")) of this conversation: "
                + "nexus outbox show \(written.message.text.prefix(8))")
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

/// `nexus note`
struct Note: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Leave a note for the team; no customer sees it.")
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
        commandName: "assign", abstract: "Give a conversation to a person, to yourself or to nobody.")
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
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Add labels to a conversation or remove them.")
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
        commandName: "close", abstract: "Close a conversation. A message you had not been shown keeps it open.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "The screen you closed it on: a token from nexus show --json.") var seen: String?

    func run() throws {
        let writing = Writing(options: options)
        let (change, obstacle) = try writing.run {
            (try $0.close(conversation, seen: seen), try $0.obstacle(toClosing: conversation))
        }
        if options.json {
            let members = [("change", JSONOutput(change?.text)), ("closing", JSONOutput(obstacle?.rawValue))]
            return Console.print(JSONOutput.object(members).text())
        }
        switch obstacle {
        case .unseen: Console.print("Kept open: there is something that you had not been shown. nexus show shows it.")
        case .ownReply: Console.print("Closed as soon as your reply has left.")
        case nil: Console.print(change == nil ? "Nothing to change." : "Closed.")
        }
    }
}

/// `nexus reopen`
struct Reopen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen", abstract: "Make a conversation active again.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "Taken for symmetry; reopening needs no basis.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Reopened.") { try $0.reopen(conversation, seen: seen) }
    }
}

/// `nexus escalate`
struct Escalate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "escalate", abstract: "Ask for a person, and pause the assistant.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "Taken for symmetry; escalating needs no basis.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Escalated; the assistant is paused.") {
            try $0.escalate(conversation, seen: seen)
        }
    }
}

/// `nexus take-over`
struct TakeOver: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take-over",
        abstract: "Take a conversation over: it is yours and needs a person, and the assistant pauses.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String

    func run() throws {
        try Writing(options: options).change("Yours; the assistant is paused.") { try $0.takeOver(conversation) }
    }
}

/// `nexus snooze`
struct Snooze: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snooze", abstract: "Put a conversation out of sight until a time, or until the customer writes.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "When it comes back: 2026-11-22 or 2026-11-22T15:30:00Z.") var until: String?
    @Option(name: .customLong("for"), help: "For how long: 3d, 12h or 30m.") var duration: String?
    @Flag(help: "Bring it back now.") var off = false
    @Option(help: "The screen you snoozed it on: a token from nexus show --json.") var seen: String?

    func validate() throws {
        guard [until != nil, duration != nil, off].filter({ $0 }).count == 1 else {
            throw ValidationError("Give one of --until, --for and --off.")
        }
    }

    func run() throws {
        let replica = try options.home.open()
        let time = try time(now: ScreenClock.now(of: replica))
        try Writing(options: options).change(off ? "Back." : "Snoozed.") {
            try $0.snooze(conversation, until: time, seen: seen)
        }
    }

    private func time(now: Int64) throws -> Int64? {
        if let duration {
            guard let length = Lifetime.parse(duration) else { throw CLIFailure.badLifetime(duration) }
            return now.addingReportingOverflow(length).partialValue
        }
        return try TimeOption.milliseconds(until)
    }
}

/// `nexus follow-up`
struct FollowUpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow-up",
        abstract: "Go on with a conversation's customer on WhatsApp: in a linked conversation on the same lead.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "The WhatsApp account, by name or the start of its id; needed where there are several.")
    var account: String?

    func run() throws {
        let replica = try options.home.open()
        let ids = try replica.naturalIDs()
        let (change, next) = try Writing(options: options).run {
            try $0.followUp(conversation, account: account, ids: ids)
        }
        if options.json {
            let members = [("conversation", JSONOutput.string(next.text)), ("change", JSONOutput(change?.text))]
            return Console.print(JSONOutput.object(members).text())
        }
        Console.print(change == nil ? "It is there already: \(next.text)" : "Go on in \(next.text)")
    }
}

/// `nexus ai`
struct AI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ai", abstract: "Pause or resume the assistant.", subcommands: [Pause.self, Resume.self])

    /// `nexus ai pause`
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Pause the assistant in a conversation.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws { try Writing(options: options).change("Paused.") { try $0.pauseAI(conversation) } }
    }

    /// `nexus ai resume`
    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let the assistant answer again.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the conversation's id.") var conversation: String

        func run() throws { try Writing(options: options).change("Resumed.") { try $0.resumeAI(conversation) } }
    }
}

/// `nexus read`
struct Read: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Mark as read, for you, what you were shown.")
    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of the conversation's id.") var conversation: String
    @Option(help: "The screen you read: a token from nexus show --json.") var seen: String?

    func run() throws {
        try Writing(options: options).change("Read.") { try $0.read(conversation, seen: seen) }
    }
}
