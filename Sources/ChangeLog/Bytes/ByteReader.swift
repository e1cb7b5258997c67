public import CRDT

/// Reads what ``ByteWriter`` writes and refuses everything else: every value has one encoding.
///
/// Nothing here traps, recurses or allocates by a length that was not first checked against the bytes at hand.
public struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Reads from the start of `bytes`.
    public init(_ bytes: some Collection<UInt8>) {
        self.bytes = (bytes as? ArraySlice<UInt8>) ?? ArraySlice(bytes)
        position = self.bytes.startIndex
    }

    /// How many bytes are left.
    public var remaining: Int { bytes.endIndex - position }

    /// - Throws: `.trailingBytes` unless everything was read.
    public func finish() throws(FormatRejection) {
        guard remaining == 0 else { throw .trailingBytes }
    }

    /// One byte.
    public mutating func byte() throws(FormatRejection) -> UInt8 {
        guard position < bytes.endIndex else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    /// The shortest LEB128 of at most 64 bits.
    public mutating func integer() throws(FormatRejection) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            let bits = UInt64(next & 0x7F)
            if shift == 63, bits > 1 { throw .integerNotCanonical }
            value |= bits << shift
            if next & 0x80 == 0 {
                if next == 0, shift > 0 { throw .integerNotCanonical }
                return value
            }
            shift += 7
            if shift > 63 { throw .integerNotCanonical }
        }
    }

    /// A count or length.
    ///
    /// - Throws: `.limit` above the limit's bound.
    public mutating func count(_ limit: FormatLimit) throws(FormatRejection) -> Int {
        let value = try integer()
        guard value <= UInt64(limit.rawValue) else { throw .limit(limit) }
        return Int(value)
    }

    /// Exactly `count` bytes, not copied.
    public mutating func raw(_ count: Int) throws(FormatRejection) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// The bytes that `body` reads, not copied.
    mutating func slice(
        _ body: (inout ByteReader) throws(FormatRejection) -> Void
    ) throws(FormatRejection) -> ArraySlice<UInt8> {
        let start = position
        try body(&self)
        return bytes[start..<position]
    }

    /// Bytes preceded by their number.
    public mutating func sized(_ limit: FormatLimit) throws(FormatRejection) -> ArraySlice<UInt8> {
        try raw(count(limit))
    }

    /// UTF-8 preceded by its number of bytes.
    public mutating func text(_ limit: FormatLimit = .text) throws(FormatRejection) -> String {
        guard let text = String(validating: try sized(limit), as: UTF8.self) else { throw .notText }
        return text
    }

    /// Eight bytes, big-endian.
    public mutating func word() throws(FormatRejection) -> UInt64 {
        try raw(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Sixteen bytes.
    public mutating func identifier<ID: Identifier>(_: ID.Type = ID.self) throws(FormatRejection) -> ID {
        let high = try word()
        return ID(high: high, low: try word())
    }

    /// At most 65,535, rising strictly.
    mutating func identifiers<ID: Identifier & Comparable>() throws(FormatRejection) -> [ID] {
        var values: [ID] = []
        for _ in 0..<(try count(.dots)) {
            let next: ID = try identifier()
            if let previous = values.last, previous >= next { throw .notSorted }
            values.append(next)
        }
        return values
    }

    /// Milliseconds, then the counter.
    public mutating func stamp() throws(FormatRejection) -> Stamp {
        let milliseconds = try integer()
        let counter = try integer()
        guard counter <= 0xFFFF, let stamp = Stamp(milliseconds: milliseconds, counter: UInt16(counter)) else {
            throw .outOfRange
        }
        return stamp
    }
}
