import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Going on with a customer on WhatsApp.
struct FollowUpTests {
    private let team: Team
    private let conversation: RootID

    /// Anna has written on Messenger; everyone knows. There is a WhatsApp account.
    init() throws {
        team = try Team(in: TemporaryDirectory())
        conversation = try team.conversation(on: .messenger)
    }

    @Test(arguments: [["jonas", "leila"], ["leila", "jonas"]])
    func `two who follow up on WhatsApp at once begin one conversation, linked both ways, with the same lead`(
        order: [String]
    ) throws {
        try setPhone("+1 202 555 0142")
        var begun: Set<RootID> = []
        for name in order {
            begun.insert(try team.write(name) { try $0.followUp(conversation.text, account: nil, ids: team.ids) }.1)
        }
        let next = try #require(begun.first)
        #expect(begun.count == 1)
        try team.syncAll()
        let lead = try team["maya"].detail(conversation).lead?.id
        for replica in team.replicas + [try team.listener()] {
            #expect(try replica.cards().count == 2)
            let (old, new) = (try replica.detail(conversation), try replica.detail(next))
            #expect((old.links, new.links) == ([next], [conversation]))
            #expect((old.channel, new.channel) == ("messenger", "whatsapp"))
            #expect(new.lead?.id == lead && old.lead?.id == lead)
        }
        // Whoever does it again finds it done.
        let again = try team.write("maya") { try $0.followUp(conversation.text, account: "Shop", ids: team.ids) }
        #expect(again.0 == nil && again.1 == next)
    }

    @Test func `the new conversation begins outside the window, with a template`() throws {
        try setPhone("+1 202 555 0142")
        let next = try team.write("leila") { try $0.followUp(conversation.text, account: nil, ids: team.ids) }.1
        try team.syncAll()
        for replica in team.replicas {
            let detail = try replica.detail(next)
            #expect(detail.window == .closed(since: nil))
            #expect(detail.offers == [.template, .wait])
        }
        #expect(throws: InboxFailure.windowClosed(since: nil, [.template, .wait])) {
            try team.write("leila") { try $0.reply(to: next.text, with: "Hello", seen: nil) }
        }
    }

    @Test func `what the customer answers there comes into that conversation, and makes no second lead`() throws {
        try setPhone("+1 202 555 0142")
        let next = try team.write("leila") { try $0.followUp(conversation.text, account: nil, ids: team.ids) }.1
        try team.syncAll()
        try team.bring("text", "Hello on WhatsApp", from: "12025550142", providerID: "wa 1")
        try team.syncAll()
        for replica in team.replicas + [try team.listener()] {
            let detail = try replica.detail(next)
            #expect(detail.messages.map(\.text) == ["Hello on WhatsApp"])
            #expect(detail.window.isOpen)
            let leads = try replica.read { try LeadQuery().leads(in: $0) }
            #expect(leads.map(\.id) == [detail.lead?.id])
            #expect(leads.first?.conversations.count == 2)
        }
    }

    @Test func `without a phone number that can be read, or without a WhatsApp account, there is no following up`()
        throws
    {
        try team.bring(
            "text", "Hello", from: "ben", phone: "ask me", providerID: "ben 1", by: "other gateway", on: .messenger)
        try team.syncAll()
        let unreadable = team.ids.conversation(
            account: team.ids.channel(kind: "messenger", account: "1784"), customer: "ben")
        let tip = try team["leila"].ownTip()
        #expect(throws: InboxFailure.noPhone) { try followUp("leila", conversation) }
        #expect(try team["leila"].detail(unreadable).lead?.phone == "ask me")
        #expect(throws: InboxFailure.noPhone) { try followUp("leila", unreadable) }
        #expect(try team["leila"].ownTip() == tip)
        try setPhone("+1 202 555 0142")
        try team.write("maya") { try $0.removeChannel("Shop") }
        try team.syncAll()
        #expect(throws: InboxFailure.noWhatsApp) { try followUp("leila", conversation) }
        #expect(try team["leila"].ownTip() == tip)
    }

    @Test func `a conversation on WhatsApp is not followed up on itself`() throws {
        let own = try team.receive("Hello", from: "12025550142")
        try team.syncAll()
        let lead = try #require(try team["leila"].detail(own).lead?.id)
        try team.write("leila") { try $0.setLead(lead.text, LeadPatch(phone: "+1 202 555 0142")) }
        #expect(throws: InboxFailure.sameConversation) {
            try team.write("leila") { try $0.followUp(own.text, account: nil, ids: team.ids) }
        }
    }

    private func followUp(_ name: String, _ conversation: RootID) throws {
        try team.write(name) { _ = try $0.followUp(conversation.text, account: nil, ids: team.ids) }
    }

    private func setPhone(_ phone: String) throws {
        let lead = try #require(try team["maya"].detail(conversation).lead?.id)
        try team.write("maya") { try $0.setLead(lead.text, LeadPatch(phone: phone)) }
        try team.syncAll()
    }
}
