import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Members with real keys and changed programs: what they write is held and passed on, and says nothing to anybody.
struct ForgeryTests {
    private let directory = TemporaryDirectory()
    private let team: Team
    private let conversation: RootID
    private static let root = InboxSchema.conversation

    init() throws {
        team = try Team(in: directory)
        conversation = try team.receive("Is the lamp in stock?")
        try team.join("nora", as: .assistant)
        try team.join("vera", as: .viewer)
        try team.syncAll()
    }

    /// What somebody should not be able to append: who, and what, which is also its text.
    private struct Forged {
        let author: String
        let element: Element

        init(
            _ author: String, _ what: String, id: ElementID? = nil, at position: Stamp? = nil, _ fields: [UInt64: Value]
        ) {
            self.author = author
            element = Element(
                id: id, position: position,
                fields: fields.map { .init($0, $1) } + [.init(3, .text("\(author): \(what)"))])
        }
    }

    private static let someID = ElementID(high: 5, low: 5)
    private static let early = Stamp(milliseconds: 1, counter: 0)
    private static let imported: [UInt64: Value] = [1: .integer(1), 5: .integer(1)]

    private static let forgeries = [
        Forged("leila", "a customer's message", [1: .integer(0)]),
        Forged("leila", "a customer's message by its natural id", id: someID, [1: .integer(0)]),
        Forged("leila", "a message from nobody, which shows as the customer's", [:]),
        Forged("leila", "a customer's message under a wrong type", [1: .text("0")]),
        Forged("leila", "a notice", [1: .integer(3)]), Forged("leila", "as the assistant", [1: .integer(2)]),
        Forged("leila", "an imported message", imported),
        Forged("leila", "an imported message by its natural id", id: someID, imported),
        Forged("leila", "a reply under a chosen id", id: someID, [1: .integer(1)]),
        Forged("leila", "a reply dated back", at: early, [1: .integer(1)]),
        Forged("leila", "a reply in another's name", [1: .integer(1), 4: .text("Maya")]),
        Forged("leila", "a reply with a provider's id", [1: .integer(1), 8: .text("wamid.1")]),
        Forged("jonas", "a customer's message, live", [1: .integer(0)]),
        Forged("jonas", "a customer's message, live, by its natural id", id: someID, [1: .integer(0)]),
        Forged("jonas", "as the assistant, live", [1: .integer(2)]),
        Forged("jonas", "neither live nor imported", [1: .integer(0), 5: .integer(0)]),
        Forged("maya", "a customer's message, live", [1: .integer(0)]),
        Forged("gateway", "an agent's reply", [1: .integer(1)]), Forged("gateway", "a historic message", imported),
        Forged("nora", "an agent's reply", [1: .integer(1)]), Forged("nora", "a customer's message", [1: .integer(0)]),
        Forged("vera", "a reply", [1: .integer(1)]), Forged("relay", "a reply", [1: .integer(1)]),
    ]

    @Test func `nobody speaks in another's voice`() throws {
        for forged in Self.forgeries { try force(Self.append(forged.element), by: forged.author) }
        try team.syncAll()
        try expectEverywhere { $0.messages.map(\.text) == ["Is the lamp in stock?"] }
        // It is no lack of news: each of them is in everyone's log.
        let held = try team["leila"].history(of: conversation).flatMap(\.operations).map(\.standing)
        #expect(held.filter { if case .forbidden = $0 { true } else { false } }.count == Self.forgeries.count)
    }

    /// The forged element has the lower stamp: had it effect, the customer's own would never show.
    @Test func `an agent who takes a customer's message id first does not keep the message out`() throws {
        let account = team.ids.channel(kind: ChannelKind.whatsapp.rawValue, account: "15550100")
        let id = team.ids.message(account: account, provider: "wamid.next")
        let forged = Element(id: id, fields: [.init(1, .integer(1)), .init(3, .text("forged"))])
        try force(Self.append(forged), by: "leila")
        try team.sync("leila")
        try team.receive("And in blue?", providerID: "wamid.next")
        try team.syncAll()
        try expectEverywhere { $0.messages.map(\.text) == ["Is the lamp in stock?", "And in blue?"] }
    }

    @Test(arguments: ["closed", "active"])
    func `the assistant asks for a person, and neither closes nor ends that`(status: String) throws {
        let nora = { (command: (InboxWriter) throws -> ChangeID?) in _ = try team.write("nora", command) }
        try nora { try $0.escalate(conversation.text) }
        for refused: (InboxWriter) throws -> ChangeID? in [
            { try $0.close(conversation.text, seen: nil) }, { try $0.reopen(conversation.text) },
            { try $0.resumeAI(conversation.text) }, { try $0.pauseAI(conversation.text) },
        ] {
            #expect(throws: InboxFailure.notAllowed(.assistant)) { try nora(refused) }
        }
        try force(Self.set("status", .text(status)), by: "nora")
        try force(Self.set("ai", .text("on")), by: "nora")
        try force(Self.set("status", .null), by: "nora")
        try team.syncAll()
        try expectEverywhere { $0.status == .humanNeeded && $0.pause?.reason == .escalation }
    }

    @Test func `the assistant answers in its own name, and leaves no notes`() throws {
        try team.write("nora") { _ = try $0.reply(to: conversation.text, with: "It is.", seen: nil) }
        #expect(throws: InboxFailure.notAllowed(.assistant)) {
            try team.write("nora") { _ = try $0.note(on: conversation.text, "It is not.") }
        }
        try team.syncAll()
        try expectEverywhere { $0.messages.map(\.sender) == [.customer, .assistant] }
    }

    @Test func `a remove by somebody who may not write the set takes nothing away, nor does what stands beside it`()
        throws
    {
        let added = try #require(try team.write("maya") { try $0.addLabels(["vip"], to: conversation.text) })
        try team.syncAll()
        let labels = Self.root.field(named: "labels").number
        let remove = Operation(field: labels, action: .remove(.text("vip"), dots: [added]))
        let reads = Operation(field: Self.root.field(named: "reads").number, action: .raise(.everything))
        try force(reads, remove, by: "vera")
        try team.syncAll()
        try expectEverywhere { $0.labels == ["vip"] }
        for replica in team.replicas { #expect(try replica.unread(conversation, for: team.person("vera")) == 1) }
    }

    @Test func `of one change a forged segment says nothing, and an honest one beside it what it says`() throws {
        let lead = try #require(try team["leila"].detail(conversation).lead?.id)
        let reply = Element(fields: [.init(1, .integer(1)), .init(3, .text("honest"))])
        let customer = Element(fields: [.init(1, .integer(0)), .init(3, .text("forged"))])
        let name = Operation(field: InboxSchema.lead.field(named: "name").number, action: .write(.text("Anna L.")))
        let other = RootID(high: 2, low: 2)
        try team["leila"].transact(now: team.now) {
            _ = try $0.commit(
                Draft(segments: [
                    Segment(kind: Self.root.number, root: other, operations: [Self.append(reply)]),
                    Segment(
                        kind: Self.root.number, root: conversation,
                        operations: [Self.append(reply), Self.append(customer)]),
                    Segment(kind: InboxSchema.lead.number, root: lead, operations: [name]),
                ]))
        }
        try team.syncAll()
        try expectEverywhere { $0.messages.map(\.text) == ["Is the lamp in stock?"] && $0.lead?.name == "Anna L." }
        for replica in team.replicas { #expect(try replica.detail(other).messages.map(\.text) == ["honest"]) }
        let records = try team["maya"].history(of: conversation, limit: 1)
        #expect(records.flatMap(\.operations).map(\.standing) == [.forbidden(.agent), .forbidden(.agent)])
    }

    // MARK: Help

    private static func append(_ element: Element) -> Operation {
        Operation(field: root.field(named: "message").number, action: .append(element))
    }

    private static func set(_ field: String, _ value: Value) -> Operation {
        Operation(field: root.field(named: field).number, action: .set(value, basis: .everything))
    }

    /// Writes what no command would.
    private func force(_ operations: Operation..., by name: String) throws {
        let replica = name == "relay" ? team.relay.replica : team[name]
        let segment = Segment(kind: Self.root.number, root: conversation, operations: operations)
        try replica.transact(now: team.now) { _ = try $0.commit(Draft(segments: [segment])) }
        // What a relay writes itself it hands out only once it has sealed it.
        if name == "relay" { try replica.publish() }
    }

    private func expectEverywhere(_ holds: (ConversationDetail) -> Bool) throws {
        for replica in team.replicas {
            let detail = try replica.detail(conversation)
            #expect(holds(detail), "\(detail)")
        }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
    }
}
