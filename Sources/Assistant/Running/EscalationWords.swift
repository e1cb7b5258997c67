extension AssistantTurn.Escalation {
    /// For the team.
    public var words: String {
        switch self {
        case .wanted(let said): "The assistant asks for a person: the customer wants one (“\(said)”)."
        case .upset(let said): "The assistant asks for a person: the customer is upset (“\(said)”)."
        case .unsure(let article, let confidence):
            "The assistant asks for a person: “\(article)” may answer this, at \(TurnFilter.percent(confidence)) %."
        case .unanswered(let times):
            "The assistant asks for a person: the customer has asked \(times) times, and it knows no answer."
        case .tooLong(let limit):
            "The assistant asks for a person: its answer is longer than the \(limit) characters that this channel takes."
        }
    }
}
