import CRDT
import ChangeLog
import Foundation
import Storage
import TestSupport

@testable import Assistant
@testable import Inbox

/// A lamp shop: Maya and Jonas, a gateway and an assistant, each with a replica. Nothing moves between them but by a sync.
final class Shop {
    /// When these stories begin, in milliseconds since 1970.
    static let start: UInt64 = 1_800_000_000_000
    private(set) var now = Shop.start
    private let directory = TemporaryDirectory()
    private let relay: MemoryRelay
    private var replicaByName: [String: Replica] = [:]
    /// Who may have written something since the last sync of all.
    private var writers: Set<String> = ["maya", "jonas", "gateway", "assistant"]
    private var messages = 0
    private let ids = NaturalID(secret: [UInt8](repeating: 9, count: 32))
    private(set) var channel = RootID(high: 0, low: 0)
    private let kind: ChannelKind
    /// What the assistant goes by.
    var rule = TurnRule()

    init(on kind: ChannelKind = .whatsapp, articles: [Article] = Lamps.articles) throws {
        self.kind = kind
        let configuration = InboxSchema.configuration.rolling(Seed(1))
        let secret = [UInt8](repeating: 9, count: 32)
        let maya = try Replica.found(
            at: directory.file("maya"), name: "Lantern & Loom", person: "maya", secret: secret, key: .of("maya"),
            now: now, configuration: configuration)
        relay = MemoryRelay(
            try Replica.create(
                at: directory.file("relay"), workspace: maya.workspace, key: .of("relay"), epoch: 1,
                configuration: configuration), incarnation: 1)
        replicaByName["maya"] = maya
        for (number, (name, role)) in [("jonas", Role.agent), ("gateway", .gateway), ("assistant", .assistant)]
            .enumerated()
        {
            now += 1
            let invitation = try maya.invitation(
                role, oneTimeSeed: [UInt8](repeating: UInt8(number + 1), count: 32), secret: secret, now: now)
            replicaByName[name] = try Replica.join(
                at: directory.file(name), invitation: invitation, person: name, key: .of(name), now: now,
                configuration: configuration)
        }
        try syncAll()
        channel = try write("gateway") { [ids] in try $0.openChannel(kind, name: "Shop", account: "1555", ids: ids) }
        try write("maya") { writer in
            for article in articles {
                var patch = ArticlePatch()
                (patch.text, patch.language, patch.added) = (article.text, article.language, article.labels)
                _ = try writer.setArticle(article.title, patch, newID: article.id)
            }
        }
        try syncAll()
    }

    subscript(name: String) -> Replica {
        guard let replica = replicaByName[name] else { preconditionFailure("nobody is called \(name)") }
        return replica
    }

    // MARK: Steps

    func pass(seconds: UInt64) { now += seconds * 1_000 }

    @discardableResult
    func write<Result>(_ name: String, _ command: (InboxWriter) throws -> Result) throws -> Result {
        now += 1
        writers.insert(name)
        return try self[name].transact(now: now) { try command(InboxWriter($0)) }
    }

    func sync(_ names: String...) throws {
        for name in names {
            now += 1
            _ = try self[name].sync(with: relay, now: now)
        }
    }

    /// Twice round, so that the first hears of the last one's too; but who has nothing to send need not begin. The
    /// founder brings the others in.
    func syncAll() throws {
        let names = ["maya", "gateway", "jonas", "assistant"]
        for name in names where writers.contains(name) { try sync(name) }
        writers = []
        for name in names { try sync(name) }
    }

    /// A customer's message, or one from the business phone, reaches the gateway; everybody hears of it.
    @discardableResult
    func receive(
        _ text: String, from customer: String = "anna", sender: String = "customer", kind: String = "text",
        at: UInt64? = nil, isHeard: Bool = true
    ) throws -> RootID {
        messages += 1
        let line: [String: Any] = [
            "channel": self.kind.rawValue, "from": ["id": customer, "name": customer],
            "providerId": "wamid.\(messages)",
            "at": Instant.text(milliseconds: Int64(at ?? now)), "kind": kind, "text": text, "sender": sender,
        ]
        let message = try InboundMessage(line: Array(JSONSerialization.data(withJSONObject: line)))
        _ = try write("gateway") { [ids] in try $0.receive(message, ids: ids) }
        if isHeard { try syncAll() }
        return ids.conversation(account: channel, customer: customer)
    }

    /// The gateway notes what became of a message with that text; everybody hears of it.
    func tell(_ event: DeliveryEvent, of text: String, in conversation: RootID) throws {
        let found = try detail(conversation, on: "gateway").messages.first { $0.text == text }
        guard let message = found else { preconditionFailure("no message \(text)") }
        let line = [
            "event": event.name, "conversation": conversation.text, "message": message.id.text,
            "at": Instant.text(milliseconds: Int64(now)),
        ]
        let receipt = try Receipt(line: Array(JSONSerialization.data(withJSONObject: line)))
        try write("gateway") { [ids] in _ = try $0.record(receipt, ids: ids) }
        try syncAll()
    }

    /// What the gateway is to do about what is queued.
    func plans() throws -> [DispatchPlan] {
        try self["gateway"].read { try DispatchReader($0, ids: ids, now: Int64(now)).plans(for: channel) }
    }

    /// The gateway lets go what is not to be sent any more; everybody hears of it.
    func dispatch() throws {
        for plan in try plans() {
            for step in plan.steps {
                try write("gateway") { _ = try $0.note(step, in: plan.conversation) }
            }
        }
        try syncAll()
    }

    /// The gateway sends what the assistant has queued; everybody hears of it.
    func sendAll(in conversation: RootID) throws {
        for message in try detail(conversation, on: "gateway").messages where message.state == .queued {
            try tell(.sent, of: message.text, in: conversation)
        }
    }

    /// One round of the assistant's; everybody hears of it.
    @discardableResult
    func round(
        _ assistant: some ConversationAssistant = BuiltInAssistant(), isRehearsal: Bool = false
    ) throws -> [AssistantRunner.Outcome] {
        now += 1
        let outcomes = try AssistantRunner(self["assistant"], assistant: assistant, rule: rule)
            .round(now: Int64(now), stamp: now, isRehearsal: isRehearsal)
        writers.insert("assistant")
        try syncAll()
        return outcomes
    }

    /// What the rule says of a conversation now.
    func decision(_ conversation: RootID) throws -> TurnRule.Decision {
        let reader = TurnReader(replica: self["assistant"], rule: rule, now: Int64(now))
        return rule.decision(try reader.reading(of: conversation).facts, now: Int64(now))
    }

    // MARK: What shows

    func detail(_ conversation: RootID, on name: String = "maya") throws -> ConversationDetail {
        try self[name].read { try ConversationReader($0, now: Int64(now)).conversation(conversation.text) }
    }

    /// What the customer would see of the assistant, in order.
    func replies(in conversation: RootID) throws -> [String] {
        try detail(conversation).messages.filter { $0.sender == .assistant && $0.kind == .text }.map(\.text)
    }

    func changes(on name: String) throws -> UInt64 { try self[name].frontier().reduce(0) { $0 + $1.number } }
}
