/// Gives out stamps that rise strictly and lie above everything observed.
///
/// It holds no clock: the caller passes the time in, so a test or a simulation can run any day it likes.
///
/// Source: Kulkarni, Demirbas et al., "Logical Physical Clocks", OPODIS 2014, figure 5.
public struct HybridClock: Hashable, Sendable {
    /// The highest stamp given out or observed.
    public private(set) var latest: Stamp

    /// A clock that continues above `latest`.
    public init(after latest: Stamp = .zero) { self.latest = latest }

    /// Takes note of a stamp that was applied, so that the next one given out lies above it.
    public mutating func observe(_ stamp: Stamp) { latest = max(latest, stamp) }

    /// - Parameter now: milliseconds since 1970 by the device's clock; a clock that lies behind what was already
    ///   observed is corrected without asking.
    /// - Returns: a stamp above `latest`, or nil if there is none left.
    public mutating func tick(now: UInt64) -> Stamp? {
        guard let successor = latest.next else { return nil }
        let wall = Stamp(milliseconds: min(now, Stamp.millisecondsLimit), counter: 0) ?? .zero
        latest = max(wall, successor)
        return latest
    }
}
