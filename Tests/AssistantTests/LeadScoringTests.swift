import Inbox
import Testing

@testable import Assistant

/// How a lead is scored, signal by signal.
struct LeadScoringTests {
    private func points(_ lines: String...) -> [String: Int64] {
        var situation = Situations.of("C: x")
        situation.messages = lines.flatMap { Situations.of($0).messages }
        let signals = LeadScoring(situation).score.signals
        return Dictionary(uniqueKeysWithValues: signals.map { ($0.name, $0.points) })
    }

    static let table: [(text: String, signal: String, points: Int64)] = [
        ("How much is the Halo?", "price", 20), ("Wie viel kostet das", "price", 20), ("¿Cuánto cuesta?", "price", 20),
        ("Quanto custa?", "price", 20), ("C'est combien ?", "price", 20), ("بكم هذا؟", "price", 20),
        ("Send me your pricing", "price", 20),
        ("Is there a discount?", "discount", 10), ("What is your timeline", "timeline", 15),
        ("I want to buy two", "purchase", 20),
        ("Can we get a sample", "trial", 10), ("We are looking for lamps", "need", 8),
        ("That is too expensive", "too expensive", -10),
        ("Not interested, stop messaging me", "not interested", -40), ("This is ridiculous", "upset", -15),
    ]

    @Test(arguments: table)
    func `each signal counts as the table says`(text: String, signal: String, points expected: Int64) {
        #expect(points("C: \(text)")[signal] == expected)
    }

    @Test func `messages count four each up to five, questions three each up to three, an intent once`() {
        #expect(points("C: a")["messages"] == 4)
        #expect(points("C: a", "C: b", "C: c", "C: d", "C: e", "C: f", "C: g")["messages"] == 20)
        #expect(points("C: a? b? c? d? e?")["questions"] == 9)
        #expect(points("C: What does it cost?", "C: How much? The price?")["price"] == 20)
    }

    @Test func `what is denied is no intent, and a question is no statement of need`() {
        #expect(points("C: I don't need a discount")["discount"] == nil)
        #expect(points("C: Are you looking for staff?")["need"] == nil)
    }

    @Test func `going on after an answer of the assistant's counts, and welcoming it more`() {
        #expect(points("C: Hours?", "A: Nine to five.", "C: And Sunday?")["went on"] == 5)
        #expect(points("C: Hours?", "A: Nine to five.", "C: Perfect!")["welcomed an answer"] == 8)
        #expect(points("C: Hours?", "P: Nine to five.", "C: Perfect!")["welcomed an answer"] == nil)
    }

    @Test func `a score stays between 0 and 100, and is the sum of what explains it`() {
        var situation = Situations.of("C: not interested, this is ridiculous, too expensive")
        #expect(LeadScoring(situation).score.value == 0)
        situation.messages += (0..<5).flatMap { _ in
            Situations.of(
                "C: We need lamps. How much? Any discount? When can we buy them? Can we get a sample?", "A: Yes.",
                "C: Great!"
            ).messages
        }
        situation.messages.removeFirst()
        let score = LeadScoring(situation).score
        #expect(score.value == 100)
        #expect(score.signals.reduce(0) { $0 + $1.points } > 100)
        #expect(LeadScoring(ConversationSituation(messages: [], waiting: 0)).score == .init(0, signals: []))
    }

    @Test func `what they wrote in other conversations counts, too`() {
        var situation = Situations.of("C: Hello")
        #expect(LeadScoring(situation).score.value == 4)
        situation.elsewhere = [Situations.of("C: How much is the Halo?").messages]
        #expect(LeadScoring(situation).score.value == 4 + 4 + 20 + 3)
    }

    @Test func `a moderate score makes a new lead an interested one, and no score makes more of it`() {
        #expect(LeadScoring.interestedFrom == 41)
        let low = LeadScoring(Situations.of("C: How much is it?"))
        #expect((low.score.value, low.status) == (27, nil))
        let enough = LeadScoring(Situations.of("C: How much is it? We want to buy three."))
        #expect((enough.score.value, enough.status) == (55, LeadStatus.interested.rawValue))
    }

    @Test func `a status moves forwards only, and nobody comes back from lost by themselves`() {
        #expect(LeadProgress.isForward(from: nil, to: "interested"))
        #expect(LeadProgress.isForward(from: "new", to: "interested"))
        for status in ["interested", "follow_up", "qualified", "converted", "lost", "vip"] {
            #expect(!LeadProgress.isForward(from: status, to: "interested"), "\(status)")
        }
        #expect(!LeadProgress.isForward(from: "new", to: "vip"))
    }
}
