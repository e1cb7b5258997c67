import Foundation
import Testing

/// Olga's workspace with a relay and a gateway; Anna has written, and Olga has her question on the screen.
final class Desk {
    let terminal: Terminal
    let relay: RelayProcess
    private(set) var conversation = ""
    private var messages = 0
    /// By customer.
    private var conversations: [String: String] = [:]

    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        try addGateway("g")
        conversation = try receive("Is the lamp in stock?")
        try show()
    }

    func addGateway(_ home: String) throws {
        let invitation = try terminal.nexus("olga", "invite", "--role", "gateway").json["invitation"].text
        let run = try terminal.nexus(
            home, "gateway", "init", "--channel", "whatsapp", "--name", home, "--account", "15550100", "-",
            input: invitation)
        try #require(run.status == 0, "\(run.errors)")
        try sync("olga", home, "olga")
    }

    func sync(_ homes: String...) throws {
        for home in homes {
            let run = try terminal.nexus(home, "sync")
            try #require(run.status == 0, "\(run.errors)")
        }
    }

    /// A customer's message reaches the gateway, and Olga.
    ///
    /// - Returns: the conversation.
    @discardableResult
    func receive(_ text: String, from customer: String = "4915112", to home: String = "g") throws -> String {
        messages += 1
        let line = """
            {"channel":"whatsapp","from":{"id":"\(customer)","name":"Anna"},"providerId":"w\(messages)",\
            "at":"\(Date.now.formatted(.iso8601))","text":"\(text)"}
            """
        let run = try terminal.nexus(home, "receive", "-", input: line)
        try #require(run.json["received"].number == 1, "\(run.errors)")
        try sync(home, "olga")
        if conversations[customer] == nil {
            let listed = try terminal.nexus("olga", "inbox").json.list.map { $0["id"].text }
            conversations[customer] = listed.first { !conversations.values.contains($0) }
        }
        return try #require(conversations[customer])
    }

    /// Olga looks at a conversation, Anna's unless told otherwise.
    func show(_ conversation: String? = nil) throws {
        #expect(try terminal.nexus("olga", "show", conversation ?? self.conversation).status == 0)
    }

    /// Olga replies, and what she wrote is on the relay.
    ///
    /// - Returns: the message.
    func reply(_ text: String, _ options: String...) throws -> String {
        let run = try terminal.start(
            ["--home", terminal.path("olga"), "--json", "reply", conversation, text] + options)
        try #require(run.status == 0, "\(run.errors)")
        try sync("olga")
        return run.json["message"].text
    }

    /// One round of a gateway's; by the provider in its process unless told otherwise.
    func round(_ home: String = "g", provider: String = "simulated") throws -> Run {
        try terminal.nexus(home, "gateway", "run", "--once", "--provider", provider)
    }

    /// A message as Olga's outbox has it, after she has synced.
    func outbox(_ message: String) throws -> Answer {
        try sync("olga")
        let list = try terminal.nexus("olga", "outbox", "list").json.list
        return list.first { $0["id"].text == message } ?? Answer(nil)
    }
}
