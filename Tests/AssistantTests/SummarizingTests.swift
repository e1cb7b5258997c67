import Inbox
import Testing

@testable import Assistant

/// The five parts of a summary, in the words of those who said them.
struct SummarizingTests {
    @Test func `each part has what was said of it`() {
        let turn = BuiltInAssistant().answer(
            Situations.of(
                "C: Hi! We are looking for twelve pendant lamps. The old ones are broken.",
                "C: What is the price of the Halo lamp?",
                "A: The Halo costs 89 euros.", "C: Please send me a sample of the Halo. Is it dimmable?", waiting: 1))
        #expect(turn.summary?.topics == ["Price of the Halo pendant lamp"])
        #expect(turn.summary?.pains == ["We are looking for twelve pendant lamps.", "The old ones are broken."])
        #expect(turn.summary?.products == ["Halo"])
        #expect(turn.summary?.nextSteps == ["Please send me a sample of the Halo."])
        #expect(turn.summary?.openQuestions == ["Is it dimmable?"])
    }

    @Test func `a part keeps the last five entries, each once and cut to fit`() {
        let lines = (1...9).map { "C: The lamp \($0) is broken." } + ["C: The lamp 9 is broken."]
        var situation = Situations.of("C: x")
        situation.messages = lines.flatMap { Situations.of($0).messages }
        situation.messages += Situations.of("C: " + String(repeating: "broken ", count: 60)).messages
        let pains = Summarizing(situation, topics: []).draft.pains
        #expect(pains.count == 5)
        #expect(pains.dropLast() == (6...9).map { "The lamp \($0) is broken." }[...])
        #expect(pains.allSatisfy { $0.count <= Summarizing.lengthLimit })
    }

    @Test func `it is written in the shape that is read, with what the score is made of`() throws {
        var draft = SummaryDraft()
        (draft.topics, draft.nextSteps, draft.openQuestions) = (["a \"b\""], ["c"], ["d"])
        let json = draft.json(score: .init(24, signals: [ScoreSignal("price", 20, evidence: "how much")]))
        let value = try #require(JSONValue(json: Array(json.utf8)))
        #expect(
            value.canonicalText == """
                {"next_steps":["c"],"open_questions":["d"],"pains":[],"products":[],"score":{"signals":[\
                {"evidence":"how much","name":"price","points":20}],"value":24},"topics":["a \\"b\\""]}
                """)
    }

    @Test func `sentences end at a full stop before a blank, and questions are known by mark or first word`() {
        let sentences = Sentence.all(in: "It weighs 3.5 kg. See example.com now! how much is it\n¿Y cuándo? ")
        #expect(sentences.map(\.text) == ["It weighs 3.5 kg.", "See example.com now!", "how much is it", "¿Y cuándo?"])
        #expect(sentences.map(\.isQuestion) == [false, false, true, true])
        #expect(Sentence.all(in: "営業時間は？ありがとう。").map(\.isQuestion) == [true, false])
        #expect(Sentence.all(in: " \n?!. ").isEmpty)
    }
}
