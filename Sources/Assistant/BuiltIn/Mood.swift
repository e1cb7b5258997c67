/// What a customer's words say besides what they ask.
struct Mood: Hashable, Sendable {
    /// Why a person should take over; nil where nothing asks for one.
    let escalation: AssistantTurn.Escalation?

    /// - Parameter messages: what waits for an answer.
    init(_ messages: [ConversationSituation.Message]) {
        let texts = messages.map { ($0.text, FoldedText($0.text)) }
        let wish = texts.lazy.compactMap { Self.wish($1) }.first
        let upset = texts.lazy.compactMap { MoodWords.upset.asserted(in: $1)?.phrase }.first
        escalation = wish.map { .wanted($0) } ?? upset.map { .upset($0) }
    }

    static func isUpset(_ text: FoldedText) -> Bool { MoodWords.upset.asserted(in: text) != nil }

    /// How many words may stand between what one does and with whom; in German the person comes first.
    private static let (reachAfter, reachBefore) = (5, 2)
    /// A negation counts so far: "I don't want to talk to a human".
    private static let negationReach = 6

    /// The words with which a person is asked for.
    private static func wish(_ text: FoldedText) -> String? {
        if let wanted = MoodWords.personWanted.asserted(in: text, reach: negationReach) { return wanted.phrase }
        let people = MoodWords.people.matches(in: text)
        for contact in MoodWords.contacting.matches(in: text) where !Negation.isBefore(contact.start, in: text) {
            let person = people.first { person in
                ((0...reachAfter).contains(person.start - contact.end)
                    || (0...reachBefore).contains(contact.start - person.end))
                    && text.words[person.start].clause == text.words[contact.start].clause
            }
            if let person { return "\(contact.phrase) … \(person.phrase)" }
        }
        return nil
    }
}
