import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import TestSupport
import Testing

/// Replies that were written inside the window, and what becomes of them outside it.
struct WindowSendingTests {
    private let day: UInt64 = 86_400_000

    @Test func `a reply composed inside the window and sent after it closed is held, and nobody is asked`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        counter.team.pass(day - 60_000)
        #expect(try counter.round().held == 0)
        try counter.team.sync("maya")
        let report = try counter.round()
        #expect(report.held == 1 && report.dispatched == 0 && counter.requestCount == 0)
        #expect(try counter.holdReason(reply) == .windowClosed)
        // It stays so, round after round, and also once the customer has written again.
        try counter.asks("Hello?")
        try counter.rounds(2)
        #expect(try counter.holdReason(reply) == .windowClosed && counter.requestCount == 0)
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(1)
        #expect(try counter.state(reply) == .delivered && counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `in the window's last minute a reply is held already`() throws {
        for (early, reason) in [(UInt64(60_100), nil), (59_000, OutboxReason.windowClosed)] {
            let counter = try Counter()
            let reply = try counter.reply("Three are left.")
            counter.team.pass(UInt64(Team.now) + day - early - counter.team.now)
            _ = try counter.round()
            #expect(try counter.holdReason(reply) == reason)
        }
    }

    @Test func `the customer wrote again after the window had closed: the reply is held for that, not for the window`()
        throws
    {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        counter.team.pass(day)
        let question = try counter.asks("And in green?")
        _ = try counter.round()
        #expect(question == counter.conversation)
        #expect(try counter.holdReason(reply) == .conversationMoved && counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `the provider says closed where we said open: held, not tried again, and sent once a person says so`()
        throws
    {
        let counter = try Counter(#"{"nth":1,"answer":"window-closed"}"#)
        let reply = try counter.reply("Three are left.")
        #expect(try counter.round().held == 1)
        #expect(try counter.holdReason(reply) == .windowClosed)
        try counter.rounds(3)
        #expect(counter.requestCount == 1)
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(2)
        #expect(counter.requestCount == 2 && counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `a customer's message that came a day late opens the window for what is left of it`() throws {
        let counter = try Counter()
        try counter.asks("And the chair?", from: "ben", at: counter.team.now - day + 120_000)
        let late = counter.team.ids.conversation(
            account: try counter.team["maya"].read { try ChannelReader($0).all().first?.id } ?? counter.conversation,
            customer: "ben")
        try counter.team.show(late, to: "maya")
        let reply = try counter.reply("It is.", in: late)
        counter.team.pass(60_000)
        _ = try counter.round()
        #expect(try counter.holdReason(reply) == .windowClosed && counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `how long the window is, is the channel's; and a reaction does not make it longer`() throws {
        let counter = try Counter(window: .max)
        try counter.team.setPolicy { ($0.window, $0.patience) = (.own(3 * 1_440), .own(0)) }
        try counter.team.syncAll()
        let first = try counter.reply("Three are left.")
        counter.team.pass(3 * day - 120_000)
        try counter.rounds(1)
        #expect(try counter.state(first) == .delivered)
        try counter.team.bring("reaction", "👍", about: "wamid.1", providerID: "reaction 1")
        try counter.team.syncAll()
        try counter.team.show(counter.conversation, to: "maya")
        let second = try counter.reply("Shall I keep one?")
        counter.team.pass(120_000)
        try counter.rounds(1)
        let outbox = try counter.outbox(second)
        #expect(outbox.outbox.reason == .windowClosed, "\(outbox)")
        try counter.checkAll()
    }

    @Test func `a laptop whose clock is hours behind takes the window for open, and the relay's time holds its reply`()
        throws
    {
        let counter = try Counter()
        let behind = counter.team.now
        counter.team.pass(day)
        let written = try counter.team["leila"].transact(now: behind) {
            try InboxWriter($0).reply(to: counter.id, with: "Three are left.", seen: nil)
        }
        try counter.team.sync("leila")
        _ = try counter.round()
        #expect(try counter.holdReason(written.message) == .windowClosed && counter.requestCount == 0)
        try counter.checkAll()
    }
}
