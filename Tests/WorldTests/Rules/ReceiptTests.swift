import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What became of a message on its way to the customer.
struct ReceiptTests {
    @Test func `receipts in whatever order, and told twice, say how far a message has come`() throws {
        let team = try Team(in: TemporaryDirectory())
        let events: [DeliveryEvent] = [.sent, .delivered, .read, .failed]
        var conversations: [RootID] = []
        for number in 0..<24 { conversations.append(try team.receive("Is it in stock?", from: "customer \(number)")) }
        try team.syncAll()
        for conversation in conversations {
            try team.write("jonas") { try $0.reply(to: conversation.text, with: "Yes", seen: nil) }
        }
        try team.syncAll()
        var states: [[DeliveryState]] = []
        for (conversation, order) in zip(conversations, events.permutations()) {
            states.append(
                try order.map { event in
                    try team.tell(event, of: "Yes", in: conversation)
                    #expect(try team.tell(event, of: "Yes", in: conversation) == nil)
                    return try #require(try team.message("Yes", in: conversation, on: "gateway").state)
                })
        }
        try team.syncAll()
        for replica in team.replicas + [try team.listener()] {
            for conversation in conversations {
                let message = try #require(try replica.detail(conversation).messages.first { $0.text == "Yes" })
                #expect(message.state == .read)
            }
        }
        // However they come, nothing that arrived is taken back, and a failure only as far as nothing arrived.
        for (order, states) in zip(events.permutations(), states) {
            for (number, state) in states.enumerated() {
                #expect(state == Self.furthest(of: order.prefix(number + 1)))
            }
        }
    }

    private static func furthest(of events: some Sequence<DeliveryEvent>) -> DeliveryState {
        let order: [(DeliveryEvent, DeliveryState)] = [
            (.read, .read), (.delivered, .delivered), (.failed, .failed), (.sent, .sent),
        ]
        return order.first { events.contains($0.0) }?.1 ?? .queued
    }

    @Test func `a failure that a delivery contradicts counts as delivered`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.tell(.failed, of: "Three are left.", in: tale.conversation, code: "131026")
                try team.tell(.delivered, of: "Three are left.", in: tale.conversation)
            }, .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.then("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        try story.happen().see { detail, _ in
            detail.messages.contains { $0.state == .delivered && $0.outbox?.code == "131026" }
        }
    }

    @Test func `a sent message stands where it was sent, for everyone, and the inbox says so too`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.tell(.sent, of: "Three are left.", in: tale.conversation, at: UInt64(minute(5)))
                try team.receive("Hello?", from: tale.customer, at: UInt64(minute(4)))
                if tale.customer == "customer 1" {
                    try team.receive("Wonderful", from: tale.customer, at: UInt64(minute(6)))
                }
            }, .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.then("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        story.team.pass(600_000)
        let everyone = try story.happen()
        try everyone.see { detail, tale in
            let texts = detail.messages.filter { $0.kind == .text }.map(\.text)
            return texts.prefix(3) == ["Is the lamp in stock?", "Hello?", "Three are left."]
                && detail.messages.contains { $0.text == "Three are left." && $0.at == minute(5) }
        }
        try everyone.seeCards { card, _, tale in
            tale.customer == "customer 1"
                ? card.preview == "Wonderful" && card.lastMessageAt == minute(6)
                : card.preview == "Three are left." && card.lastMessageAt == minute(5)
        }
    }

    @Test func `a reply by a clock that was ahead does not hide the customer's answer in the inbox`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
        let ahead = UInt64(minute(4))
        try team["jonas"].transact(now: ahead) {
            _ = try InboxWriter($0).reply(to: conversation.text, with: "Three are left.", seen: nil)
        }
        try team.syncAll()
        try team.tell(.sent, of: "Three are left.", in: conversation, at: UInt64(minute(1)))
        try team.receive("Wonderful", at: UInt64(minute(2)))
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).messages.last?.text == "Wonderful")
            let card = try #require(try replica.cards().first)
            #expect(card.preview == "Wonderful")
            #expect(card.lastMessageAt == minute(2))
        }
    }

    @Test func `of notes and of customers' messages there are no receipts`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
        try team.write("jonas") { try $0.note(on: conversation.text, "a note") }
        try team.syncAll()
        let tip = try team["gateway"].ownTip()
        for text in ["Is the lamp in stock?", "a note"] {
            #expect(throws: LineRejection.self) { try team.tell(.sent, of: text, in: conversation) }
        }
        #expect(try team["gateway"].ownTip() == tip)
        #expect(try team["gateway"].detail(conversation).messages.allSatisfy { $0.state == nil })
    }
}

extension Team {
    /// Somebody who never writes and gets everything at once, in another order, and derives it anew.
    func listener(_ name: String = "somebody") throws -> Replica {
        let listener = try stranger(name)
        for delta in try Wire.everything(of: relay.replica).reversed() { _ = try listener.append([delta], now: now) }
        try listener.rebuild()
        #expect(try listener.digest() == relay.replica.digest())
        return listener
    }
}
