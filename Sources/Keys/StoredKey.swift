public import ChangeLog

/// A device's key as a file holds it: the public half, and the secret one plain or under a passphrase.
public struct StoredKey: DeviceKey {
    /// The public half; of a key under a passphrase it is what the file says, until that has been opened.
    public let device: DeviceID
    let content: Content

    enum Content {
        case plain(SecretBytes, SigningKey)
        case sealed(SealedSeed)
    }

    /// A new key.
    ///
    /// - Throws: `.noMemory`.
    public static func fresh() throws(KeyFailure) -> StoredKey {
        guard let seed = SystemRandom.secret(SigningKey.seedByteCount) else { throw .noMemory }
        return try StoredKey(seed: seed)
    }

    init(seed: SecretBytes) throws(KeyFailure) {
        guard let key = SigningKey(seed: seed) else { throw .noMemory }
        (device, content) = (key.device, .plain(seed, key))
    }

    init(device: DeviceID, sealed: SealedSeed) { (self.device, content) = (device, .sealed(sealed)) }

    /// Whether it is under a passphrase.
    public var isSealed: Bool {
        if case .sealed = content { true } else { false }
    }

    /// Nil while it is under a passphrase.
    public var signing: SigningKey? {
        if case .plain(_, let key) = content { key } else { nil }
    }

    /// The same key without its passphrase; one that is under none is handed back.
    ///
    /// - Throws: `.wrongPassphrase`, `.noMemory`, or `.mismatched` if the file passed for another device's.
    public func opened(with passphrase: SecretBytes) throws(KeyFailure) -> StoredKey {
        guard case .sealed(let sealed) = content else { return self }
        let opened = try StoredKey(seed: sealed.opened(with: passphrase))
        guard opened.device == device else { throw .mismatched }
        return opened
    }

    /// The same key under a passphrase.
    ///
    /// - Throws: `.locked` if it is under another; `.unfitPassphrase`, or `.noMemory`.
    public func sealed(under passphrase: SecretBytes, cost: GuessCost) throws(KeyFailure) -> StoredKey {
        guard case .plain(let seed, _) = content else { throw .locked }
        guard passphrase.count > 0 else { throw .unfitPassphrase }
        return StoredKey(device: device, sealed: try SealedSeed(seed, under: passphrase, cost: cost))
    }
}
