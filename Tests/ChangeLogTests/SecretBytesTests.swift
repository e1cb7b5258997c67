import ChangeLog
import Testing

/// Secrets in memory.
struct SecretBytesTests {
    private struct Refusal: Error {}

    private func secret(_ bytes: [UInt8], capacity: Int? = nil) throws -> SecretBytes {
        try #require(
            SecretBytes(capacity: capacity ?? bytes.count) { buffer in
                buffer.copyBytes(from: bytes)
                return bytes.count
            })
    }

    @Test func `they hold what was written, and no more`() throws {
        #expect(try secret([1, 2, 3], capacity: 10).withUnsafeBytes { Array($0) } == [1, 2, 3])
        #expect(try secret([]).count == 0)
        #expect(SecretBytes(capacity: 2) { _ in 3 }?.count == 2)
        #expect(throws: Refusal.self) { try SecretBytes(capacity: 2) { _ in throw Refusal() } }
    }

    @Test func `they are equal when every byte is`() throws {
        #expect(try secret([1, 2, 3]) == secret([1, 2, 3]))
        #expect(try secret([1, 2, 3]) != secret([1, 2, 4]))
        #expect(try secret([1, 2, 3]) != secret([1, 2]))
        let drawn = try #require(SystemRandom.secret(32))
        #expect(drawn != SystemRandom.secret(32))
        #expect(drawn.count == 32)
    }

    @Test func `a seed gives the same key from either kind of memory`() throws {
        let seed = Array(UInt8(0)..<32)
        let key = try #require(SigningKey(seed: secret(seed)))
        #expect(key.device == SigningKey(seed: seed)?.device)
        #expect(key.sign([1]) == SigningKey(seed: seed)?.sign([1]))
        #expect(SigningKey(seed: try secret([1])) == nil)
    }

    @Test func `however secrets and keys are printed, nothing secret shows`() throws {
        let seed = Array(UInt8(100)..<132)
        let key = try #require(SigningKey(seed: seed))
        var texts: [String] = []
        for value in [try secret(seed), key] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            texts += [
                "\(value)", String(reflecting: value), dumped, "\([value])", "\(Mirror(reflecting: value).children)",
            ]
        }
        for text in texts {
            #expect(!text.contains(Base32.text(seed).prefix(8)))
            #expect(!text.contains("100, 101"))
            #expect(!text.contains("0x"), "not even where it lies")
        }
    }
}
