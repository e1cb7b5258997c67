/// Sixteen bytes that name something for ever; compared byte by byte.
public protocol Identifier: Hashable, Comparable, Sendable {
    /// The first eight bytes, big-endian.
    var high: UInt64 { get }
    /// The last eight bytes, big-endian.
    var low: UInt64 { get }
    /// From the two halves.
    init(high: UInt64, low: UInt64)
}

extension Identifier {
    /// How many bytes an identifier has.
    public static var byteCount: Int { 16 }

    /// Byte by byte, as SQLite orders the same bytes in a blob.
    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// The sixteen bytes.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
                buffer[index + 8] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))
            }
            count = 16
        }
    }

    /// - Returns: nil unless there are exactly sixteen bytes.
    @inlinable
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in bytes {
            // What leaves the lower half at its top enters the upper one.
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte)
        }
        self.init(high: high, low: low)
    }
}

/// Names a change: derived from its author's key and a random nonce, so it survives re-stamping and re-chaining.
public struct ChangeID: Identifier {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64
    /// From the two halves.
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// Names an element of a sequence, for instance a message.
public struct ElementID: Identifier {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64
    /// From the two halves.
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}
