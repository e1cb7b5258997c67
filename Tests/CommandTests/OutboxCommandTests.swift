import Foundation
import Testing

/// `nexus outbox`, and how a reply is to be sent, as a person uses them.
@Suite(.timeLimit(.minutes(15)))
struct OutboxCommandTests {
    private let desk: Desk
    private var terminal: Terminal { desk.terminal }

    init() throws { desk = try Desk() }

    /// A reply that the customer was quicker than: Anna, or another one.
    private func held(_ text: String = "Three are left.", customer: String = "4915112") throws -> String {
        let conversation = try desk.receive("Hello?", from: customer)
        try desk.show(conversation)
        let run = try terminal.nexus("olga", "reply", conversation, text)
        try #require(run.status == 0)
        try desk.receive("In green, I mean.", from: customer)
        let report = try desk.round()
        #expect(report.json["held"].number == 1, "\(report.output) \(report.errors)")
        return run.json["message"].text
    }

    // MARK: Replying

    @Test func `a reply says at once what its author had not been shown`() throws {
        let shown = try terminal.nexus("olga", "reply", desk.conversation, "Three are left.")
        #expect(shown.json["unseen"].list.isEmpty && shown.errors.isEmpty)
        try desk.receive("In green, I mean.")
        let unseen = try terminal.nexus("olga", "reply", desk.conversation, "Shall I keep one?")
        #expect(unseen.status == 0 && unseen.json["unseen"].list.count == 1)
        let message = unseen.json["message"].text
        #expect(
            unseen.errors
                == "You have not been shown 1 message of this conversation: nexus outbox show \(message.prefix(8))\n")
    }

    @Test func `how a reply is to be sent is said with it, and shown`() throws {
        let message = try desk.reply("Hello", "--send-anyway", "--schedule", "2h", "--expires", "4h")
        let item = try desk.outbox(message)
        #expect(item["state"].text == "queued" && (item["sendAnyway"].value as? Bool) == true)
        #expect(!item["notBefore"].isNull && !item["expires"].isNull && item["notBefore"].text < item["expires"].text)
        let ifNoReply = try desk.outbox(try desk.reply("Hello?", "--if-no-reply", "--undo-seconds", "20"))
        #expect((ifNoReply["ifNoReply"].value as? Bool) == true && !ifNoReply["notBefore"].isNull)
        // Both wait for their time.
        #expect(try desk.round().json["dispatched"].number == 0)
    }

    @Test(arguments: [
        (["--send-anyway", "--if-no-reply"], Int32(2), "Give --send-anyway or --if-no-reply, not both."),
        (["--schedule", "1h", "--undo-seconds", "5"], 2, "Give --schedule or --undo-seconds, not both."),
        (["--undo-seconds", "0"], 2, "--undo-seconds is 1 to 3600."),
        (["--undo-seconds", "3601"], 2, "--undo-seconds is 1 to 3600."),
        (["--expires", "2020-01-01"], 2, "--expires has to lie ahead, and after --schedule."),
        (["--schedule", "2h", "--expires", "1h"], 2, "--expires has to lie ahead, and after --schedule."),
    ])
    func `what cannot be meant is refused, in words, and nothing is queued`(
        options: [String], status: Int32, words: String
    ) throws {
        let run = try terminal.start(
            ["--home", terminal.path("olga"), "reply", desk.conversation, "Hello"] + options)
        #expect(run.status == status && run.errors.contains(words), "\(run.errors)")
        #expect(try terminal.nexus("olga", "outbox", "list").json.list.isEmpty)
    }

    @Test(arguments: ["soon", "-1h", "2026-13-01", "1x", ""])
    func `a time that is none is refused`(time: String) throws {
        for option in ["--expires", "--schedule"] {
            let run = try terminal.nexus("olga", "reply", desk.conversation, "Hello", "\(option)=\(time)")
            #expect(run.status == 65 || run.status == 2, "\(run.errors)")
            #expect(!run.error["message"].text.isEmpty)
        }
    }

    // MARK: Looking

    @Test func `the list has what is on its way, and of what is held the reason and what was not seen`() throws {
        let message = try held()
        let item = try desk.outbox(message)
        #expect((item["state"].text, item["reason"].text) == ("held", "conversation-moved"))
        #expect((item["author"].text, item["customer"].text) == ("Olga", "Anna"))
        #expect(item["unseen"].list.count == 1 && item["conversation"].text == desk.conversation)
        for (options, count) in [
            (["--mine"], 1), (["--open"], 1), (["--state", "held"], 1), (["--state", "sent"], 0),
            (["--conversation", String(desk.conversation.prefix(8))], 1),
        ] {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json", "outbox", "list"] + options)
            #expect(run.json.list.count == count, "\(options)")
        }
        let words = try terminal.plain("olga", "outbox").output
        #expect(words.contains("held") && words.contains("1 message not seen by its author"), "\(words)")
        let unknown = try terminal.nexus("olga", "outbox", "list", "--state", "lost")
        #expect(unknown.status == 2 && !unknown.error["message"].text.isEmpty, "\(unknown.errors)")
    }

    @Test func `a message is shown beside what its author had not seen`() throws {
        let message = try held()
        try desk.sync("olga")
        let words = try terminal.plain("olga", "outbox", "show", String(message.prefix(8))).output
        #expect(words.contains("Three are left.") && words.contains("What its author had not seen:"))
        #expect(words.contains("In green, I mean."))
        let item = try terminal.nexus("olga", "outbox", "show", message).json
        #expect(item["id"].text == message && !item["seen"].text.isEmpty)
        let missing = try terminal.nexus("olga", "outbox", "show", "zzzzzzzz")
        #expect(missing.status == 66, "\(missing.errors)")
    }

    // MARK: Deciding

    @Test func `what was looked at is sent as it is, and what has left is not sent, edited or dropped any more`() throws
    {
        let message = try held()
        try desk.sync("olga")
        let seen = try terminal.nexus("olga", "outbox", "show", message).json["seen"].text
        #expect(!(try terminal.nexus("olga", "outbox", "send", message, "--seen", seen).json["change"].isNull))
        #expect(try terminal.plain("olga", "outbox", "send", message).output == "Nothing to change.\n")
        try desk.sync("olga")
        #expect(try desk.round().json["dispatched"].number == 1)
        #expect(["sent", "delivered"].contains(try desk.outbox(message)["state"].text))
        for arguments in [["send", message], ["edit", message, "No"], ["drop", message]] {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json", "outbox"] + arguments)
            #expect((run.status, run.error["error"].text) == (65, "has-left"), "\(arguments)")
        }
    }

    @Test func `other words take a held message's place, and one that is dropped is not sent`() throws {
        let message = try held()
        try desk.sync("olga")
        try terminal.nexus("olga", "outbox", "show", message)
        let edited = try terminal.nexus("olga", "outbox", "edit", message, "-", input: "Three green ones.\n")
        #expect(edited.status == 0 && edited.json["unseen"].list.isEmpty, "\(edited.errors)")
        let dropped = try desk.reply("And a red one.")
        #expect(try terminal.plain("olga", "outbox", "drop", dropped).output == "Cancelled.\n")
        try desk.sync("olga")
        #expect(try desk.round().json["dispatched"].number == 1)
        let list = try terminal.nexus("g", "outbox", "list").json.list
        let states = Dictionary(uniqueKeysWithValues: list.map { ($0["text"].text, $0["state"].text) })
        #expect(states["Three are left."] == "cancelled" && states["And a red one."] == "cancelled")
        #expect(["sent", "delivered"].contains(states["Three green ones."]))
    }

    @Test func `review walks the held ones, each beside what was not seen, and does as it is told`() throws {
        let first = try held()
        let second = try held("We close at six.", customer: "4915113")
        try desk.sync("olga")
        let listed = try terminal.nexus("olga", "outbox", "review").json.list
        #expect(listed.map { $0["id"].text } == [first, second])
        // An answer that is none is asked again, an edit without a text as well.
        let walk = try terminal.plain("olga", "outbox", "review", input: "x\ne\n\ne\nThree green ones.\nd\n")
        #expect(walk.status == 0, "\(walk.errors)")
        for words in ["1 of 2", "2 of 2", "In green, I mean.", "Queued in its place.", "Cancelled."] {
            #expect((walk.output + walk.errors).contains(words), "\(words)")
        }
        let nothing = try terminal.plain("olga", "outbox", "review")
        #expect(nothing.output == "Nothing is held.\n" && nothing.status == 0)
    }

    @Test func `a review that is broken off, or where nobody answers, changes nothing`() throws {
        let message = try held()
        try desk.sync("olga")
        let before = try terminal.nexus("olga", "digest").output
        for input in ["", "n\n", "q\n"] {
            #expect(try terminal.plain("olga", "outbox", "review", input: input).status == 0)
        }
        #expect(try terminal.nexus("olga", "digest").output == before)
        #expect(try desk.outbox(message)["state"].text == "held")
    }

    // MARK: The account

    @Test func `the audit has every reply in one state, with who decided and on what evidence`() throws {
        _ = try desk.reply("Hello Anna")
        #expect(try desk.round().json["dispatched"].number == 1)
        let message = try held()
        try desk.sync("olga")
        let audit = try terminal.nexus("olga", "outbox", "audit", "--each").json
        #expect(audit["messages"].number == 2 && audit["problems"].list.isEmpty)
        #expect(audit["byState"]["held"].number == 1)
        let line = try #require(audit["each"].list.first { $0["id"].text == message })
        #expect(line["state"].text == "held" && !line["evidence"].list.isEmpty)
        let words = try terminal.plain("olga", "outbox", "audit")
        #expect(words.status == 0 && words.output.hasPrefix("2 replies, each in one state:"), "\(words.output)")
        #expect(words.output.hasSuffix("It all adds up.\n"))
    }
}
