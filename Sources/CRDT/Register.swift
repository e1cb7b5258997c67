/// A value that the latest write owns.
///
/// Merging is a maximum over (stamp, change id), so it commutes, associates and is idempotent: replicas may exchange
/// registers in any order, any number of times.
public struct Register<Value: Hashable & Sendable>: Hashable, Sendable {
    /// What the latest write put here.
    public private(set) var value: Value
    /// When that write was made.
    public private(set) var stamp: Stamp
    /// The change that made it.
    public private(set) var change: ChangeID

    /// A register as one write leaves it.
    public init(_ value: Value, stamp: Stamp, change: ChangeID) {
        (self.value, self.stamp, self.change) = (value, stamp, change)
    }

    /// Keeps whichever write is later. A forked chain can hold two writes with one stamp: the change id decides.
    public mutating func merge(_ other: Self) {
        if (other.stamp, other.change) > (stamp, change) { self = other }
    }
}
