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
    /// It was not sent, for certain, and may be tried again.
    case abandoned = 8
    /// It is not sent until a person has looked at it.
    case held = 9
    /// It is not sent: as its author ordered for the case, or because it was the assistant's and a person acted.
    case dropped = 10

    /// The name in commands and reports.
    public var name: String { String(describing: self) }
}

/// How far an outgoing message has come.
public enum DeliveryState: String, CaseIterable, Hashable, Sendable {
    /// Written; it has not left.
    case queued
    /// Not sent until a person has looked at it.
    case held
    /// The relay gave leave to send it; what came of it is not known yet.
    case dispatching
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
    /// It is not sent.
    case cancelled

    /// Whether it may be on the customer's screen.
    public var hasLeft: Bool {
        switch self {
        case .dispatching, .sent, .delivered, .read, .played, .unknown: true
        case .queued, .held, .failed, .cancelled: false
        }
    }
}

extension DeliveryEvent {
    /// The codes of the events that say a message has left; a later failure makes it one that did not arrive.
    static let leavingCodes = [sent, delivered, read, played, unknown].map { String($0.rawValue) }
        .joined(separator: ",")
}
