import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import TestSupport
import Testing

/// What channel and provider do not take: templates that changed, accounts that do not work, kinds that they do not carry.
struct RefusalTests {
    /// An approved template of Anna's shop with one place, and a reply that fills it in.
    private func filled(_ counter: Counter) throws -> ElementID {
        let shop = try counter.team["maya"].read { try ChannelReader($0).named("Shop").id }
        try take("Hello {{1}}, hi.", counter, of: shop)
        let order = InboxWriter.TemplateOrder(
            template: "hi", language: nil, values: try TemplateValues(arguments: ["1=Anna"]))
        try counter.team.syncAll()
        let written = try counter.team.write("maya") { try $0.reply(to: counter.id, filling: order, seen: nil) }
        try counter.team.sync("maya")
        return written.message
    }

    private func take(_ body: String, _ counter: Counter, of shop: RootID, category: String = "UTILITY") throws {
        let page =
            #"{"data":[{"name":"hi","language":"en","status":"APPROVED","category":"\#(category)","components":["#
            + #"{"type":"BODY","text":"\#(body)"}]}]}"#
        let templates = TemplatePage(lines: [Array(page.utf8)]).templates
        _ = try counter.team.write("maya") { try $0.take(templates, of: shop, ids: counter.team.ids) }
        try counter.team.sync("maya")
    }

    @Test func `outside the window a template goes out as it was filled in`() throws {
        let counter = try Counter()
        counter.team.pass(2 * 86_400_000)
        let reply = try filled(counter)
        try counter.rounds(1)
        #expect(try counter.state(reply) == .delivered)
        let message = counter.provider.withProvider { $0.received.first }
        #expect(message?.template == "hi" && message?.text == "Anna")
        try counter.checkAll()
    }

    @Test(arguments: ["text", "category", "paused", "removed"])
    func `a template that is another one when it is to go out is held`(change: String) throws {
        let counter = try Counter()
        let reply = try filled(counter)
        let shop = try counter.team["maya"].read { try ChannelReader($0).named("Shop").id }
        switch change {
        case "text": try take("Hello {{1}}, bye.", counter, of: shop)
        case "category": try take("Hello {{1}}, hi.", counter, of: shop, category: "MARKETING")
        case "paused":
            _ = try counter.team.write("gateway") {
                try $0.noteTemplate("hi", "en", status: TemplateStatus(rawValue: "PAUSED"), ids: counter.team.ids)
            }
        default: _ = try counter.team.write("maya") { try $0.removeTemplate("hi", TemplateScope()) }
        }
        try counter.team.syncAll()
        try counter.rounds(2)
        let outbox = try counter.outbox(reply).outbox
        #expect(outbox.state == .held && outbox.reason == .templateChanged, "\(outbox)")
        #expect(counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test(arguments: [132_000, 132_001, 132_012, 132_015, 132_016])
    func `a template that the provider finds another one is held, and asked for once`(code: Int) throws {
        let counter = try Counter(#"{"answer":"refuse","code":\#(code)}"#)
        let reply = try filled(counter)
        try counter.rounds(3)
        #expect(try counter.holdReason(reply) == .templateChanged && counter.requestCount == 1)
        try counter.checkAll()
    }

    @Test(arguments: ["131050", "131049", "131026"])
    func `what the provider will never take has failed with its code, and is not tried again by itself`(code: String)
        throws
    {
        let counter = try Counter(#"{"answer":"refuse","code":\#(code)}"#)
        let reply = try counter.reply("Three are left.")
        try counter.rounds(3)
        let outbox = try counter.outbox(reply).outbox
        #expect(outbox.state == .failed && outbox.code == code && !outbox.isSettled && counter.requestCount == 1)
        // A person may have it tried once more, or take note.
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(2)
        #expect(try counter.state(reply) == .failed && counter.requestCount == 2)
        try counter.look { try $0.drop(reply.text) }
        #expect(try counter.outbox(reply).outbox.isSettled)
        try counter.checkAll()
    }

    @Test func `a passing fault is tried again later, each time later, until it is over`() throws {
        let counter = try Counter(#"{"answer":"refuse","code":131056,"times":3}"#)
        let reply = try counter.reply("Three are left.")
        var asked: [UInt64] = []
        for _ in 0..<60 {
            let before = counter.requestCount
            _ = try counter.round()
            if counter.requestCount > before { asked.append(counter.team.now) }
            counter.team.pass(1_000)
        }
        #expect(try counter.state(reply) == .delivered && asked.count == 4)
        let waits = zip(asked, asked.dropFirst()).map { $1 - $0 }
        #expect(waits.count == 3 && waits[0] >= 6_000 && waits[1] >= 12_000 && waits[2] >= 24_000)
        try counter.checkAll()
    }

    @Test func `a fault that does not pass fails after eight times`() throws {
        let counter = try Counter(#"{"answer":"refuse","code":131000}"#)
        let reply = try counter.reply("Three are left.")
        for _ in 0..<40 {
            _ = try counter.round()
            counter.team.pass(300_000)
        }
        #expect(try counter.state(reply) == .failed && counter.requestCount == Int(DispatchRule.attempts))
        try counter.checkAll()
    }

    @Test func `an account that does not work holds the reply and fails nothing`() throws {
        let counter = try Counter(#"{"answer":"refuse","code":190,"times":3}"#)
        let reply = try counter.reply("Three are left.")
        for _ in 0..<6 {
            _ = try counter.round()
            counter.team.pass(60_000)
        }
        #expect(try counter.holdReason(reply) == .channelDown && counter.requestCount == 3)
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(2)
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `a channel that was taken away holds what was to go out there`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.team.write("maya") { _ = try $0.removeChannel("Shop") }
        try counter.team.syncAll()
        try counter.rounds(2)
        #expect(try counter.holdReason(reply) == .channelDown && counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `a text that has become too long for its channel is held as unsupported`() throws {
        let counter = try Counter()
        let sender = Element(
            basis: .everything,
            fields: [
                .init(1, .integer(Sender.agent.rawValue)), .init(2, .integer(MessageKind.text.rawValue)),
                .init(3, .text(String(repeating: "x", count: 4_097))),
            ])
        let field = InboxSchema.conversation.field(named: "message").number
        let change = try counter.team.force(
            "maya", Operation(field: field, action: .append(sender)), on: counter.conversation)
        try counter.team.sync("maya")
        try counter.rounds(1)
        #expect(
            try counter.holdReason(ElementID(change: change.id, body: 0, operation: 0)) == .unsupported)
        #expect(counter.requestCount == 0)
    }

    @Test func `two who start the same follow-up offline begin one conversation, and the second template is held`()
        throws
    {
        let counter = try Counter()
        try counter.team.join("messenger gateway", as: .gateway)
        try counter.team.syncAll()
        let messenger = try counter.team.write("messenger gateway") { [ids = counter.team.ids] in
            try $0.openChannel(.messenger, name: "Page", account: "99", ids: ids)
        }
        try counter.team.bring(
            "text", "Hello", from: "psid 1", phone: "+12025550142", providerID: "m 1", by: "messenger gateway",
            on: .messenger)
        try counter.team.syncAll()
        _ = try filled(counter)
        try counter.rounds(1)
        let old = counter.team.ids.conversation(account: messenger, customer: "psid 1")
        let order = InboxWriter.TemplateOrder(
            template: "hi", language: nil, values: try TemplateValues(arguments: ["1=Ben"]))
        var replies: [ElementID] = []
        for name in ["jonas", "leila"] {
            let next = try counter.team.write(name) {
                try $0.followUp(old.text, account: nil, ids: counter.team.ids)
            }.1
            try counter.team.show(next, to: name)
            replies.append(
                try counter.team.write(name) { try $0.reply(to: next.text, filling: order, seen: nil) }.message)
        }
        try counter.team.syncAll()
        try counter.rounds(3)
        #expect(counter.received == ["Anna", "Ben"])
        #expect(try counter.state(replies[0]) == .delivered)
        #expect(try counter.holdReason(replies[1]) == .collision)
        try counter.checkAll()
    }
}
