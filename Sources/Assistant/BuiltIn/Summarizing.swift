import Inbox

/// Sums a conversation up in five parts, each in the words of those who said it.
struct Summarizing {
    /// How many entries a part has at most.
    static let entryLimit = 5
    /// How long an entry is at most, in characters.
    static let lengthLimit = 160

    let draft: SummaryDraft

    /// - Parameter topics: titles of articles that what was asked is about, in the order in which it was asked.
    init(_ situation: ConversationSituation, topics: [String]) {
        let customer = Self.sentences(situation.messages.filter { $0.sender == .customer })
        let team = Self.sentences(situation.messages.filter { $0.sender != .customer })
        var draft = SummaryDraft()
        draft.topics = Self.entries(topics)
        draft.pains = Self.entries(
            customer.filter { LeadWords.need.isIn($0.words) || TeamWords.troubles.isIn($0.words) }.map(\.text))
        draft.products = Self.entries(Self.products(in: situation))
        // What was asked to be done is no open question.
        let asked = customer.filter { TeamWords.promises.isIn($0.words) }
        draft.nextSteps = Self.entries((asked + team.filter { TeamWords.promises.isIn($0.words) }).map(\.text))
        let open = Self.sentences(situation.burst).filter { $0.isQuestion && !TeamWords.promises.isIn($0.words) }
        draft.openQuestions = Self.entries(open.map(\.text))
        self.draft = draft
    }

    private static func sentences(_ messages: [ConversationSituation.Message]) -> [Sentence] {
        messages.flatMap { Sentence.all(in: $0.text) }
    }

    /// Titles of articles with the label `product` that were named.
    private static func products(in situation: ConversationSituation) -> [String] {
        let names = situation.articles.filter { $0.labels.contains("product") }.map(\.title)
        let texts = situation.messages.map { FoldedText($0.text) }
        return names.filter { name in
            let list = PhraseList([name])
            return texts.contains { list.isIn($0) }
        }
    }

    /// The last ones, each once, cut to fit.
    private static func entries(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        let latest = texts.reversed().map(shortened).filter { seen.insert($0).inserted }
        return latest.prefix(entryLimit).reversed()
    }

    private static func shortened(_ text: String) -> String {
        text.count <= lengthLimit ? text : text.prefix(lengthLimit - 1) + "…"
    }
}
