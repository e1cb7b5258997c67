import ChangeLog
import TestSupport
import Testing

struct IntegerTests {
    @Test(
        arguments: [
            (UInt64(0), [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 1]), (300, [0xAC, 2]),
            (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ] as [(UInt64, [UInt8])])
    func `an integer is written seven bits a byte, the lowest first`(value: UInt64, expected: [UInt8]) throws {
        var writer = ByteWriter()
        writer.integer(value)
        #expect(writer.bytes == expected)
        var reader = ByteReader(expected)
        #expect(try reader.integer() == value)
        try reader.finish()
    }

    @Test(arguments: [[0x80, 0], [0xFF, 0], [0x80, 0x80, 0], [0xAC, 0x82, 0]] as [[UInt8]])
    func `an integer in more bytes than it needs is refused`(bytes: [UInt8]) {
        #expect(rejection(of: bytes) == .integerNotCanonical)
    }

    @Test func `an integer of more than 64 bits is refused`() {
        let nine = [UInt8](repeating: 0xFF, count: 9)
        #expect(rejection(of: nine + [2]) == .integerNotCanonical)
        #expect(rejection(of: nine + [0x81]) == .integerNotCanonical)
        #expect(rejection(of: nine + [0x80, 0]) == .integerNotCanonical)
        #expect(rejection(of: nine + [1]) == nil)
    }

    @Test func `of all strings of up to two bytes, each integer has exactly one`() throws {
        for first in UInt8.min...UInt8.max {
            for bytes in [[first]] + (UInt8.min...UInt8.max).map({ [first, $0] }) {
                var reader = ByteReader(bytes)
                guard let value = try? reader.integer(), reader.remaining == 0 else { continue }
                var writer = ByteWriter()
                writer.integer(value)
                #expect(writer.bytes == bytes)
            }
        }
    }

    @Test func `a length beyond its limit is refused before anything is read`() {
        var writer = ByteWriter()
        writer.integer(FormatLimit.text.rawValue + 1)
        var reader = ByteReader(writer.bytes)
        #expect(throws: FormatRejection.limit(.text)) { try reader.sized(.text) }
    }

    @Test func `a text that is not UTF-8 is refused`() {
        for bytes in [[1, 0xFF], [2, 0xC0, 0x80], [3, 0xED, 0xA0, 0x80]] as [[UInt8]] {
            var reader = ByteReader(bytes)
            #expect(throws: FormatRejection.notText) { try reader.text() }
        }
    }

    private func rejection(of bytes: [UInt8]) -> FormatRejection? {
        var reader = ByteReader(bytes)
        do {
            _ = try reader.integer()
            return nil
        } catch {
            return error
        }
    }
}

struct Base32Tests {
    /// RFC 4648, section 10, in lower case and without padding.
    @Test(arguments: [
        ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"),
        ("foobar", "mzxw6ytboi"),
    ])
    func `the vectors of the RFC hold`(plain: String, text: String) {
        #expect(Base32.text(plain.utf8) == text)
        #expect(Base32.bytes(text) == Array(plain.utf8))
        #expect(Base32.bytes(text.uppercased()) == Array(plain.utf8))
    }

    @Test(arguments: ["a", "mz=", "m1", "mzxw0", "my ", "mz", "mzxw7", "é"])
    func `what is not written so is refused`(text: String) { #expect(Base32.bytes(text) == nil) }

    @Test(arguments: Seed.several(5))
    func `all bytes survive`(seed: Seed) {
        var dice = Dice(seed)
        for count in 0..<100 {
            let bytes = dice.bytes(count)
            #expect(Base32.bytes(Base32.text(bytes)) == bytes)
        }
    }
}
