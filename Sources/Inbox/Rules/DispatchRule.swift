public import CRDT
import ChangeLog

/// Which outgoing messages go out now. A function of what is known, and of the relay's time.
public enum DispatchRule {
    /// How long after one message to a customer the next one goes out, in milliseconds.
    ///
    /// Source: WhatsApp takes one message every 6 seconds to one customer (error 131056).
    public static let pace: Int64 = 6_000
    /// For how long what the assistant wrote may wait for its turn, in milliseconds: an answer that comes later is to
    /// another situation.
    public static let assistantsPatience: Int64 = 15 * 60_000

    /// How often a provider is asked that cannot take a message just now.
    public static let attempts: Int64 = 8

    /// How long to wait after a provider could not take a message, in milliseconds: twice as long each time, up to an hour.
    ///
    /// - Parameter attempt: how often it was asked; whatever a record may say, less than 1 is 1.
    public static func backoff(after attempt: Int64) -> Int64 { min(pace << (min(max(attempt, 1), 11) - 1), 3_600_000) }

    /// An outgoing message that is not settled.
    public struct Item: Hashable, Sendable {
        /// Names it.
        public var id: ElementID
        /// Whose it is; nil for nobody of the team.
        public var author: ChangeID?
        /// Whether the assistant wrote it.
        public var isAssistants: Bool
        /// What has become of it.
        public var state: DeliveryState
        /// Since when it has been as its author wants it, in milliseconds since 1970: written, or ordered to be sent.
        public var queuedAt: Int64
        /// What its author said beforehand.
        public var terms: SendingTerms
        /// Why it is not what it was when written, as far as others spoke: of a person's, what they had not been shown; of
        /// the assistant's, that it is to be silent.
        public var objection: OutboxReason?
        /// Whether its author was cut off.
        public var isAuthorRevoked: Bool
        /// Whether it fills in a template.
        public var isTemplate: Bool
        /// Whether the template is as it was and may be sent, and the channel carries such a message; else why not.
        public var hindrance: OutboxReason?
        /// Whether the relay may have forgotten that it was sent.
        public var isInDoubt: Bool
        /// When it may be tried again, after the provider could not take it, in milliseconds since 1970.
        public var retryAt: Int64?

        /// A message.
        public init(
            id: ElementID, author: ChangeID?, isAssistants: Bool, state: DeliveryState, queuedAt: Int64,
            terms: SendingTerms = SendingTerms(), objection: OutboxReason? = nil, isAuthorRevoked: Bool = false,
            isTemplate: Bool = false, hindrance: OutboxReason? = nil, isInDoubt: Bool = false, retryAt: Int64? = nil
        ) {
            (self.id, self.author, self.isAssistants, self.state) = (id, author, isAssistants, state)
            (self.queuedAt, self.terms, self.objection) = (queuedAt, terms, objection)
            (self.isAuthorRevoked, self.isTemplate, self.hindrance) = (isAuthorRevoked, isTemplate, hindrance)
            (self.isInDoubt, self.retryAt) = (isInDoubt, retryAt)
        }
    }

    /// What holds for all messages of one conversation.
    public struct Circumstances: Hashable, Sendable {
        /// Milliseconds since 1970, by the relay's clock.
        public var now: Int64
        /// Whether the team may write freely.
        public var window: MessagingWindow
        /// For how long a reply may wait, in milliseconds; nil for ever.
        public var patience: Int64?
        /// Whether the channel account works.
        public var isChannelDown: Bool
        /// When the last message to this customer left, in milliseconds since 1970.
        public var lastSent: Int64?

        /// Circumstances.
        public init(
            now: Int64, window: MessagingWindow, patience: Int64? = nil, isChannelDown: Bool = false,
            lastSent: Int64? = nil
        ) {
            (self.now, self.window, self.patience) = (now, window, patience)
            (self.isChannelDown, self.lastSent) = (isChannelDown, lastSent)
        }
    }

    /// What to do with a message.
    public enum Decision: Hashable, Sendable {
        /// Bid for it, and send it if that is granted.
        case send
        /// Show it to a person.
        case hold(OutboxReason)
        /// Let it go.
        case drop(OutboxReason)
        /// Look again then; nil: when something has happened.
        case wait(until: Int64?)
    }

    /// A decision on each message that is queued. One at a time goes out.
    ///
    /// What may be on its way holds back all that follows: the customer is to read it in its order. One that is held, has
    /// failed or is about to go out holds back what the same author wrote after it, for that may build on it; others'
    /// replies are judged by what they had seen, as ever. What runs out while it is held back is let go all the same.
    ///
    /// - Parameter items: of one conversation, in the order in which they were written.
    public static func decisions(
        on items: [Item], _ circumstances: Circumstances
    ) -> [(id: ElementID, decision: Decision)] {
        var queue = Queue()
        return items.compactMap { item in
            guard item.state == .queued else {
                queue.note(item)
                return nil
            }
            let waits = queue.isHeldBack(item) && !hasExpired(item, circumstances)
            let decision = waits ? .wait(until: nil) : decision(on: item, circumstances)
            queue.note(item, decision)
            return (item.id, decision)
        }
    }

    /// What keeps one message from going out now, were it alone.
    static func decision(on item: Item, _ circumstances: Circumstances) -> Decision {
        if hasExpired(item, circumstances) { return .drop(.expired) }
        if item.isAssistants, let reason = silence(of: item, circumstances) { return .drop(reason) }
        if let time = item.terms.notBefore, circumstances.now < time { return .wait(until: time) }
        if let hold = hold(on: item, circumstances) { return hold }
        if let time = item.retryAt, circumstances.now < time { return .wait(until: time) }
        let free = (circumstances.lastSent ?? .min).addingReportingOverflow(pace).partialValue
        return circumstances.lastSent != nil && circumstances.now < free ? .wait(until: free) : .send
    }

    private static func hasExpired(_ item: Item, _ circumstances: Circumstances) -> Bool {
        item.terms.notAfter.map { circumstances.now >= $0 } ?? false
    }

    private static func hold(on item: Item, _ circumstances: Circumstances) -> Decision? {
        if item.isAuthorRevoked { return .hold(.authorRevoked) }
        if item.isInDoubt { return .hold(.relayRestored) }
        if let reason = item.objection, !item.terms.sendsAnyway {
            return item.terms.dropsIfMoved ? .drop(reason) : .hold(reason)
        }
        if circumstances.isChannelDown { return .hold(.channelDown) }
        if !item.isTemplate, !mayWrite(item, circumstances.window) { return .hold(.windowClosed) }
        if let reason = item.hindrance { return .hold(reason) }
        // Last: whoever is told that it has waited too long would send it, only to hear what else is in the way.
        return isStale(item, circumstances) ? .hold(.stale) : nil
    }

    /// Nobody looks at what the assistant would have said; it is let go.
    private static func silence(of item: Item, _ circumstances: Circumstances) -> OutboxReason? {
        if let reason = item.objection { return reason }
        if item.isAuthorRevoked { return .authorRevoked }
        if item.isInDoubt { return .relayRestored }
        if circumstances.isChannelDown { return .channelDown }
        if age(of: item, circumstances) > assistantsPatience { return .stale }
        return mayWrite(item, circumstances.window) ? item.hindrance : .windowClosed
    }

    private static func mayWrite(_ item: Item, _ window: MessagingWindow) -> Bool {
        if case .assistantOnly = window { return item.isAssistants }
        return window.isOpen
    }

    private static func isStale(_ item: Item, _ circumstances: Circumstances) -> Bool {
        circumstances.patience.map { age(of: item, circumstances) > $0 } ?? false
    }

    /// Since it might have gone out, in milliseconds.
    private static func age(of item: Item, _ circumstances: Circumstances) -> Int64 {
        let (age, isTooLong) = circumstances.now.subtractingReportingOverflow(
            max(item.queuedAt, item.terms.notBefore ?? .min))
        return isTooLong ? .max : age
    }
}

/// Who is held back by what goes before.
private struct Queue {
    private var isBlocked = false
    private var authors: Set<ChangeID?> = []

    func isHeldBack(_ item: DispatchRule.Item) -> Bool { isBlocked || authors.contains(item.author) }

    /// One that was looked at before.
    mutating func note(_ item: DispatchRule.Item) {
        switch item.state {
        case .dispatching, .unknown: isBlocked = true
        case .held, .failed: authors.insert(item.author)
        default: break
        }
    }

    mutating func note(_ item: DispatchRule.Item, _ decision: DispatchRule.Decision) {
        switch decision {
        case .send: isBlocked = true
        case .hold: authors.insert(item.author)
        case .drop: break
        case .wait: if !item.terms.isScheduled { authors.insert(item.author) }
        }
    }
}
