import CSodium

/// An Ed25519 signature: R, then S.
public struct Signature: Hashable, Sendable {
    /// How many bytes a signature has.
    public static let byteCount = 64
    /// Sixty-four bytes.
    public let bytes: [UInt8]

    /// - Returns: nil unless there are exactly sixty-four bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }
}

/// A secret Ed25519 key, in memory that is locked, never swapped out and wiped when the key goes.
///
/// Unchecked because the memory is written once, before anybody else can see the object, and only read after.
public final class SigningKey: @unchecked Sendable {
    /// How many bytes a seed has.
    public static let seedByteCount = 32
    private let secret: UnsafeMutablePointer<UInt8>
    /// The public half.
    public let device: DeviceID

    /// - Parameter seed: thirty-two secret random bytes; the same seed gives the same key.
    /// - Returns: nil unless there are thirty-two, or if there is no memory for the key.
    public init?(seed: SecretBytes) {
        guard let pair = seed.withUnsafeBytes(Self.pair) else { return nil }
        (secret, device) = pair
    }

    /// The same for a seed that is no secret of this device's: a test's, or an invitation's, which people pass on.
    public init?(seed: [UInt8]) {
        guard let pair = seed.withUnsafeBytes(Self.pair) else { return nil }
        (secret, device) = pair
    }

    private static func pair(of seed: UnsafeRawBufferPointer) -> (UnsafeMutablePointer<UInt8>, DeviceID)? {
        Sodium.ready
        guard seed.count == seedByteCount, let seed = seed.baseAddress?.assumingMemoryBound(to: UInt8.self),
            let memory = sodium_malloc(Int(crypto_sign_ed25519_SECRETKEYBYTES))
        else { return nil }
        let secret = memory.assumingMemoryBound(to: UInt8.self)
        var publicKey = [UInt8](repeating: 0, count: DeviceID.byteCount)
        crypto_sign_ed25519_seed_keypair(&publicKey, secret, seed)
        return (secret, DeviceID(unchecked: publicKey))
    }

    deinit { sodium_free(secret) }

    /// Signs with Ed25519 (RFC 8032): the same message gives the same signature.
    public func sign(_ message: [UInt8]) -> Signature {
        var signature = [UInt8](repeating: 0, count: Signature.byteCount)
        crypto_sign_ed25519_detached(&signature, nil, message, UInt64(message.count), secret)
        guard let signature = Signature(signature) else { preconditionFailure("libsodium signs with 64 bytes") }
        return signature
    }
}

/// However it comes to be printed, only the public half shows.
extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the public half.
    public var description: String { "secret key of \(device.text)" }
    /// The same.
    public var debugDescription: String { description }
    /// Has the public half only.
    public var customMirror: Mirror { Mirror(self, children: ["device": device.text]) }
}

extension DeviceID {
    /// Whether the key is a canonical point of the prime-order subgroup.
    ///
    /// libsodium's versions differ on crafted keys and signatures, which could split replicas; on such points they
    /// agree. Source: "Taming the many EdDSAs", Chalkias, Garillot, Nikolaenko, SSR 2020.
    public var isValidPoint: Bool {
        SignatureSelfTest.passed
        return Ed25519.isValidPoint(bytes)
    }

    /// Whether `signature` over `message` is this device's, judged alike by every version of libsodium, provided that
    /// the key ``isValidPoint``.
    public func verifies(_ signature: Signature, of message: [UInt8]) -> Bool {
        SignatureSelfTest.passed
        return Ed25519.verifies(signature.bytes, of: message, by: bytes)
    }
}

/// What libsodium says, before the self-test has shown that its word is good.
enum Ed25519 {
    static func isValidPoint(_ point: [UInt8]) -> Bool {
        Sodium.ready
        return crypto_core_ed25519_is_valid_point(point) == 1
    }

    static func verifies(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool {
        Sodium.ready
        return crypto_core_ed25519_is_valid_point(signature) == 1
            && crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), key) == 0
    }

    /// Everything that is asked of a signature whose key was not judged before.
    static func holds(_ key: [UInt8], _ signature: [UInt8], _ message: [UInt8]) -> Bool {
        isValidPoint(key) && verifies(signature, of: message, by: key)
    }
}
