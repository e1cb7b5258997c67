import CSodium

/// BLAKE2b with a domain in front of what is hashed, so that no two uses can be taken for one another.
///
/// Source: RFC 7693. The domain is written as its length in one byte, then its ASCII.
public struct Digest {
    // libsodium's streaming state is an over-aligned C struct that Swift does not import; what is hashed here is
    // short, so it is gathered and hashed in one call.
    private var gathered: [UInt8]
    private let byteCount: Int
    private static let usualByteCount = 256

    /// - Parameters:
    ///   - domain: what is hashed, for instance `nexus change`; at most 255 bytes of ASCII.
    ///   - byteCount: 1 to 64.
    public init(domain: StaticString, byteCount: Int = 32) {
        self.byteCount = byteCount
        gathered = []
        // Room for a header of the usual size, so that gathering it does not move it again and again.
        gathered.reserveCapacity(Self.usualByteCount)
        domain.withUTF8Buffer {
            gathered.append(UInt8(truncatingIfNeeded: $0.count))
            gathered.append(contentsOf: $0)
        }
    }

    /// Adds bytes; where one part ends is for the caller to make plain.
    public mutating func update(_ bytes: some Collection<UInt8>) { gathered.append(contentsOf: bytes) }

    /// The hash of everything added.
    public func finish() -> [UInt8] {
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
            if let start = buffer.baseAddress {
                crypto_generichash_blake2b(start, byteCount, gathered, UInt64(gathered.count), nil, 0)
            }
            filled = byteCount
        }
    }

    /// The hash of one run of bytes.
    public static func of(_ bytes: some Collection<UInt8>, domain: StaticString, byteCount: Int = 32) -> [UInt8] {
        var digest = Digest(domain: domain, byteCount: byteCount)
        digest.update(bytes)
        return digest.finish()
    }

    /// SHA-256, which HTTP's Content-Digest asks for (RFC 9530).
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, filled in
            if let start = buffer.baseAddress { crypto_hash_sha256(start, bytes, UInt64(bytes.count)) }
            filled = 32
        }
    }

    /// SHA-512, which a Content-Digest may hold as well.
    public static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: 64) { buffer, filled in
            if let start = buffer.baseAddress { crypto_hash_sha512(start, bytes, UInt64(bytes.count)) }
            filled = 64
        }
    }
}
