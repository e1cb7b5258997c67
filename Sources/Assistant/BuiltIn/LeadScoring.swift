import Inbox

/// How likely a customer is to buy, from their words alone: the sum of a table of signals, brought between 0 and 100.
struct LeadScoring {
    /// From this score on, a new lead is an interested one: the middle band begins there.
    static let interestedFrom: Int64 = ScoreBand.moderate.scores.lowerBound

    let score: AssistantTurn.Score

    /// The status that the score suggests; nil where it suggests none.
    var status: String? { score.value >= Self.interestedFrom ? LeadStatus.interested.rawValue : nil }

    /// Of each conversation so many messages count, the last ones.
    static let messageLimit = 50

    init(_ situation: ConversationSituation) {
        // All conversations of the customer alike: whichever is looked at, the score is the same.
        let threads = (situation.elsewhere + [situation.messages]).map { $0.suffix(Self.messageLimit) }
        let told = threads.flatMap { thread in thread.filter { $0.sender == .customer } }
        let words = told.map { FoldedText($0.text) }
        let sentences = told.flatMap { Sentence.all(in: $0.text) }
        let signals =
            Self.frequency(words.count) + Self.intents(words) + Self.questions(sentences) + Self.needs(sentences)
            + Self.responses(threads) + Self.objections(words)
        let sum = signals.reduce(0) { $0 + $1.points }
        score = AssistantTurn.Score(min(max(sum, 0), 100), signals: signals)
    }

    // MARK: Signals

    /// Each message counts, up to five.
    private static func frequency(_ count: Int) -> [ScoreSignal] {
        count == 0 ? [] : [ScoreSignal("messages", 4 * Int64(min(count, 5)), evidence: "\(count)")]
    }

    private static let intents: [(name: String, points: Int64, list: PhraseList)] = [
        ("price", 20, LeadWords.price), ("discount", 10, LeadWords.discount), ("timeline", 15, LeadWords.timeline),
        ("purchase", 20, LeadWords.purchase), ("trial", 10, LeadWords.trial),
    ]

    /// Each kind of intent counts once.
    private static func intents(_ texts: [FoldedText]) -> [ScoreSignal] {
        intents.compactMap { intent in
            texts.lazy.compactMap { intent.list.asserted(in: $0) }.first.map {
                ScoreSignal(intent.name, intent.points, evidence: $0.phrase)
            }
        }
    }

    /// Each question counts, up to three.
    private static func questions(_ sentences: [Sentence]) -> [ScoreSignal] {
        let count = sentences.filter(\.isQuestion).count
        return count == 0 ? [] : [ScoreSignal("questions", 3 * Int64(min(count, 3)), evidence: "\(count)")]
    }

    /// A statement of what they need; a question is none.
    private static func needs(_ sentences: [Sentence]) -> [ScoreSignal] {
        let need = sentences.lazy.filter { !$0.isQuestion }.compactMap { LeadWords.need.asserted(in: $0.words) }.first
        return need.map { [ScoreSignal("need", 8, evidence: $0.phrase)] } ?? []
    }

    /// Whether they went on after an answer of the assistant's, and whether they welcomed one.
    private static func responses(_ threads: [ArraySlice<ConversationSituation.Message>]) -> [ScoreSignal] {
        let pairs = threads.flatMap { thread in
            zip(thread, thread.dropFirst()).filter { $0.sender == .assistant && $1.sender == .customer }
        }
        guard !pairs.isEmpty else { return [] }
        let welcome = pairs.lazy.compactMap { LeadWords.welcoming.asserted(in: FoldedText($1.text)) }.first
        return [ScoreSignal("went on", 5, evidence: "\(pairs.count)")]
            + (welcome.map { [ScoreSignal("welcomed an answer", 8, evidence: $0.phrase)] } ?? [])
    }

    private static let objections: [(name: String, points: Int64, list: PhraseList)] = [
        ("too expensive", -10, LeadWords.doubt), ("not interested", -40, LeadWords.refusal),
    ]

    private static func objections(_ texts: [FoldedText]) -> [ScoreSignal] {
        let found = objections.compactMap { objection in
            texts.lazy.compactMap { objection.list.matches(in: $0).first }.first.map {
                ScoreSignal(objection.name, objection.points, evidence: $0.phrase)
            }
        }
        let upset = texts.lazy.compactMap { MoodWords.upset.asserted(in: $0) }.first
        return found + (upset.map { [ScoreSignal("upset", -15, evidence: $0.phrase)] } ?? [])
    }
}
