public import CRDT

/// Builds canonical bytes: integers as the shortest LEB128, everything of variable length preceded by its length.
public struct ByteWriter {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty writer.
    ///
    /// - Parameter capacity: how many bytes are expected.
    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// One byte.
    public mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Unsigned LEB128: seven bits a byte, the lowest first.
    public mutating func integer(_ value: some BinaryInteger) {
        var rest = UInt64(clamping: value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Bytes whose number the reader knows.
    public mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    /// Their number, then the bytes.
    public mutating func sized(_ value: some Collection<UInt8>) {
        integer(value.count)
        raw(value)
    }

    /// UTF-8, preceded by its number of bytes.
    public mutating func text(_ value: String) { sized(value.utf8) }

    /// Sixteen bytes.
    public mutating func identifier(_ value: some Identifier) {
        word(value.high)
        word(value.low)
    }

    /// A count, then the identifiers, rising strictly.
    mutating func identifiers(_ values: [some Identifier & Comparable]) {
        integer(values.count)
        for value in values.sorted() { identifier(value) }
    }

    /// Eight bytes, big-endian.
    public mutating func word(_ value: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Milliseconds, then the counter.
    public mutating func stamp(_ value: Stamp) {
        integer(value.milliseconds)
        integer(value.counter)
    }
}
