/// What became of a message on its way to the customer, as the gateway's records tell.
public enum DeliveryEvent: Int64, CaseIterable, Sendable {
    /// The gateway is about to send it. Shows nothing without the relay's claim.
    case dispatching = 1
    /// The provider took it.
    case sent = 2
    /// It reached the customer's device.
    case delivered = 3
    /// The customer has read it.
    case read = 4
    /// The customer has listened to it.
    case played = 5
    /// The provider refused it, or could not deliver it.
    case failed = 6
    /// Nobody knows whether the provider took it.
    case unknown = 7
    /// It was not sent, for certain.
    case abandoned = 8

    /// The name in commands and reports.
    public var name: String { String(describing: self) }
}

/// How far an outgoing message has come.
public enum DeliveryState: String, Hashable, Sendable {
    /// Written; it has not left.
    case queued
    /// The provider took it.
    case sent
    /// It reached the customer's device.
    case delivered
    /// The customer has read it.
    case read
    /// The customer has listened to it.
    case played
    /// The provider refused it, or could not deliver it.
    case failed
    /// Nobody knows whether the provider took it.
    case unknown

    /// Whether it may be on the customer's screen.
    public var hasLeft: Bool {
        switch self {
        case .sent, .delivered, .read, .played, .unknown: true
        case .queued, .failed: false
        }
    }

    /// The furthest of what was told, in whatever order: read implies delivered, and that implies sent. A proof that it
    /// arrived outweighs a failure, which outweighs a doubt.
    public init(_ events: some Sequence<DeliveryEvent>) {
        let events = Set(events)
        let furthest: [(DeliveryEvent, DeliveryState)] = [
            (.played, .played), (.read, .read), (.delivered, .delivered), (.failed, .failed), (.sent, .sent),
            (.unknown, .unknown),
        ]
        self = furthest.first { events.contains($0.0) }?.1 ?? .queued
    }

    /// The codes of the events that say a message has left; a later failure makes it one that did not arrive.
    static let leavingCodes = [DeliveryEvent.sent, .delivered, .read, .played, .unknown].map { String($0.rawValue) }
        .joined(separator: ",")
    /// Of those, the ones that prove that it arrived, whatever else was told.
    static let arrivalCodes = [DeliveryEvent.delivered, .read, .played].map { String($0.rawValue) }
        .joined(separator: ",")
}
