/// A counter that only grows: merging takes the maximum.
public struct HighWaterMark: Hashable, Sendable {
    /// The highest value seen.
    public private(set) var value: UInt64

    /// A mark that stands at `value`.
    public init(_ value: UInt64 = 0) { self.value = value }

    /// - Returns: whether the mark rose.
    @discardableResult
    public mutating func raise(to other: UInt64) -> Bool {
        guard other > value else { return false }
        value = other
        return true
    }
}
