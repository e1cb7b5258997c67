import CSodium
import ChangeLog

/// A key as the text of a file. Lines, each a word and its value; bytes in lowercase base32:
///
///     nexus key 1
///     device     the public key, 32 bytes
///     seed       the secret one, 32 bytes
///     check      the first 16 bytes of the BLAKE2b-256 of all lines above
///
/// or, under a passphrase, instead of `seed`:
///
///     argon2id   how often the memory is gone through, and how many bytes of it: two numbers
///     salt       16 bytes
///     nonce      24 bytes
///     box        the seed in a secretbox, 48 bytes
///
/// The check finds accidents, and tells them from a wrong passphrase; it keeps nobody from altering a file. Who does can
/// make it no other device's key: the public key is compared with that of the seed. A file of the kind before this one
/// is read, too: nothing but the seed, and a line break.
enum KeyText {
    /// More than any has, in bytes.
    static let byteLimit = 1024
    fileprivate static let version = "1"
    private static let checkByteCount = 16

    /// Compared letter by letter, it takes no capitals, which decode alike: a file is what was written, or refused.
    static func check(_ bytes: UnsafeRawBufferPointer) -> String {
        // The hash may leave its last block behind, which can hold a seed.
        defer { sodium_stackzero(4096) }
        return Base32.text(Digest.plain(bytes).prefix(checkByteCount))
    }
}

extension StoredKey {
    /// The key that a file's text holds.
    ///
    /// - Throws: `.damaged`, `.newerVersion`, `.costly` or `.mismatched`; `.noMemory`.
    init(_ text: SecretBytes, path: String) throws(KeyFailure) {
        self = try text.withUnsafeBytes { bytes throws(KeyFailure) in
            var lines = KeyLines(bytes)
            guard let version = lines.text("nexus key") else { return try StoredKey(bareSeed: bytes, path: path) }
            guard version == KeyText.version else {
                throw UInt64(version).map { $0 > 1 } == true ? .newerVersion(path) : .damaged(path)
            }
            guard let device = lines.bytes("device", DeviceID.byteCount).flatMap({ DeviceID($0) }) else {
                throw .damaged(path)
            }
            let content = try lines.content(path: path)
            guard lines.areWhole else { throw .damaged(path) }
            switch content {
            case .seed(let seed):
                let key = try StoredKey(seed: seed)
                guard key.device == device else { throw .mismatched }
                return key
            case .sealed(let sealed):
                guard sealed.cost.isBearable else { throw .costly(path) }
                return StoredKey(device: device, sealed: sealed)
            }
        }
    }

    private init(bareSeed bytes: UnsafeRawBufferPointer, path: String) throws(KeyFailure) {
        let letters = bytes.last == KeyLines.end ? bytes.dropLast() : bytes[...]
        guard let seed = try KeyLines.secret(letters, SigningKey.seedByteCount) else { throw .damaged(path) }
        try self.init(seed: seed)
    }

    /// What a file is to hold.
    ///
    /// - Throws: `.noMemory`.
    func text() throws(KeyFailure) -> SecretBytes {
        let text = SecretBytes(capacity: KeyText.byteLimit) { buffer in
            var writer = KeyWriter(buffer)
            writer.line("nexus key", KeyText.version)
            writer.line("device", device.text)
            switch content {
            case .plain(let seed, _):
                writer.line("seed", seed)
            case .sealed(let sealed):
                writer.line("argon2id", "\(sealed.cost.passes) \(sealed.cost.memory)")
                writer.line("salt", Base32.text(sealed.salt))
                writer.line("nonce", Base32.text(sealed.nonce))
                writer.line("box", Base32.text(sealed.box))
            }
            writer.line("check", KeyText.check(writer.written))
            return writer.count
        }
        guard let text else { throw .noMemory }
        return text
    }
}

/// Reads a key's lines, in order, where they lie.
private struct KeyLines {
    static let end = UInt8(ascii: "\n")
    private let whole: UnsafeRawBufferPointer
    private var rest: Slice<UnsafeRawBufferPointer>

    enum Content {
        case seed(SecretBytes)
        case sealed(SealedSeed)
    }

    init(_ bytes: UnsafeRawBufferPointer) { (whole, rest) = (bytes, bytes[...]) }

    /// What follows `word` and a blank in the next line; nil, and the line stays, if it does not begin with them.
    private mutating func value(_ word: StaticString) -> Slice<UnsafeRawBufferPointer>? {
        let length = word.utf8CodeUnitCount + 1
        guard rest.count > length, rest[rest.startIndex + length - 1] == UInt8(ascii: " "),
            word.withUTF8Buffer({ rest.prefix(length - 1).elementsEqual($0) }), let end = rest.firstIndex(of: Self.end)
        else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[(rest.startIndex + length)..<end]
    }

    /// A value that is no secret.
    mutating func text(_ word: StaticString) -> String? { value(word).map { String(decoding: $0, as: UTF8.self) } }

    mutating func bytes(_ word: StaticString, _ count: Int) -> [UInt8]? {
        text(word).flatMap { Base32.bytes($0) }.flatMap { $0.count == count ? $0 : nil }
    }

    /// The seed, plain or sealed.
    mutating func content(path: String) throws(KeyFailure) -> Content {
        if let letters = value("seed") {
            guard let seed = try Self.secret(letters, SigningKey.seedByteCount) else { throw .damaged(path) }
            return .seed(seed)
        }
        let numbers = text("argon2id")?.split(separator: " ").compactMap { UInt64($0) } ?? []
        guard numbers.count == 2, let salt = bytes("salt", SealedSeed.saltByteCount),
            let nonce = bytes("nonce", SealedSeed.nonceByteCount), let box = bytes("box", SealedSeed.boxByteCount)
        else { throw .damaged(path) }
        let cost = GuessCost(passes: numbers[0], memory: numbers[1])
        return .sealed(SealedSeed(cost: cost, salt: salt, nonce: nonce, box: box))
    }

    /// Whether the check is next, is right, and is all there is left.
    var areWhole: Bool {
        mutating get {
            let above = UnsafeRawBufferPointer(rebasing: whole[..<rest.startIndex])
            return text("check") == KeyText.check(above) && rest.isEmpty
        }
    }

    /// Bytes in base32, decoded straight into memory of their own.
    ///
    /// - Returns: nil if they are not so many.
    static func secret(_ letters: Slice<UnsafeRawBufferPointer>, _ count: Int) throws(KeyFailure) -> SecretBytes? {
        var found = 0
        var isRight = false
        let secret = SecretBytes(capacity: count) { buffer in
            isRight = Base32.read(letters) { byte in
                if found < count { buffer[found] = byte }
                found += 1
            }
            return count
        }
        guard let secret else { throw .noMemory }
        return isRight && found == count ? secret : nil
    }
}

/// Writes a key's lines where they are to lie.
private struct KeyWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

    mutating func line(_ word: String, _ value: String) {
        for byte in "\(word) \(value)\n".utf8 { add(byte) }
    }

    mutating func line(_ word: String, _ secret: SecretBytes) {
        for byte in "\(word) ".utf8 { add(byte) }
        secret.withUnsafeBytes { Base32.write($0) { add($0) } }
        add(KeyLines.end)
    }

    private mutating func add(_ byte: UInt8) {
        precondition(count < buffer.count, "a key's text is short")
        buffer[count] = byte
        count += 1
    }
}
