import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import TestSupport
import Testing

/// Replies that somebody was quicker than: the customer, a colleague, the assistant, the business phone.
struct MovedTests {
    @Test func `the customer wrote while the author was offline: held, with the message attached, until they look`()
        throws
    {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        try counter.asks("In green, I mean.")
        _ = try counter.round()
        let item = try counter.outbox(reply)
        #expect(item.outbox.state == .held && item.outbox.reason == .conversationMoved)
        let question = try counter.team.message("In green, I mean.", in: counter.conversation, on: "maya").id
        #expect(item.unseen == [question])
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(1)
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `what is said after a release holds the reply again`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        try counter.asks("In green, I mean.")
        _ = try counter.round()
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.asks("Or in blue.")
        _ = try counter.round()
        #expect(try counter.holdReason(reply) == .conversationMoved && counter.requestCount == 0)
    }

    @Test func `what was ordered beforehand is done: sent anyway, or dropped where the customer wrote`() throws {
        let counter = try Counter()
        let anyway = try counter.reply("We close at six.", terms: .init(sendsAnyway: true), isOffline: true)
        let ifNot = try counter.reply("Still there?", by: "jonas", terms: .init(dropsIfMoved: true), isOffline: true)
        try counter.asks("In green, I mean.")
        try counter.rounds(2)
        #expect(counter.received == ["We close at six."])
        #expect(try counter.state(anyway) == .delivered)
        let dropped = try counter.outbox(ifNot).outbox
        #expect(dropped.state == .cancelled && dropped.reason == .conversationMoved && dropped.isSettled)
        try counter.checkAll()
    }

    @Test func `receipts, notes, labels and who works on it hold nothing back`() throws {
        let counter = try Counter()
        try counter.reply("Three are left.")
        _ = try counter.round()
        try counter.team.syncAll()
        try counter.team.show(counter.conversation, to: "maya")
        let second = try counter.reply("Shall I keep one?", isOffline: true)
        try counter.look("jonas") {
            _ = try $0.note(on: counter.id, "a regular")
            _ = try $0.addLabels(["vip"], to: counter.id)
            _ = try $0.takeOver(counter.id)
        }
        try counter.team.sync("maya")
        try counter.rounds(2)
        #expect(try counter.state(second) == .delivered)
        #expect(counter.received == ["Three are left.", "Shall I keep one?"])
        try counter.checkAll()
    }

    @Test func `the assistant answered meanwhile: held, and what it said is attached`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        let answer = try counter.reply("Yes, in stock.", by: "assistant")
        _ = try counter.round()
        #expect(counter.received == ["Yes, in stock."])
        try counter.team.sync("maya")
        try counter.rounds(2)
        let item = try counter.outbox(reply)
        #expect(item.outbox.reason == .aiAnswered && item.unseen == [answer])
        #expect(counter.received == ["Yes, in stock."])
        try counter.checkAll()
    }

    /// The relay gets it before the gateway's bid for the assistant's answer, and after the gateway has decided.
    @Test(arguments: ["reply", "pause", "take over", "customer", "phone"])
    func `whatever a person or the customer does while the assistant's answer is being sent stops it`(deed: String)
        throws
    {
        let counter = try Counter()
        try counter.reply("Yes, in stock.", by: "assistant")
        try counter.onSync { count in
            guard count == 2 else { return }
            switch deed {
            case "reply": try counter.reply("Let me look.")
            case "pause": try counter.look { try $0.pauseAI(counter.id) }
            case "take over": try counter.look { try $0.takeOver(counter.id) }
            case "customer": try counter.team.receive("In green, I mean.")
            default:
                try counter.team.bring("text", "Anna, it is me", about: nil, sender: "phone", providerID: "echo 1")
            }
        }
        try counter.rounds(3)
        #expect(!counter.received.contains("Yes, in stock."))
        try counter.checkAll()
    }

    @Test func `of two who answered the same question offline the first is sent and the second held for it`() throws {
        for order in [["jonas", "leila"], ["leila", "jonas"]] {
            let counter = try Counter()
            let replies = try order.map { try counter.reply("By \($0)", by: $0, isOffline: true) }
            for name in order { try counter.team.sync(name) }
            try counter.rounds(3)
            // The one who wrote first, not the one whose laptop was online first.
            let first = counter.received
            #expect(first == ["By \(order[0])"])
            let item = try counter.outbox(replies[1], on: order[1])
            #expect(item.outbox.state == .held && item.outbox.reason == .collision && item.unseen == [replies[0]])
            try counter.checkAll()
        }
    }

    @Test func `a reply typed on the business phone holds a person's and lets go the assistant's`() throws {
        let counter = try Counter()
        let person = try counter.reply("Three are left.", isOffline: true)
        let answer = try counter.reply("Yes, in stock.", by: "assistant", isOffline: true)
        try counter.team.bring("text", "Yes, Anna!", sender: "phone", providerID: "echo 1")
        try counter.team.syncAll()
        try counter.rounds(2)
        #expect(try counter.holdReason(person) == .collision)
        let dropped = try counter.outbox(answer).outbox
        #expect(dropped.state == .cancelled && dropped.reason == .personActed)
        #expect(counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `what the customer corrected or took back after it was read holds the answer to it`() throws {
        for kind in ["edit", "revocation"] {
            let counter = try Counter()
            let reply = try counter.reply("Three are left.", isOffline: true)
            try counter.team.bring(kind, "Is the chair in stock?", about: "wamid.1", providerID: "wamid.\(kind)")
            try counter.team.syncAll()
            _ = try counter.round()
            #expect(try counter.holdReason(reply) == .conversationMoved, "\(kind)")
            #expect(counter.requestCount == 0)
        }
    }

    @Test func `closed together with an own reply: closed once that is sent, and open as long as it is held`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        try counter.team.write("maya") { _ = try $0.close(counter.id, seen: nil) }
        try counter.asks("In green, I mean.")
        _ = try counter.round()
        #expect(try counter.holdReason(reply) == .conversationMoved)
        #expect(try counter.team["jonas"].detail(counter.conversation, now: Int64(counter.team.now)).status != .closed)
        let second = try Counter()
        try second.reply("Three are left.", isOffline: true)
        try second.team.write("maya") { _ = try $0.close(second.id, seen: nil) }
        try second.team.sync("maya")
        try second.rounds(1)
        try second.team.syncAll()
        #expect(try second.team["jonas"].detail(second.conversation, now: Int64(second.team.now)).status == .closed)
    }

    @Test func `an answer of the assistant's that comes too late, as after a long sync, is let go`() throws {
        let counter = try Counter()
        let answer = try counter.reply("Yes, in stock.", by: "assistant", isOffline: true)
        counter.team.pass(UInt64(DispatchRule.assistantsPatience) + 1_000)
        try counter.team.sync("assistant")
        try counter.rounds(2)
        let outbox = try counter.outbox(answer).outbox
        #expect(outbox.state == .cancelled && outbox.reason == .stale && counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `what the assistant wrote and a person puts other words to is that person's`() throws {
        let counter = try Counter()
        let answer = try counter.reply("Yes, in stock.", by: "assistant", isOffline: true)
        counter.team.pass(UInt64(DispatchRule.assistantsPatience) + 1_000)
        try counter.team.sync("assistant")
        _ = try counter.round()
        var edited: ElementID?
        try counter.look { edited = try $0.edit(answer.text, to: "Yes, three of them.", seen: nil).message }
        try counter.rounds(1)
        let item = try counter.outbox(try #require(edited))
        #expect(item.sender == .agent && item.author == "maya" && item.outbox.state == .delivered)
        #expect(counter.received == ["Yes, three of them."])
        try counter.checkAll()
    }
}
