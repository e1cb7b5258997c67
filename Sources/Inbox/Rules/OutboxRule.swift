/// What has become of one outgoing message.
public struct OutboxState: Hashable, Sendable {
    /// How far it has come.
    public let state: DeliveryState
    /// Why it is held, or was dropped.
    public let reason: OutboxReason?
    /// Why it failed: the provider's error code.
    public let code: String?
    /// Whether nothing is left to be done about it: it was sent or cancelled, or a person has taken note that it failed or
    /// that nobody knows. What is on its way is not settled by a cancel that came too late.
    public let isSettled: Bool
    /// The last attempt at sending it that was granted, or came to anything; 0 for none.
    public let attempt: Int64
    /// Whether its author cancelled it, and it had left all the same.
    public let isCancelTooLate: Bool

    /// Of what was sent long ago, elsewhere.
    static let historic = OutboxState(
        state: .sent, reason: nil, code: nil, isSettled: true, attempt: 0, isCancelTooLate: false)

    /// Whether it may be on the customer's screen.
    public var hasLeft: Bool { state.hasLeft }

    /// The attempt that would come next. After the last number there is, which only a hostile gateway names, that one
    /// again: it is taken.
    public var nextAttempt: Int64 { attempt == .max ? attempt : attempt + 1 }
}

/// What has become of an outgoing message, from three kinds of facts: what people ordered, what the gateway noted and the
/// relay granted, and what the provider told.
public enum OutboxRule {
    /// What a gateway or a provider noted.
    public struct Record: Hashable, Sendable {
        /// What happened.
        public let event: DeliveryEvent
        /// The provider's error, or the reason.
        public let code: String?
        /// Which attempt it is about; nil for what a provider told later.
        public let attempt: Int64?
        /// Its change's place here.
        public let by: Int64
        /// When, in milliseconds since 1970.
        public let at: Int64

        /// A record.
        public init(_ event: DeliveryEvent, code: String? = nil, attempt: Int64? = nil, by: Int64, at: Int64) {
            (self.event, self.code, self.attempt, self.by, self.at) = (event, code, attempt, by, at)
        }
    }

    /// What a person ordered who may.
    public struct Directive: Hashable, Sendable {
        /// Whether to send it; otherwise not to.
        public let sends: Bool
        /// Its change's place here.
        public let by: Int64

        /// An order.
        public init(sends: Bool, by: Int64) { (self.sends, self.by) = (sends, by) }
    }

    /// Leave to send it, that the relay gave.
    public struct Grant: Hashable, Sendable {
        /// For which attempt.
        public let attempt: Int64
        /// When, in milliseconds since 1970 by the relay's stamp.
        public let at: Int64

        /// A grant.
        public init(attempt: Int64, at: Int64) { (self.attempt, self.at) = (attempt, at) }
    }

    /// All that is known of one message.
    public struct Facts: Hashable, Sendable {
        /// In any order.
        public var records: [Record] = []
        /// In any order.
        public var directives: [Directive] = []
        /// In any order.
        public var grants: [Grant] = []

        /// Nothing.
        public init() {}
    }

    /// A proof that it arrived outweighs a failure, that outweighs having been taken, and that a doubt. Of what is
    /// concurrent, an order to cancel outweighs one to send; and an order to send ends only what its author had seen.
    ///
    /// - Parameter hasSeen: whether the author of the change at the second place had applied the one at the first.
    public static func state(
        _ facts: Facts, hasSeen: (_ place: Int64, _ by: Int64) throws -> Bool
    ) rethrows -> OutboxState {
        let orders = try current(facts.directives, hasSeen)
        let isCancelled = orders.contains { !$0.sends }
        let attempt = latestAttempt(facts)
        if let delivery = delivery(facts, attempt) {
            let isRetried = try isRetried(facts, delivery, orders, attempt, hasSeen)
            if !isRetried {
                return OutboxState(
                    state: delivery.state, reason: nil, code: delivery.code,
                    isSettled: delivery.isFinal || isCancelled && delivery.state != .dispatching, attempt: attempt,
                    isCancelTooLate: isCancelled && delivery.state.hasLeft)
            }
        }
        return try pending(facts, isCancelled: isCancelled, releases: orders.filter(\.sends), attempt, hasSeen)
    }

    // MARK: What left

    private struct Delivery {
        let state: DeliveryState
        var code: String?
        var failure: Record?

        var isFinal: Bool {
            switch state {
            case .sent, .delivered, .read, .played: true
            default: false
            }
        }
    }

    private static func latestAttempt(_ facts: Facts) -> Int64 {
        let tried = facts.records.filter { $0.event != .dispatching && $0.event != .held && $0.event != .dropped }
        return max(0, (facts.grants.map(\.attempt) + tried.compactMap(\.attempt)).max() ?? 0)
    }

    /// - Returns: nil for one that has not left, and of which nobody needs to fear so.
    private static func delivery(_ facts: Facts, _ attempt: Int64) -> Delivery? {
        let furthest: [(DeliveryEvent, DeliveryState)] = [
            (.played, .played), (.read, .read), (.delivered, .delivered),
        ]
        let last = facts.records.filter { $0.attempt == nil || $0.attempt == attempt }
        let failure = last.filter { $0.event == .failed }.max { ($0.at, $0.by) < ($1.at, $1.by) }
        if let arrival = furthest.first(where: { event, _ in facts.records.contains { $0.event == event } }) {
            return Delivery(state: arrival.1, code: failure?.code)
        }
        if let failure { return Delivery(state: .failed, code: failure.code, failure: failure) }
        if last.contains(where: { $0.event == .sent }) { return Delivery(state: .sent) }
        if last.contains(where: { $0.event == .unknown }) { return Delivery(state: .unknown) }
        let isAbandoned = last.contains { $0.event == .abandoned && $0.attempt == attempt }
        let isGranted = facts.grants.contains { $0.attempt == attempt }
        return isGranted && !isAbandoned ? Delivery(state: .dispatching) : nil
    }

    /// Whether a person who knew that the provider had refused it has ordered it to be sent again. What the provider took
    /// first and failed to deliver later is not tried again: it may arrive yet.
    private static func isRetried(
        _ facts: Facts, _ delivery: Delivery, _ orders: [Directive], _ attempt: Int64,
        _ hasSeen: (Int64, Int64) throws -> Bool
    ) rethrows -> Bool {
        guard let failure = delivery.failure, failure.attempt == attempt, !orders.contains(where: { !$0.sends }),
            !facts.records.contains(where: { $0.event == .sent })
        else { return false }
        return try orders.contains { try hasSeen(failure.by, $0.by) }
    }

    // MARK: What has not left

    private static func pending(
        _ facts: Facts, isCancelled: Bool, releases: [Directive], _ attempt: Int64,
        _ hasSeen: (Int64, Int64) throws -> Bool
    ) rethrows -> OutboxState {
        func state(_ state: DeliveryState, _ reason: String? = nil) -> OutboxState {
            OutboxState(
                state: state, reason: reason.flatMap(OutboxReason.init), code: nil, isSettled: state == .cancelled,
                attempt: attempt, isCancelTooLate: false)
        }
        if isCancelled { return state(.cancelled) }
        let standing = try facts.records.filter { record in
            guard record.event == .held || record.event == .dropped else { return false }
            return try !releases.contains { try hasSeen(record.by, $0.by) }
        }.sorted { ($0.at, $0.by) < ($1.at, $1.by) }
        if let drop = standing.first(where: { $0.event == .dropped }) { return state(.cancelled, drop.code) }
        if let hold = standing.last { return state(.held, hold.code) }
        return state(.queued)
    }

    /// The orders that no later one has seen.
    private static func current(
        _ directives: [Directive], _ hasSeen: (Int64, Int64) throws -> Bool
    ) rethrows -> [Directive] {
        try directives.filter { directive in
            try !directives.contains { other in
                try other.by != directive.by && hasSeen(directive.by, other.by)
            }
        }
    }
}
