import Inbox
import Testing

@testable import Assistant

/// The product's own example: a customer who means it, qualified by the assistant alone.
struct LeadQualificationTests {
    /// What a café's owner writes, a message a minute.
    static let messages = [
        "Hi! We are furnishing a small café and looking for pendant lamps.",
        "How much is the Halo pendant lamp?",
        "Great, that fits our plans. What are the delivery times for shipping twelve?",
        "Good. How do returns and refunds work?",
        "Perfect. I will talk to my partner tonight.",
    ]

    /// With the price as customers ask for it.
    static let articles =
        Lamps.articles.filter { $0.title != "Price of the Halo pendant lamp" } + [
            Lamps.article(9, "How much is the Halo pendant lamp?", "The Halo pendant lamp costs 89 euros.")
        ]

    @Test func `a conversation about price and delivery ends at 85, with an interested lead`() throws {
        let shop = try Shop(articles: Self.articles)
        var conversation = try shop.receive(Self.messages[0])
        for message in Self.messages.dropFirst() {
            shop.pass(seconds: 10)
            try shop.round()
            try shop.sendAll(in: conversation)
            shop.pass(seconds: 50)
            conversation = try shop.receive(message)
        }
        shop.pass(seconds: 10)
        let outcome = try #require(try shop.round().first)
        let detail = try shop.detail(conversation)
        #expect((detail.lead?.score, detail.lead?.status) == (85, "interested"))
        #expect(detail.lead?.scoreBand == .veryHigh)
        #expect(
            outcome.turn?.score?.signals.map { "\($0.name) \($0.points)" } == [
                "messages 20", "price 20", "timeline 15", "questions 9", "need 8", "went on 5", "welcomed an answer 8",
            ])
        #expect(
            try shop.replies(in: conversation)
                == [Self.articles.last, Lamps.articles[1], Lamps.articles[2]].map { $0?.text })
        #expect(detail.status == .active)
        #expect(detail.summary?.openQuestions == [])
        #expect(detail.summary?.nextSteps == ["I will talk to my partner tonight."])
    }
}
