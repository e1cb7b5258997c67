/// Why the assistant does not answer, and for how long.
public struct Pause: Hashable, Sendable {
    /// Why.
    public let reason: Reason
    /// When it ends by itself, in milliseconds since 1970; nil when only a person ends it.
    public let until: Int64?

    /// Why the assistant is paused.
    public enum Reason: String, Hashable, Sendable {
        /// A person was asked for.
        case escalation
        /// Somebody paused it.
        case manual
        /// A person has answered.
        case reply
    }

    init(_ reason: Reason, until: Int64? = nil) { (self.reason, self.until) = (reason, until) }
}

/// Whether the assistant is paused, when several people have said something about it.
///
/// A resume ends the pauses in its causal past; any later or concurrent one, and any reply that leaves after it, pauses
/// anew.
public enum PauseRule {
    /// How long a person's reply pauses the assistant where the gateway noted nothing else, in minutes.
    public static let standardTimer: Int64 = 60

    /// A person's reply that left, and that no current resume has seen leave.
    public struct Reply: Hashable, Sendable {
        /// When it left, in milliseconds since 1970.
        public let at: Int64
        /// For how long it pauses, in minutes; 0 until resumed by hand, nil for the standard.
        public let timer: Int64?

        /// A reply.
        public init(at: Int64, timer: Int64?) { (self.at, self.timer) = (at, timer) }

        /// When its pause ends; nil when only a person ends it.
        var end: Int64? {
            let minutes = max(timer ?? PauseRule.standardTimer, 0)
            guard minutes > 0 else { return nil }
            let (length, isTooLong) = minutes.multipliedReportingOverflow(by: 60_000)
            let (end, isTooLate) = at.addingReportingOverflow(length)
            return isTooLong || isTooLate ? nil : end
        }
    }

    /// An escalation's pause is told before one by hand, and that before a reply's, of which the last to end counts.
    ///
    /// - Parameters:
    ///   - writes: the current ones on the AI control.
    ///   - replies: those that no resume among the writes has seen leave.
    /// - Returns: nil if nothing ever paused it since; a reply's pause may have ended by itself.
    public static func pause(among writes: [AIControl], replies: [Reply]) -> Pause? {
        if writes.contains(.escalation) { return Pause(.escalation) }
        if writes.contains(.manual) { return Pause(.manual) }
        guard !replies.isEmpty else { return nil }
        let ends = replies.map(\.end)
        return Pause(.reply, until: ends.contains(nil) ? nil : ends.compactMap { $0 }.max())
    }
}

extension Pause {
    /// Whether it is in force then.
    public func holds(at now: Int64) -> Bool { until.map { now < $0 } ?? true }
}
