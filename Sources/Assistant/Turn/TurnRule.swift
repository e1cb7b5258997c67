public import Inbox

/// Whether it is the assistant's turn. Pure: what it decides follows from the facts and the time it is given.
public struct TurnRule: Hashable, Sendable {
    /// What to do about a conversation.
    public enum Decision: Hashable, Sendable {
        /// The assistant answers now.
        case answer
        /// The customer may still be writing; look again then, in milliseconds since 1970.
        case wait(until: Int64)
        /// The assistant says nothing.
        case silent(Silence)
    }

    /// Why the assistant says nothing, the first of these that holds.
    public enum Silence: Hashable, Sendable {
        /// The newest message was imported, or came with a channel's history.
        case imported
        /// Somebody has answered, the business phone included.
        case answered(by: Sender)
        /// A person's reply is queued or held.
        case personReplies
        /// A person kept its answer from going out.
        case overruled
        /// The customer has written more while an answer was on its way: first it has to be known what became of that.
        /// Where it was let go, all that it was to answer waits again.
        case overtaken
        /// The customer has not written.
        case nothingAsked
        /// The conversation is closed, and the customer has written nothing since that its closer had not seen.
        case closed
        /// The assistant is paused.
        case paused(Pause.Reason)
        /// A person was asked for.
        case personNeeded
        /// A person works on it.
        case assigned
        /// The channel's window is closed: nothing may be sent.
        case windowClosed
        /// The newest message is older than the assistant answers.
        case tooOld
        /// The newest message came in below something that had gone out already: what was said there may not fit it.
        case arrivedLate
    }

    /// After the customer's last message it is quiet for so long, in milliseconds, before the assistant answers.
    public var quiet: Int64 = 8_000
    /// It waits no longer than that for a customer who goes on writing, in milliseconds.
    public var longestWait: Int64 = 30_000
    /// Messages older than that it leaves to people, in milliseconds.
    public var oldestAge: Int64 = 15 * 60_000

    /// The rule with its usual times.
    public init() {}

    /// - Parameter now: milliseconds since 1970.
    public func decision(_ facts: TurnFacts, now: Int64) -> Decision {
        if let silence = silence(facts, now: now) { return .silent(silence) }
        let due = due(facts.waiting)
        return now < due ? .wait(until: due) : .answer
    }

    private func silence(_ facts: TurnFacts, now: Int64) -> Silence? {
        if facts.isHistoric { return .imported }
        switch facts.response {
        case .person(let sender): return .answered(by: sender)
        case .draft: return .personReplies
        case .assistant: return .answered(by: .assistant)
        case .overruled: return .overruled
        case .overtaken: return .overtaken
        case nil: break
        }
        guard let newest = facts.waiting.last else { return .nothingAsked }
        if facts.status == .closed { return .closed }
        if let pause = facts.pause, pause.holds(at: now) { return .paused(pause.reason) }
        if facts.status == .humanNeeded { return .personNeeded }
        if facts.isAssigned { return .assigned }
        if case .closed = facts.window { return .windowClosed }
        if Self.age(of: newest, now: now) > oldestAge { return .tooOld }
        return facts.isLate ? .arrivedLate : nil
    }

    /// When the burst that ends with the newest message is over. Messages further apart than the quiet are none.
    private func due(_ waiting: [Int64]) -> Int64 {
        guard let newest = waiting.last else { return 0 }
        var first = newest
        for time in waiting.reversed() {
            guard Self.age(of: time, now: first) <= quiet else { break }
            first = time
        }
        return min(Self.sum(newest, quiet), Self.sum(first, max(longestWait, quiet)))
    }

    /// How many times the customer came back: messages further apart than that are two attempts.
    func attempts(_ waiting: [Int64]) -> Int {
        let gaps = zip(waiting, waiting.dropFirst()).filter { Self.age(of: $0, now: $1) > longestWait }
        return waiting.isEmpty ? 0 : 1 + gaps.count
    }

    private static func age(of time: Int64, now: Int64) -> Int64 {
        let (age, isTooLong) = now.subtractingReportingOverflow(time)
        return isTooLong ? (now > time ? .max : .min) : age
    }

    private static func sum(_ time: Int64, _ length: Int64) -> Int64 {
        let (sum, isTooLate) = time.addingReportingOverflow(length)
        return isTooLate ? .max : sum
    }
}

extension TurnRule.Silence {
    /// Whether the assistant still notes what it finds out: a person answers, and the customer goes on writing.
    var allowsNotes: Bool {
        switch self {
        case .answered(let sender): sender != .assistant
        case .personReplies, .overruled, .paused, .personNeeded, .assigned: true
        case .nothingAsked, .imported, .overtaken, .closed, .windowClosed, .tooOld, .arrivedLate: false
        }
    }
}
