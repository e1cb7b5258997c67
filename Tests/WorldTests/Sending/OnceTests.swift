import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import TestSupport
import Testing

/// No customer gets anything twice, and nothing is lost sight of.
struct OnceTests {
    private struct Death: Error {}

    @Test func `a webhook that comes twice is one message`() throws {
        let counter = try Counter()
        let events = counter.provider.withProvider { provider in
            provider.customerWrites(from: "anna", text: "In green?", at: Team.now)
            return provider.events(until: .max)
        }
        let intake = try EventIntake(counter.team["gateway"], clock: GatewayClock(wall: { 0 }, running: { 0 }))
        #expect(try intake.take(events).stored == events.count)
        let again = try intake.take(events + events)
        #expect(again.stored == 0 && again.passedOver == 2 * events.count)
        try counter.team.syncAll()
        let texts = try counter.team["maya"].detail(counter.conversation).messages.map(\.text)
        #expect(texts.filter { $0 == "In green?" }.count == 1)
    }

    @Test func `an answer that is lost leaves a doubt, which a receipt settles; nobody is asked again`() throws {
        let counter = try Counter(#"{"answer":"none","receipts":[{"event":"delivered","after":60000}]}"#)
        let reply = try counter.reply("Three are left.")
        #expect(try counter.round().unknown == 1)
        #expect(try counter.state(reply) == .unknown)
        try counter.rounds(4)
        #expect(try counter.state(reply) == .unknown && counter.requestCount == 1)
        counter.team.pass(60_000)
        try counter.takeIn()
        #expect(try counter.state(reply) == .delivered && counter.requestCount == 1)
        try counter.checkAll()
    }

    @Test(arguments: ["none", "garbage", "huge", "slow", "status", "contradictory"])
    func `whatever is no proof leaves a doubt that no order sends again, and what follows waits for a person`(
        answer: String
    ) throws {
        let counter = try Counter(#"{"nth":1,"answer":"\#(answer)","taken":false,"receipts":[]}"#)
        let reply = try counter.reply("Three are left.")
        let second = try counter.reply("Shall I keep one?", by: "jonas")
        try counter.rounds(3)
        #expect(try counter.state(reply) == .unknown)
        #expect(throws: InboxFailure.hasLeft(.unknown)) {
            try counter.look { try $0.release(reply.text, seen: nil) }
        }
        #expect(try counter.outbox(second).behind == reply)
        #expect(try counter.state(second) == .queued && counter.requestCount == 1)
        // Somebody has asked the customer, or does not mind.
        try counter.look { try $0.drop(reply.text) }
        let noted = try counter.outbox(reply).outbox
        #expect(noted.state == .unknown && noted.isSettled)
        // Jonas had not been shown what may be on the customer's screen.
        try counter.rounds(1)
        #expect(try counter.holdReason(second) == .collision)
        try counter.look("jonas") { try $0.release(second.text, seen: nil) }
        try counter.rounds(1)
        #expect(counter.received == ["Shall I keep one?"] && counter.requestCount == 2)
        try counter.checkAll()
    }

    @Test func `what failed by a receipt had been taken, and no order sends it again, or says that it would`() throws {
        let counter = try Counter(
            #"{"answer":"none","receipts":[{"event":"failed","after":1000,"code":131026}]}"#)
        let reply = try counter.reply("Three are left.")
        try counter.rounds(1)
        #expect(try counter.state(reply) == .failed)
        #expect(throws: InboxFailure.hasLeft(.failed)) {
            try counter.look { try $0.release(reply.text, seen: nil) }
        }
        try counter.rounds(2)
        #expect(counter.requestCount == 1)
        try counter.checkAll()
    }

    @Test func `a gateway that dies between the grant and the answer leaves a doubt, and the next one does not ask`()
        throws
    {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.afterSync { if $0 == 2 { throw Death() } }
        #expect(throws: Death.self) { try counter.round() }
        counter.restart()
        #expect(try counter.round().unknown == 1)
        try counter.rounds(3)
        #expect(try counter.state(reply) == .unknown && counter.requestCount == 0)
        try counter.checkAll()
    }

    @Test func `a receipt that comes before anybody noted what became of the attempt is what became of it`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.afterSync { if $0 == 2 { throw Death() } }
        #expect(throws: Death.self) { try counter.round() }
        // What the one that died did last.
        _ = counter.provider.send(
            OutgoingMessage(to: "anna", content: .text("Three are left."), reference: reply.text))
        counter.team.pass(1_000)
        try counter.takeIn()
        #expect(try counter.state(reply) == .delivered)
        counter.restart()
        try counter.rounds(3)
        #expect(try counter.state(reply) == .delivered && counter.received.count == 1)
        try counter.checkAll()
    }

    @Test func `a gateway that dies before it has pushed its bid sends later, or leaves a doubt; never two messages`()
        throws
    {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.")
        try counter.onSync { if $0 == 2 { throw Death() } }
        #expect(throws: Death.self) { try counter.round() }
        counter.restart()
        try counter.rounds(3)
        #expect([.unknown, .delivered].contains(try counter.state(reply)) && counter.received.count <= 1)
        try counter.checkAll()
    }

    @Test func `what reaches the relay ten times is sent once`() throws {
        let counter = try Counter()
        try counter.reply("Three are left.")
        for _ in 0..<10 {
            _ = try counter.team.relay.replica.append(
                Wire.everything(of: counter.team["maya"]), now: counter.team.now)
            try counter.rounds(1)
        }
        #expect(counter.received == ["Three are left."] && counter.requestCount == 1)
        try counter.checkAll()
    }

    @Test func `receipts in any order, twice and with gaps say how far it has come, and a failure is kept beside it`()
        throws
    {
        let counter = try Counter(
            #"""
            {"nth":1,"receipts":[{"event":"read","after":0},{"event":"delivered","after":900,"times":2},{"event":"sent","after":2000}]}
            {"nth":2,"receipts":[{"event":"delivered","after":500},{"event":"failed","after":900,"code":131026}]}
            """#)
        let first = try counter.reply("Three are left.")
        _ = try counter.round()
        #expect(try counter.state(first) == .read)
        counter.team.pass(6_000)
        try counter.takeIn()
        #expect(try counter.state(first) == .read)
        let second = try counter.reply("Shall I keep one?")
        try counter.rounds(2)
        let outbox = try counter.outbox(second).outbox
        #expect(outbox.state == .delivered && outbox.code == "131026")
    }

    @Test func `after a long absence replies go out in their order, one customer's six seconds apart`() throws {
        let counter = try Counter()
        let other = try counter.asks("And the chair?", from: "ben")
        try counter.team.sync("maya")
        try counter.team.show(other, to: "maya")
        for number in 1...3 {
            try counter.reply("anna \(number)", isOffline: true)
            try counter.reply("ben \(number)", in: other, isOffline: true)
        }
        counter.team.pass(3_600_000)
        try counter.team.sync("maya")
        for _ in 0..<20 {
            let report = try counter.round()
            if let next = report.nextAt { #expect(next > Int64(counter.team.now)) }
            counter.team.pass(1_500)
        }
        for customer in ["anna", "ben"] {
            let messages = counter.provider.withProvider { $0.received.filter { $0.to == customer } }
            #expect(messages.map(\.text) == (1...3).map { "\(customer) \($0)" })
            for (earlier, later) in zip(messages, messages.dropFirst()) { #expect(later.at - earlier.at >= 6_000) }
        }
        try counter.checkAll()
    }

    @Test func `a held reply holds back what its author wrote after it, and nobody else`() throws {
        let counter = try Counter()
        let first = try counter.reply("Three are left.", isOffline: true)
        try counter.asks("In green, I mean.")
        let second = try counter.reply("Shall I keep one?", terms: .init(sendsAnyway: true), isOffline: true)
        try counter.team.sync("maya")
        try counter.team.sync("leila")
        try counter.team.show(counter.conversation, to: "leila")
        try counter.reply("Green is on its way.", by: "leila", terms: .init(sendsAnyway: true))
        try counter.rounds(2)
        #expect(counter.received == ["Green is on its way."])
        #expect(try counter.outbox(second).behind == first)
        try counter.look { try $0.drop(first.text) }
        try counter.rounds(1)
        #expect(counter.received == ["Green is on its way.", "Shall I keep one?"])
        try counter.checkAll()
    }

    @Test func `what has waited for longer than the channel's patience is held, and not sent`() throws {
        let counter = try Counter()
        try counter.team.setPolicy { $0.patience = .own(60) }
        let reply = try counter.reply("Three are left.", isOffline: true)
        counter.team.pass(3_600_100)
        try counter.team.sync("maya")
        try counter.rounds(1)
        #expect(try counter.holdReason(reply) == .stale && counter.requestCount == 0)
        try counter.look { try $0.release(reply.text, seen: nil) }
        try counter.rounds(1)
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }
}
