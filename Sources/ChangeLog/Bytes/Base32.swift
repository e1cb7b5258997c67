public import CRDT

/// Lowercase base32 without padding: how ids, digests and invitations are written for people.
///
/// Source: RFC 4648, section 6, in lower case.
public enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// Five bits a letter.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        var letters: [UInt8] = []
        write(bytes) { letters.append($0) }
        return String(decoding: letters, as: UTF8.self)
    }

    /// - Returns: nil if a letter is outside the alphabet (upper case is taken too) or bits are left over that are
    ///   not zero.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        return read(text.utf8) { bytes.append($0) } ? bytes : nil
    }

    /// Hands the letters on, one by one, and keeps none: a secret is to lie in one place only.
    package static func write(_ bytes: some Sequence<UInt8>, to take: (UInt8) -> Void) {
        var held: UInt32 = 0
        var bits = 0
        for byte in bytes {
            held = held << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                take(alphabet[Int(held >> UInt32(bits) & 31)])
            }
            held &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { take(alphabet[Int(held << UInt32(5 - bits) & 31)]) }
    }

    /// Hands the bytes on, one by one, and keeps none.
    ///
    /// - Returns: whether the letters were what ``bytes(_:)`` takes; if not, what was handed on means nothing.
    package static func read(_ letters: some Sequence<UInt8>, to take: (UInt8) -> Void) -> Bool {
        var held: UInt32 = 0
        var bits = 0
        for letter in letters {
            guard let value = value(of: letter) else { return false }
            held = held << 5 | value
            bits += 5
            if bits >= 8 {
                bits -= 8
                take(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
                held &= (1 << UInt32(bits)) - 1
            }
        }
        return bits < 5 && held == 0
    }

    private static func value(of letter: UInt8) -> UInt32? {
        switch letter {
        case 0x61...0x7A: UInt32(letter - 0x61)
        case 0x41...0x5A: UInt32(letter - 0x41)
        case 0x32...0x37: UInt32(letter - 0x32 + 26)
        default: nil
        }
    }
}

extension Identifier {
    /// Twenty-six letters of base32.
    public var text: String { Base32.text(bytes) }
}
