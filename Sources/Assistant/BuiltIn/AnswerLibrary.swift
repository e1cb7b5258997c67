import Inbox

/// The articles in a customer's language, as answers to what they ask.
struct AnswerLibrary {
    /// The customer's language, as far as it is known.
    let language: String?
    private let situation: ConversationSituation
    private let index: ArticleIndex

    init(_ situation: ConversationSituation, _ shelf: ArticleShelf) {
        let language = Self.language(of: situation)
        (self.situation, self.language) = (situation, language)
        index = shelf.index(of: situation.articles, in: language)
    }

    /// What was found for what a customer asked.
    struct Search {
        /// The answer, if there is a sure one.
        let reply: AssistantTurn.Reply?
        /// The best that was not sure enough.
        let unsure: ArticleIndex.Hit?
        /// Questions without a sure answer.
        let leftOpen: [String]
        /// Whether anything was asked: a thank-you asks nothing.
        let isAsked: Bool

        /// Why a person should answer what was found no sure answer for.
        func escalation(_ situation: ConversationSituation) -> AssistantTurn.Escalation? {
            guard reply == nil, isAsked else { return nil }
            if let unsure { return .unsure(article: unsure.article.title, confidence: unsure.confidence) }
            let isInVain = situation.attempts >= BuiltInAssistant.vainAttempts
            return isInVain ? .unanswered(times: situation.attempts) : nil
        }
    }

    func search(_ thresholds: BuiltInAssistant.Thresholds) -> Search {
        let queries = Self.queries(situation.burst)
        let best = queries.map { query in (query, index.hits(for: query.words).first) }
        let sure = best.compactMap(\.1).filter { $0.confidence >= thresholds.answer }
        let unsure = best.compactMap(\.1).filter { $0.confidence >= thresholds.escalation }
        return Search(
            reply: Self.reply(sure), unsure: unsure.max { $0.confidence < $1.confidence },
            leftOpen: best.filter { $0.0.isQuestion && ($0.1?.confidence ?? 0) < thresholds.answer }.map(\.0.text),
            isAsked: !queries.isEmpty || situation.burst.contains { $0.kind != .text && $0.text.isEmpty })
    }

    /// The titles of what was asked about in the whole conversation.
    func topics(from confidence: Double) -> [String] {
        Self.queries(situation.messages.filter { $0.sender == .customer }).compactMap { query in
            index.hits(for: query.words).first.flatMap { $0.confidence >= confidence ? $0.article.title : nil }
        }
    }

    /// The customer's own words tell more than what their phone is set to.
    private static func language(of situation: ConversationSituation) -> String? {
        let words = situation.messages.filter { $0.sender == .customer }.suffix(5).map(\.text).joined(separator: "\n")
        return Language.spoken(in: FoldedText(words))?.rawValue ?? Language.primary(of: situation.customer.language)
    }

    /// Each question by itself or, where there is none, all that was said; nothing where that is courtesies alone.
    private static func queries(_ messages: [ConversationSituation.Message]) -> [Sentence] {
        let sentences = messages.flatMap { Sentence.all(in: $0.text) }.filter { !isCourtesy($0.words) }
        let questions = sentences.filter(\.isQuestion)
        return questions.isEmpty ? sentences : questions
    }

    private static func isCourtesy(_ words: FoldedText) -> Bool {
        let covered = TeamWords.courtesies.matches(in: words).reduce(0) { $0 + $1.end - $1.start }
        return covered == words.words.count || Terms.of(words).isEmpty
    }

    /// The articles' texts, each once.
    private static func reply(_ hits: [ArticleIndex.Hit]) -> AssistantTurn.Reply? {
        var seen: Set<Article> = []
        let chosen = hits.filter { seen.insert($0.article).inserted }.prefix(BuiltInAssistant.articlesPerReply)
        guard let confidence = chosen.map(\.confidence).min() else { return nil }
        return AssistantTurn.Reply(
            chosen.map(\.article.text).joined(separator: "\n\n"), articles: chosen.map(\.article.id),
            confidence: confidence)
    }
}
