import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import Storage
import Testing

@testable import Assistant

/// Each reason for silence, as the tables of a replica come to tell it. The rule itself: ``TurnRuleTests``.
struct SilenceTests {
    private let shop: Shop
    private let conversation: RootID

    /// Anna has asked something that the assistant knows, ten seconds ago.
    init() throws {
        shop = try Shop()
        conversation = try shop.receive("What are your opening hours?")
        shop.pass(seconds: 10)
    }

    @Test func `nothing stands in the way of the first answer`() throws {
        #expect(try shop.decision(conversation) == .answer)
    }

    @Test func `a conversation without a customer's message asks nothing`() throws {
        let other = try shop.receive("Hello from the shop", from: "ben", sender: "phone")
        #expect(try shop.decision(other) == .silent(.nothingAsked))
    }

    @Test func `an imported conversation is history`() throws {
        let line = """
            {"id":"old","channel":"whatsapp","customer":{"name":"Ben","username":"ben","email":null,"phone":null},\
            "subject":null,"status":null,"messages":[{"id":"m1","from":"customer","author":"Ben",\
            "text":"What are your opening hours?","at":"\(Instant.text(milliseconds: Int64(shop.now)))"}],"labels":[],"source":"x"}
            """
        let ids = NaturalID(secret: [UInt8](repeating: 9, count: 32))
        let conversation = try ImportedConversation(line: Array(line.utf8))
        try shop.write("maya") { _ = try $0.importConversation(conversation, ids: ids) }
        try shop.syncAll()
        #expect(try shop.decision(ids.importedConversation(channel: "whatsapp", id: "old")) == .silent(.imported))
        #expect(try shop.round().count == 2)
    }

    @Test func `a person's reply that is queued is waited for, one that was sent is an answer, a failed one neither`()
        throws
    {
        try shop.write("jonas") { _ = try $0.reply(to: conversation.text, with: "Nine to six.", seen: nil) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.personReplies))
        try shop.tell(.sent, of: "Nine to six.", in: conversation)
        #expect(try shop.decision(conversation) == .silent(.answered(by: .agent)))
        try shop.tell(.failed, of: "Nine to six.", in: conversation)
        #expect(try shop.decision(conversation) != .silent(.answered(by: .agent)))
    }

    @Test func `a reply typed on the business phone is an answer`() throws {
        try shop.receive("Nine to six!", sender: "phone")
        #expect(try shop.decision(conversation) == .silent(.answered(by: .phone)))
    }

    @Test func `a person's answer to an earlier message pauses it, also when the customer writes again`() throws {
        try shop.write("jonas") { _ = try $0.reply(to: conversation.text, with: "Nine to six.", seen: nil) }
        try shop.syncAll()
        try shop.tell(.sent, of: "Nine to six.", in: conversation)
        shop.pass(seconds: 60)
        try shop.receive("And on Saturday? What are the opening hours?")
        shop.pass(seconds: 10)
        #expect(try shop.decision(conversation) == .silent(.paused(.reply)))
    }

    @Test func `a note is no answer, and neither is a reaction`() throws {
        try shop.write("jonas") { _ = try $0.note(on: conversation.text, "Who takes this?") }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .answer)
    }

    @Test func `a closed conversation is done, until the customer writes again`() throws {
        try shop.write("jonas") { _ = try $0.close(conversation.text, seen: nil) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.closed))
        try shop.receive("What are the shipping costs?")
        shop.pass(seconds: 10)
        #expect(try shop.decision(conversation) == .answer)
    }

    @Test func `a pause by hand and an escalation silence it, a resume ends that`() throws {
        try shop.write("jonas") { _ = try $0.pauseAI(conversation.text) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.paused(.manual)))
        try shop.write("jonas") { _ = try $0.resumeAI(conversation.text) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .answer)
        try shop.write("jonas") { _ = try $0.escalate(conversation.text) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.paused(.escalation)))
    }

    @Test func `who is assigned deals with it, unless it is the assistant itself`() throws {
        let (jonas, assistant) = (try shop.person("jonas"), try shop.person("assistant"))
        try shop.write("maya") { _ = try $0.assign(conversation.text, to: jonas) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .silent(.assigned))
        try shop.write("maya") { _ = try $0.assign(conversation.text, to: assistant) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .answer)
    }

    @Test func `a window that has closed is the channel's, not a constant`() throws {
        var patch = ChannelPatch()
        patch.window = .own(5)
        let ids = NaturalID(secret: [UInt8](repeating: 9, count: 32))
        try shop.write("maya") { _ = try $0.setChannel("Shop", patch, ids: ids) }
        try shop.syncAll()
        #expect(try shop.decision(conversation) == .answer)
        shop.pass(seconds: 5 * 60)
        #expect(try shop.decision(conversation) == .silent(.windowClosed))
    }

    @Test func `after a long absence old messages are left to people, by the provider's time`() throws {
        let old = try shop.receive("What are your opening hours?", from: "ben", at: shop.now - 16 * 60_000)
        #expect(try shop.decision(old) == .silent(.tooOld))
        #expect(try !shop.round().contains { $0.conversation == old }, "it is not even looked at")
    }

    @Test func `a message that comes in below an answer that has gone out is late`() throws {
        let asked = shop.now - 5_000
        try shop.round()
        let answer = try #require(try shop.replies(in: conversation).first)
        try shop.tell(.sent, of: answer, in: conversation)
        try shop.receive("And the shipping costs?", at: asked)
        shop.pass(seconds: 10)
        #expect(try shop.decision(conversation) == .silent(.arrivedLate))
    }

    @Test func `in a web chat the assistant answers, where no person may`() throws {
        let shop = try Shop(on: .webChat)
        let conversation = try shop.receive("What are your opening hours?")
        shop.pass(seconds: 10)
        #expect(try shop.decision(conversation) == .answer)
        try shop.round()
        #expect(try shop.replies(in: conversation) == [Lamps.articles[0].text])
    }

    @Test func `recent conversations are found by the cards' index, and what a customer wrote by the messages'`() throws
    {
        let plan = try shop["assistant"].read { database in
            var statements: Set<String> = []
            database.trace { event in
                if case .statement(let statement) = event, statement.sql.contains("FROM card") {
                    statements.insert(statement.sql)
                }
            }
            _ = try RecentConversations.since(Int64(Shop.start), in: database)
            database.trace(options: [], nil)
            return try statements.flatMap { sql in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { ($0["detail"] as String?) ?? "" }
            }
        }
        #expect(plan.contains { $0.hasPrefix("SEARCH card USING") && $0.contains("card_order") }, "\(plan)")
        #expect(plan.contains { $0.hasPrefix("SEARCH m USING") && $0.contains("position>?") }, "\(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}

extension Shop {
    func person(_ name: String) throws -> ChangeID {
        guard let member = try self[name].member(self[name].id.device) else { throw StorageFailure.notAMember }
        return member.person
    }
}
