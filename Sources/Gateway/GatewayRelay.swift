public import ChangeLog
public import Sync

/// The relay, as a gateway needs it.
public protocol GatewayRelay {
    /// Pushes and pulls until both sides have said all they had.
    func sync() throws
    /// Asks to be the only one that may bid in a scope for a while, or gives that back.
    func lease(_ scope: LeaseScope, givesBack: Bool) throws -> LeaseReply
}

/// The time, as a gateway needs it.
public struct GatewayClock: Sendable {
    /// Milliseconds since 1970.
    public let wall: @Sendable () -> UInt64
    /// Milliseconds since some moment, by a clock that nobody sets and that goes on while the machine sleeps.
    public let running: @Sendable () -> UInt64

    /// Clocks.
    public init(wall: @escaping @Sendable () -> UInt64, running: @escaping @Sendable () -> UInt64) {
        (self.wall, self.running) = (wall, running)
    }
}

/// Why a gateway does not send. Facts only.
public enum GatewayFailure: Error, Hashable, Sendable {
    /// This device is no gateway of a channel account.
    case notAGateway
    /// Another gateway serves the account, until then: milliseconds since 1970 by the relay's clock.
    case leaseTaken(until: UInt64)
}
