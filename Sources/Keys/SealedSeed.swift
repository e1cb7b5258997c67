import CSodium
import ChangeLog

/// What one guess at a passphrase costs.
public struct GuessCost: Hashable, Sendable {
    /// How often the memory is gone through.
    let passes: UInt64
    /// In bytes.
    let memory: UInt64

    /// For a file in a private directory, opened often: 64 MiB, about a tenth of a second.
    public static let home = GuessCost(
        passes: UInt64(crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE),
        memory: UInt64(crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE))
    /// For a file that travels, opened once: 256 MiB, about a second.
    public static let export = GuessCost(
        passes: UInt64(crypto_pwhash_argon2id_OPSLIMIT_MODERATE),
        memory: UInt64(crypto_pwhash_argon2id_MEMLIMIT_MODERATE))

    /// Whether it is within what Argon2id allows and libsodium recommends for anything at all (1 GiB, a few seconds):
    /// a file that asks for more is after this machine's memory or time.
    var isBearable: Bool {
        let passesAllowed = crypto_pwhash_argon2id_OPSLIMIT_MIN...crypto_pwhash_argon2id_OPSLIMIT_SENSITIVE
        let memoryAllowed = crypto_pwhash_argon2id_MEMLIMIT_MIN...crypto_pwhash_argon2id_MEMLIMIT_SENSITIVE
        return UInt32(exactly: passes).map(passesAllowed.contains) ?? false
            && UInt32(exactly: memory).map(memoryAllowed.contains) ?? false
    }
}

/// A seed under a passphrase.
///
/// Argon2id (RFC 9106) makes a key of the passphrase and a salt; under that key and a nonce, a secretbox
/// (XSalsa20-Poly1305) holds the seed. Salt and nonce are drawn anew each time.
struct SealedSeed: Hashable, Sendable {
    static let saltByteCount = Int(crypto_pwhash_argon2id_SALTBYTES)
    static let nonceByteCount = Int(crypto_secretbox_NONCEBYTES)
    static let boxByteCount = SigningKey.seedByteCount + Int(crypto_secretbox_MACBYTES)

    let cost: GuessCost
    let salt: [UInt8]
    let nonce: [UInt8]
    let box: [UInt8]
}

extension SealedSeed {
    init(_ seed: SecretBytes, under passphrase: SecretBytes, cost: GuessCost) throws(KeyFailure) {
        let (salt, nonce) = (SystemRandom.bytes(Self.saltByteCount), SystemRandom.bytes(Self.nonceByteCount))
        let key = try Self.key(from: passphrase, salt: salt, cost: cost)
        var box = [UInt8](repeating: 0, count: seed.count + Int(crypto_secretbox_MACBYTES))
        let code = key.withPointer { key in
            seed.withPointer { crypto_secretbox_easy(&box, $0, UInt64(seed.count), nonce, key) }
        }
        precondition(code == 0, "a seed fits into a secretbox")
        self.init(cost: cost, salt: salt, nonce: nonce, box: box)
    }

    /// - Throws: `.wrongPassphrase`, or `.noMemory`.
    func opened(with passphrase: SecretBytes) throws(KeyFailure) -> SecretBytes {
        let key = try Self.key(from: passphrase, salt: salt, cost: cost)
        var isOpen = false
        let seed = SecretBytes(capacity: SigningKey.seedByteCount) { seed in
            let start = seed.start
            isOpen = key.withPointer { crypto_secretbox_open_easy(start, box, UInt64(box.count), nonce, $0) } == 0
            return seed.count
        }
        guard let seed else { throw .noMemory }
        guard isOpen else { throw .wrongPassphrase }
        return seed
    }

    private static func key(
        from passphrase: SecretBytes, salt: [UInt8], cost: GuessCost
    ) throws(KeyFailure) -> SecretBytes {
        guard cost.isBearable else { preconditionFailure("costs are judged where they are read") }
        let key = try SecretBytes(capacity: Int(crypto_secretbox_KEYBYTES)) { key throws(KeyFailure) in
            let start = key.start
            let code = passphrase.withPointer { letters in
                letters.withMemoryRebound(to: CChar.self, capacity: passphrase.count) { letters in
                    crypto_pwhash_argon2id(
                        start, UInt64(key.count), letters, UInt64(passphrase.count), salt, cost.passes,
                        Int(cost.memory), crypto_pwhash_argon2id_ALG_ARGON2ID13)
                }
            }
            guard code == 0 else { throw .noMemory }
            return key.count
        }
        guard let key else { throw .noMemory }
        return key
    }
}

// Whether a pointer may be null differs between libsodium's versions: one that is not fits all of them.

extension SecretBytes {
    fileprivate func withPointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { preconditionFailure("secret bytes have an address") }
            return body(start.assumingMemoryBound(to: UInt8.self))
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate var start: UnsafeMutablePointer<UInt8> {
        guard let baseAddress else { preconditionFailure("secret bytes have an address") }
        return baseAddress.assumingMemoryBound(to: UInt8.self)
    }
}
