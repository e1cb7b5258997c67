/// Thirty-two bytes with a meaning: a key, a hash, a workspace's id.
public protocol FixedBytes: Hashable, Comparable, Sendable {
    /// Exactly ``byteCount`` bytes.
    var bytes: [UInt8] { get }
    /// The caller vouches for the length; ``init(_:)`` checks it.
    init(unchecked bytes: [UInt8])
}

extension FixedBytes {
    /// How many bytes there are.
    public static var byteCount: Int { 32 }

    /// - Returns: nil unless there are exactly ``byteCount`` bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(unchecked: Array(bytes))
    }

    /// Byte by byte.
    public static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    /// Lowercase base32.
    public var text: String { Base32.text(bytes) }
}

extension ByteReader {
    /// Thirty-two bytes.
    public mutating func fixed<Fixed: FixedBytes>(_: Fixed.Type = Fixed.self) throws(FormatRejection) -> Fixed {
        Fixed(unchecked: Array(try raw(Fixed.byteCount)))
    }
}

/// The hash of one change, over its author, number, predecessor and header.
public struct ChangeHash: FixedBytes {
    /// Thirty-two bytes.
    public let bytes: [UInt8]
    /// The caller vouches for the length.
    public init(unchecked bytes: [UInt8]) { self.bytes = bytes }
    /// What a cause names of a hash.
    public var prefix: ArraySlice<UInt8> { bytes.prefix(Cause.prefixByteCount) }
    /// The hash before the first change of all.
    public static let none = ChangeHash(unchecked: Array(repeating: 0, count: 32))
}

/// Names a workspace: the hash of its founding change.
public struct WorkspaceID: FixedBytes {
    /// Thirty-two bytes.
    public let bytes: [UInt8]
    /// The caller vouches for the length.
    public init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

/// A device's Ed25519 public key.
public struct DeviceID: FixedBytes {
    /// Thirty-two bytes.
    public let bytes: [UInt8]
    /// The caller vouches for the length.
    public init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}
