import Inbox
import Testing

@testable import Assistant

/// What the built-in assistant makes of a question, on a table of them.
struct QuestionTests {
    enum Expected: Sendable, Equatable {
        case answers(String)
        case escalates
        case silent
    }

    static let table: [(question: String, expected: Expected)] = [
        ("What are your opening hours?", .answers("Opening hours")),
        ("opening hours??", .answers("Opening hours")),
        ("Hello, when do you open? What are the opening hours on Saturday?", .answers("Opening hours")),
        ("How much is shipping?", .answers("Shipping costs and delivery times")),
        ("What are the shipping costs, and the delivery time?", .answers("Shipping costs and delivery times")),
        ("How do returns and refunds work?", .answers("Returns and refunds")),
        ("What is the price of the Halo lamp?", .answers("Price of the Halo pendant lamp")),
        ("WHAT IS THE PRICE OF THE HALO PENDANT?", .answers("Price of the Halo pendant lamp")),
        ("Wie sind Ihre Öffnungszeiten?", .answers("Öffnungszeiten")),
        ("Was sind die oeffnungszeiten am Sonntag bei euch", .silent),
        ("¿Cuál es el horario de apertura?", .answers("Horario de apertura")),
        ("ما هي ساعات العمل؟", .answers("ساعات العمل")),
        ("When will my delivery arrive?", .escalates),
        ("What are the costs of express shipping to Norway?", .escalates),
        ("How much is the Halo lamp?", .escalates),
        ("Are you hiring?", .silent),
        ("Do you sell bicycles?", .silent),
        ("Is the moon made of cheese?", .silent),
        ("asdf qwer zxcv", .silent),
        ("Thanks!", .silent),
        ("ok great, thank you so much", .silent),
        ("Hello", .silent),
        ("👍", .silent),
        ("", .silent),
    ]

    @Test(arguments: table)
    func `a question gets the article that answers it, a person, or silence`(question: String, expected: Expected) {
        let turn = BuiltInAssistant().answer(Situations.of("C: \(question)"))
        switch expected {
        case .answers(let title):
            let article = Lamps.articles.first { $0.title == title }
            #expect(turn.reply?.text == article?.text, "\(turn.escalation as Any)")
            #expect(turn.escalation == nil)
            #expect((turn.reply?.confidence ?? 0) >= BuiltInAssistant.Thresholds().answer)
        case .escalates: #expect(turn.escalation != nil, "\(turn.reply as Any)")
        case .silent: #expect(turn.reply == nil && turn.escalation == nil, "\(turn)")
        }
    }

    @Test func `two questions at once are answered in one message, and what is left stays open`() {
        let turn = BuiltInAssistant().answer(
            Situations.of(
                "C: What are your opening hours?", "C: And the shipping costs? Do you sell bicycles?", waiting: 2)
        )
        #expect(turn.reply?.text == [Lamps.articles[0], Lamps.articles[1]].map(\.text).joined(separator: "\n\n"))
        #expect(turn.summary?.openQuestions == ["Do you sell bicycles?"])
    }

    @Test func `an article in another language is no answer, whatever its words`() {
        let german = [Lamps.article(1, "Restaurant Hotel Taxi", "Restaurant Hotel Taxi", language: "de")]
        let question = "C: Where is the restaurant of the hotel, and a taxi?"
        #expect(BuiltInAssistant().answer(Situations.of(question, articles: german)).reply == nil)
        let unknown = [Lamps.article(1, "Restaurant Hotel Taxi", "Restaurant Hotel Taxi", language: nil)]
        #expect(BuiltInAssistant().answer(Situations.of(question, articles: unknown)).reply != nil)
    }

    @Test func `the customer's own words tell their language, else what the channel says`() {
        var situation = Situations.of("C: Taxi?", articles: [Lamps.article(1, "Taxi", "Taxi!", language: "de")])
        situation.customer.language = "de_AT"
        #expect(BuiltInAssistant().answer(situation).reply?.text == "Taxi!")
        situation.customer.language = "fr"
        #expect(BuiltInAssistant().answer(situation).reply == nil)
        #expect(Language.spoken(in: FoldedText("Wie viel kostet das und wann ist es da?")) == .german)
        #expect(Language.spoken(in: FoldedText("¿Cuánto cuesta y cuándo está aquí?")) == .spanish)
        #expect(Language.spoken(in: FoldedText("كم سعر المصباح؟")) == .arabic)
        #expect(Language.spoken(in: FoldedText("Taxi")) == nil)
    }

    @Test func `an article that is changed, and another language, are looked up anew`() {
        let assistant = BuiltInAssistant()
        func reply(_ question: String, _ text: String, in language: String?) -> String? {
            var situation = Situations.of("C: \(question)", articles: [Lamps.article(1, "Taxi", text, language: "de")])
            situation.customer.language = language
            return assistant.answer(situation).reply?.text
        }
        #expect(reply("Taxi?", "Ja", in: "de") == "Ja")
        #expect(reply("Taxi?", "Nein", in: "de") == "Nein")
        #expect(reply("Taxi?", "Nein", in: "fr") == nil)
        #expect(reply("Taxi?", "Nein", in: nil) == "Nein")
    }

    @Test func `who asks in vain a second time is handed over`() {
        var situation = Situations.of("C: Do you sell bicycles?", "C: Bicycles, anybody?", waiting: 2)
        situation.attempts = 2
        #expect(BuiltInAssistant().answer(situation).escalation == .unanswered(times: 2))
        situation = Situations.of("C: Thanks!", "C: Hello", waiting: 2)
        situation.attempts = 2
        #expect(BuiltInAssistant().answer(situation).escalation == nil, "courtesies ask nothing")
    }

    @Test func `who is handed over is told so in their language, in the one message of the turn`() {
        let turn = BuiltInAssistant().answer(Situations.of("C: Ich bin wütend, wann ist meine Lampe endlich da?"))
        #expect(turn.escalation == .upset("wütend"))
        #expect(turn.reply?.text == TeamWords.handOver[.german])
        for language in Language.allCases { #expect(TeamWords.handOver[language]?.isEmpty == false) }
    }
}
