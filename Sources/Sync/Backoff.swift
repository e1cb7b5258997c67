/// How long to wait before the network is tried again: twice as long each time, and never the same for two who lost it
/// together.
///
/// Source: "equal jitter" of AWS Architecture Blog, Exponential Backoff And Jitter (2015).
public struct Backoff: Hashable, Sendable {
    /// Of the first wait, in milliseconds.
    public static let shortest: UInt64 = 100
    /// No wait is longer, in milliseconds.
    public static let longest: UInt64 = 30_000
    /// Of what the other side asks for, no more is waited, in milliseconds.
    public static let longestAsked: UInt64 = 300_000
    private var span = Self.shortest

    /// As after a success.
    public init() {}

    /// The next wait, in milliseconds: between half of its span and the whole; no less than what the other side asked for,
    /// and up to half of that more, since it may have asked many at once.
    ///
    /// - Parameters:
    ///   - dice: any number, each as likely as every other.
    ///   - asked: what the other side asked for, in milliseconds; beyond ``longestAsked`` not heeded.
    public mutating func next(dice: UInt64, asked: UInt64 = 0) -> UInt64 {
        let half = span / 2
        span = min(span * 2, Self.longest)
        let least = min(asked, Self.longestAsked)
        return max(half + dice % (half + 1), least + dice % (least / 2 + 1))
    }

    /// Begins again with short waits.
    public mutating func reset() { self = Backoff() }
}
