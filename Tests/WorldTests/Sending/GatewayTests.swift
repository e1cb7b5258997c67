import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import TestSupport
import Testing

/// Gateways that are two, slow, stolen or restored, and relays that forget.
struct GatewayTests {
    @Test func `of two gateways started by mistake one sends, and the other is told who has the lease`() throws {
        let counter = try Counter()
        try counter.addGateway("second")
        try counter.reply("Three are left.")
        #expect(try counter.round().dispatched == 1)
        #expect(throws: GatewayFailure.self) { try counter.round("second") }
        // Once the first is silent for long enough, the second takes over and has nothing to do.
        counter.team.pass(30_000)
        #expect(try counter.round("second").dispatched == 0)
        #expect(throws: GatewayFailure.self) { try counter.round() }
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `a gateway that sleeps past its lease while it bids sends nothing, and the one that took over does`()
        throws
    {
        let counter = try Counter()
        try counter.addGateway("second")
        try counter.reply("Three are left.")
        try counter.onSync { number in
            guard number == 2 else { return }
            counter.team.pass(30_001)
            let report = try counter.round("second")
            #expect(report.dispatched == 1)
        }
        let report = try? counter.round()
        #expect((report?.dispatched ?? 0) == 0 && counter.requestCount == 1)
        try counter.rounds(3, "second")
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `a grant that comes later than ten seconds after it was asked for is not used, and asked for anew`()
        throws
    {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.onSync { if $0 == 2 { counter.team.pass(10_001) } }
        let report = try counter.round()
        #expect(report.postponed == 1)
        try counter.rounds(2)
        #expect(try counter.state(reply) == .delivered && counter.requestCount == 1)
        #expect(try counter.outbox(reply).outbox.attempt == 2)
        try counter.checkAll()
    }

    @Test func `on a line so slow that every grant comes too late a round ends all the same, and nothing is sent`()
        throws
    {
        struct Endless: Error {}
        let counter = try Counter()
        try counter.reply("Three are left.")
        try counter.onSync { number in
            if number > 40 { throw Endless() }
            counter.team.pass(10_001)
        }
        #expect(try counter.round().dispatched == 0)
        #expect(counter.requestCount == 0)
    }

    @Test func `a bid that somebody's note overtakes is decided anew in the same round`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.onSync { number in
            if number == 2 { try counter.look("jonas") { _ = try $0.note(on: counter.id, "a regular") } }
        }
        #expect(try counter.round().dispatched == 1)
        #expect(try counter.state(reply) == .sent && counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `what was queued before the relay forgot is held until a person says so, what is queued since is sent`()
        throws
    {
        let counter = try Counter()
        try counter.reply("Hello Anna")
        try counter.rounds(1)
        let before = try counter.reply("Three are left.")
        counter.team.pass(600_000)
        counter.team.relay.steadySince = counter.team.now
        counter.team.pass(1_000)
        _ = try counter.round()
        #expect(try counter.holdReason(before) == .relayRestored && counter.requestCount == 1)
        try counter.look { try $0.release(before.text, seen: nil) }
        try counter.rounds(1)
        #expect(counter.received == ["Hello Anna", "Three are left."])
        // By then no clock can have been so far ahead.
        counter.team.pass(Replica.earliness)
        try counter.reply("Shall I keep one?")
        try counter.rounds(1)
        #expect(counter.received == ["Hello Anna", "Three are left.", "Shall I keep one?"])
        try counter.checkAll()
    }

    /// First met in a random world: the assistant's clock was a minute ahead, and the message seemed to be newer.
    @Test func `what an author queued whose clock is ahead may have been sent before the relay forgot, and is held`()
        throws
    {
        let counter = try Counter()
        try counter.reply("Hello Anna")
        try counter.rounds(1)
        counter.team.pass(600_000)
        let reply = try counter.reply("Three are left.")
        counter.team.relay.steadySince = counter.team.now - 60_000
        _ = try counter.round()
        #expect(try counter.holdReason(reply) == .relayRestored && counter.requestCount == 1)
    }

    @Test func `what somebody wrote who was cut off before it went out is held`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", by: "leila")
        try counter.team.syncAll()
        try counter.team.revoke(counter.team["leila"].id.device, by: "maya")
        try counter.team.sync("maya")
        _ = try counter.round()
        let item = try counter.team["maya"].read { try OutboxReader($0).item(reply.text) }
        #expect(counter.requestCount == 0)
        try counter.team.sync("maya")
        let now = try counter.team["maya"].read { try OutboxReader($0).item(reply.text) }
        #expect(now.outbox.state == .held && now.outbox.reason == .authorRevoked, "\(item.outbox)")
    }

    @Test func `a gateway that notes the last number of an attempt there is stops nobody`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        let element = Element(fields: [
            .init(1, .bytes(reply.bytes)), .init(2, .integer(DeliveryEvent.abandoned.rawValue)), .init(3, .text("4")),
            .init(7, .integer(.max)),
        ])
        let field = InboxSchema.conversation.field(named: "delivery").number
        try counter.team.sync("gateway")
        try counter.team.force(
            "gateway", Operation(field: field, action: .append(element)), on: counter.conversation)
        try counter.team.syncAll()
        _ = try counter.round()
        let other = try counter.asks("And the chair?", from: "ben")
        try counter.team.show(other, to: "maya")
        try counter.reply("It is.", in: other)
        try counter.rounds(1)
        #expect(counter.received == ["It is."])
    }
}
