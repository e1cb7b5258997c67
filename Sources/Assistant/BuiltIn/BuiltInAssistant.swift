import Inbox

/// An assistant without a language model: the same words get the same answer, everywhere and without a network.
///
/// It answers with the texts of articles, word for word, where it is sure that they fit; it does not write of its own. It
/// asks for a person where the customer wants one, is upset, or asks in vain.
public struct BuiltInAssistant: ConversationAssistant {
    /// How sure it has to be. Measured on 206 differently worded questions about 111 articles of one subject, an answer
    /// from 0.45 on was the article of the question in 5 of 6 cases, and none of 600 questions about another subject had
    /// one; from 0.25 on, 1 in 20 of those did.
    public struct Thresholds: Hashable, Sendable {
        /// From here on it answers.
        public var answer = 0.45
        /// From here on it asks for a person; below it says nothing.
        public var escalation = 0.25

        /// The usual ones.
        public init() {}
    }

    /// How many articles one message may be made of, where the customer asked several things.
    static let articlesPerReply = 2
    /// From how many vain attempts of the customer on it asks for a person.
    static let vainAttempts = 2

    private let thresholds: Thresholds
    private let shelf = ArticleShelf()

    /// A built-in assistant.
    public init(_ thresholds: Thresholds = Thresholds()) { self.thresholds = thresholds }

    /// What it says and notes.
    public func answer(_ situation: ConversationSituation) -> AssistantTurn {
        let library = AnswerLibrary(situation, shelf)
        let search = library.search(thresholds)
        let scoring = LeadScoring(situation)
        var turn = AssistantTurn()
        (turn.score, turn.leadStatus) = (scoring.score, scoring.status)
        if let escalation = Mood(situation.burst).escalation ?? search.escalation(situation) {
            turn.escalation = escalation
            turn.reply = .init(handOver(library.language))
        } else {
            turn.reply = search.reply
        }
        turn.summary = Summarizing(situation, topics: library.topics(from: thresholds.escalation)).draft
        if turn.reply != nil, turn.escalation == nil { turn.summary?.openQuestions = search.leftOpen }
        return turn
    }

    /// In the customer's language, or in English.
    private func handOver(_ language: String?) -> String {
        let known = language.flatMap(Language.init) ?? .english
        return TeamWords.handOver[known] ?? ""
    }
}
