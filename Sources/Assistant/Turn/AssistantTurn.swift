public import ChangeLog

/// What the assistant makes of a situation: at most one message that the customer sees, and things for the team.
///
/// That it hands over to a person and what it says while doing so are one turn with one message: there is no second one
/// to send.
public struct AssistantTurn: Hashable, Sendable {
    /// What it says to the customer.
    public struct Reply: Hashable, Sendable {
        /// Its text.
        public var text: String
        /// The articles that it comes from.
        public var articles: [RootID] = []
        /// How sure the assistant is, from 0 to 1; nil where that is no question.
        public var confidence: Double?

        /// A reply.
        public init(_ text: String, articles: [RootID] = [], confidence: Double? = nil) {
            (self.text, self.articles, self.confidence) = (text, articles, confidence)
        }
    }

    /// Why a person is asked for.
    public enum Escalation: Hashable, Sendable {
        /// The customer wants one; what they said.
        case wanted(String)
        /// The customer is upset; the word that says so.
        case upset(String)
        /// An article seems to fit, not surely enough; its title.
        case unsure(article: String, confidence: Double)
        /// The customer has asked so many times without an answer.
        case unanswered(times: Int)
        /// The answer is longer than the channel takes, in characters.
        case tooLong(limit: Int)
    }

    /// A score, and what it is made of.
    public struct Score: Hashable, Sendable {
        /// 0 to 100.
        public var value: Int64
        /// What adds up to it, before it is brought between 0 and 100.
        public var signals: [ScoreSignal]

        /// A score.
        public init(_ value: Int64, signals: [ScoreSignal]) { (self.value, self.signals) = (value, signals) }
    }

    /// What it says to the customer; nil is nothing.
    public var reply: Reply?
    /// Why a person is asked for; nil if none is.
    public var escalation: Escalation?
    /// How likely the customer is to buy.
    public var score: Score?
    /// How far the lead has come. One that lies behind the present one, or a person's, is not written.
    public var leadStatus: String?
    /// What the conversation is about so far.
    public var summary: SummaryDraft?

    /// A turn in which nothing is said or noted.
    public init() {}

    /// The same without anything that the customer sees or that asks for a person.
    var notesOnly: AssistantTurn {
        var turn = self
        (turn.reply, turn.escalation) = (nil, nil)
        return turn
    }
}

/// One thing that a score is made of.
public struct ScoreSignal: Hashable, Sendable {
    /// What it is called, in the table of signals.
    public let name: String
    /// What it adds; below 0 it takes away.
    public let points: Int64
    /// What was found, in the customer's words or as a count.
    public let evidence: String

    /// A signal.
    public init(_ name: String, _ points: Int64, evidence: String) {
        (self.name, self.points, self.evidence) = (name, points, evidence)
    }
}

/// What a conversation is about, in five parts, on its way to the conversation's summary.
public struct SummaryDraft: Hashable, Sendable {
    /// What was talked about.
    public var topics: [String] = []
    /// What troubles the customer, or interests them.
    public var pains: [String] = []
    /// What was mentioned of what there is to buy.
    public var products: [String] = []
    /// What is to be done.
    public var nextSteps: [String] = []
    /// What nobody has answered yet.
    public var openQuestions: [String] = []

    /// A summary that says nothing.
    public init() {}
}
