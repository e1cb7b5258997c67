/// A reading of the hybrid logical clock: close to wall time, never behind what it has seen.
///
/// Stamps order by `milliseconds`, then `counter`; equal ones fall to the change id, so any two replicas sort the
/// same writes the same way without talking to each other.
///
/// Source: Kulkarni, Demirbas et al., "Logical Physical Clocks", OPODIS 2014, figure 5.
public struct Stamp: Hashable, Comparable, Sendable {
    /// The greatest reading: 47 bits of milliseconds (the year 6429), so that a packed stamp stays a positive
    /// signed integer and SQLite orders it as we do.
    public static let millisecondsLimit: UInt64 = (1 << 47) - 1

    /// Milliseconds in the upper 48 bits, the counter in the lower 16.
    public let packed: UInt64

    /// Since 1970-01-01 UTC, by the writer's own clock.
    public var milliseconds: UInt64 { packed >> 16 }

    /// Tells apart stamps issued within one millisecond.
    public var counter: UInt16 { UInt16(truncatingIfNeeded: packed) }

    /// - Returns: nil if `milliseconds` lies beyond ``millisecondsLimit``.
    public init?(milliseconds: UInt64, counter: UInt16) {
        guard milliseconds <= Self.millisecondsLimit else { return nil }
        packed = milliseconds << 16 | UInt64(counter)
    }

    /// - Returns: nil if the milliseconds in `packed` lie beyond ``millisecondsLimit``.
    public init?(packed: UInt64) {
        guard packed >> 16 <= Self.millisecondsLimit else { return nil }
        self.packed = packed
    }

    private init(unchecked packed: UInt64) { self.packed = packed }

    /// Before every stamp a clock gives out.
    public static let zero = Stamp(unchecked: 0)

    /// The last stamp there is; nothing can follow it.
    public static let last = Stamp(unchecked: millisecondsLimit << 16 | 0xFFFF)

    /// The next greater stamp; a full counter carries into the milliseconds.
    ///
    /// - Returns: nil after ``last``.
    public var next: Stamp? { self == .last ? nil : Stamp(unchecked: packed + 1) }

    /// By time, then by counter.
    public static func < (left: Stamp, right: Stamp) -> Bool { left.packed < right.packed }
}
