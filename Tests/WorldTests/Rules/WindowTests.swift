import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Whether one may write to a customer, and what there is to do where one may not.
struct WindowTests {
    /// In minutes.
    private static let day: Int64 = 24 * 60

    @Test func `one may write for 24 hours after the customer did, less a minute to be safe`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?", at: UInt64(minute(-60)))
        try team.syncAll()
        let end = minute(-60 + Self.day)
        for replica in team.replicas {
            #expect(try replica.detail(conversation, now: end - 60_001).window == .open(until: end))
            for time in [end - 60_000, end, end + 1] {
                let detail = try replica.detail(conversation, now: time)
                #expect(detail.window == .closed(since: end))
                #expect(detail.offers == [.template, .wait])
            }
        }
    }

    @Test func `the window counts from when the customer wrote, however late the message arrives`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                let name = tale.customer + " too"
                try team.receive("Hello?", from: name, at: UInt64(minute(1 - Self.day)))
                try team.receive("Still there?", from: name + ", later", at: UInt64(minute(2 - Self.day)))
            }, .by("leila") { try $0.note(on: $1.id, "a note") })
        _ = try story.happen()
        try story.team.syncAll()
        let details = try story.team["jonas"].cards().map { try story.team["jonas"].detail($0.id, now: minute(1)) }
        #expect(
            details.filter { $0.messages.last?.text == "Hello?" }.allSatisfy { $0.window == .closed(since: minute(1)) })
        #expect(details.filter { $0.messages.last?.text == "Still there?" }.allSatisfy { !$0.window.isOpen })
        #expect(details.filter { $0.window.isOpen }.count == story.tales.count)
    }

    @Test func `a reaction, a correction or taking a message back opens no window; a pressed button does`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?", providerID: "first", at: UInt64(minute(-60)))
        for (number, kind) in ["reaction", "edit", "revocation"].enumerated() {
            try team.bring(
                kind, "x", about: "first", providerID: "later \(number)", at: UInt64(minute(-10 + Int64(number))))
        }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).window == .open(until: minute(-60 + Self.day)))
        }
        try team.bring("button_reply", "Yes", providerID: "button", at: UInt64(minute(-5)))
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).window == .open(until: minute(-5 + Self.day)))
        }
    }

    @Test func `what the team or the phone writes opens no window`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Is the lamp in stock?", at: UInt64(minute(-60)))
        try team.syncAll()
        try team.write("jonas") { try $0.reply(to: conversation.text, with: "Three are left.", seen: nil) }
        try team.bring("text", "Call me.", sender: "phone", providerID: "phone")
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).window == .open(until: minute(-60 + Self.day)))
        }
    }

    @Test(arguments: ["maya", "jonas"])
    func `of two who set a channel's window at once the later has it, for every conversation there`(later: String)
        throws
    {
        let setting = { (name: String, days: Int64) in
            Meanwhile.Deed(name: name) { team, tale in
                guard tale.order.first == "leila", tale.last == later else { return }
                try team.setPolicy(by: name) { $0.window = .own(days * Self.day) }
            }
        }
        let story = try Meanwhile(
            setting("maya", 7), setting("jonas", 0), .by("leila") { try $0.note(on: $1.id, "a note") })
        let everyone = try story.happen()
        try everyone.see(at: minute(6 * Self.day)) { detail, _ in detail.window.isOpen }
        try everyone.see(at: minute(8 * Self.day)) { detail, _ in
            later == "jonas" ? detail.window == .unlimited : !detail.window.isOpen
        }
    }

    @Test(arguments: [
        (ChannelKind.whatsapp, [WindowOffer.template, .wait], [WindowOffer.template, .wait]),
        (.messenger, [.wait], [.followUp, .wait]), (.instagram, [.wait], [.followUp, .wait]),
        (.webChat, [], [.followUp]), (.whatsappDirect, [], []),
    ])
    func `each channel offers what can be done there, and WhatsApp where the customer has a phone`(
        kind: ChannelKind, withoutPhone: [WindowOffer], withPhone: [WindowOffer]
    ) throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.conversation(on: kind, at: UInt64(minute(-60)))
        let closed = minute(2 * Self.day)
        let detail = try team["leila"].detail(conversation, now: closed)
        #expect(detail.offers == withoutPhone)
        let lead = try #require(detail.lead?.id)
        try team.write("leila") { try $0.setLead(lead.text, LeadPatch(phone: "+1 202 555 0142")) }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation, now: closed).offers == withPhone)
            let isOpenToday = try replica.detail(conversation).window.isOpen
            #expect(isOpenToday == (kind != .webChat))
        }
        // Without a WhatsApp account there is nothing to follow up on.
        try team.write("maya") { try $0.removeChannel("Shop") }
        if kind != .whatsapp, kind != .whatsappDirect {
            #expect(try team["maya"].detail(conversation, now: closed).offers == withoutPhone)
        }
    }

    @Test(arguments: ChannelKind.allCases)
    func `a reply that may not be sent is refused when it is written, and nothing is written`(kind: ChannelKind) throws
    {
        let team = try Team(in: TemporaryDirectory())
        try team.join("bot", as: .assistant)
        let conversation = try team.conversation(on: kind, at: UInt64(minute(-2 * Self.day)))
        let tip = try team["leila"].ownTip()
        let reply = { (name: String) in
            try team.write(name) { try $0.reply(to: conversation.text, with: "Hello", seen: nil) }
        }
        switch kind {
        case .whatsapp, .messenger, .instagram:
            let offers: [WindowOffer] = kind == .whatsapp ? [.template, .wait] : [.wait]
            #expect(throws: InboxFailure.windowClosed(since: minute(-Self.day), offers)) { try reply("leila") }
            #expect(throws: InboxFailure.windowClosed(since: minute(-Self.day), offers)) { try reply("bot") }
            #expect(try team["leila"].ownTip() == tip)
        case .webChat:
            #expect(throws: InboxFailure.notForPeople([])) { try reply("leila") }
            #expect(try team["leila"].ownTip() == tip)
            _ = try reply("bot")
        case .whatsappDirect: _ = try reply("leila")
        }
    }
}

extension Team {
    /// A customer's conversation on a channel of that kind, "Is the lamp in stock?", which everybody knows.
    func conversation(on kind: ChannelKind, at: UInt64? = nil) throws -> RootID {
        if kind == .whatsapp {
            let conversation = try receive("Is the lamp in stock?", at: at)
            try syncAll()
            return conversation
        }
        try join("other gateway", as: .gateway)
        try syncAll()
        let account = try write("other gateway") { [ids] in
            try $0.openChannel(kind, name: "Other", account: "1784", ids: ids)
        }
        try bring(
            "text", "Is the lamp in stock?", providerID: "first", at: at, by: "other gateway", on: kind)
        try syncAll()
        return ids.conversation(account: account, customer: "anna")
    }
}
