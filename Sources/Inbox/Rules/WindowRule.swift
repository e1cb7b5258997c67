/// Whether the team may write to a customer freely, where a provider lets it for a while after the customer's last
/// message only.
public enum MessagingWindow: Hashable, Sendable {
    /// The channel sets no such limit.
    case unlimited
    /// Until then, in milliseconds since 1970.
    case open(until: Int64)
    /// Since then; nil where the customer has never written.
    case closed(since: Int64?)
    /// People do not write on this channel; the assistant does.
    case assistantOnly

    /// How much earlier than the provider we take it for closed, in milliseconds: the last minute is not to be relied on.
    public static let margin: Int64 = 60_000

    /// - Parameters:
    ///   - length: the channel's policy, in minutes; nil for no limit.
    ///   - lastInbound: the provider's time of the customer's last message that opens it, in milliseconds since 1970.
    ///   - isForPeople: whether the channel lets people write at all.
    public init(length: Int64?, lastInbound: Int64?, isForPeople: Bool, now: Int64) {
        guard isForPeople else {
            self = .assistantOnly
            return
        }
        guard let length else {
            self = .unlimited
            return
        }
        guard let lastInbound else {
            self = .closed(since: nil)
            return
        }
        let (milliseconds, isTooLong) = length.multipliedReportingOverflow(by: 60_000)
        let (end, isTooLate) = lastInbound.addingReportingOverflow(milliseconds)
        guard !isTooLong, !isTooLate else {
            self = .unlimited
            return
        }
        self = now < end - Self.margin ? .open(until: end) : .closed(since: end)
    }

    /// Whether a person may write freely now.
    public var isOpen: Bool {
        switch self {
        case .unlimited, .open: true
        case .closed, .assistantOnly: false
        }
    }
}

/// What a person can do instead where the window is closed.
public enum WindowOffer: String, Hashable, Sendable, CaseIterable {
    /// Fill in and send a template that the provider approved.
    case template
    /// Go on in a WhatsApp conversation with the same lead.
    case followUp = "follow-up"
    /// Wait until the customer writes.
    case wait

    /// What there is, the best first.
    ///
    /// - Parameters:
    ///   - kind: the channel's kind, as stored.
    ///   - canFollowUp: whether the lead has a phone number and the workspace a WhatsApp account.
    public static func all(for window: MessagingWindow, on kind: ChannelKind?, canFollowUp: Bool) -> [WindowOffer] {
        guard !window.isOpen else { return [] }
        let followUp: [WindowOffer] = canFollowUp && kind != .whatsapp && kind != .whatsappDirect ? [.followUp] : []
        switch (window, kind) {
        case (.closed, .whatsapp): return [.template, .wait]
        case (.closed, _): return followUp + [.wait]
        default: return followUp
        }
    }
}
