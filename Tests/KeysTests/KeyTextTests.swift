import ChangeLog
import TestSupport
import Testing

@testable import Keys

/// The text of a key file.
struct KeyTextTests {
    /// Made with PyNaCl, from the description in `KeyText`; the seed is 0, 1, … 31.
    private static let plain = """
        nexus key 1
        device aoqqpp7tzyil4hlq3umoos6atft6jvrqtosq2xy53sdgiesvgg4a
        seed aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq
        check hxjlmbpdiaivnpgypg3fawzuye

        """
    private static let sealed = """
        nexus key 1
        device aoqqpp7tzyil4hlq3umoos6atft6jvrqtosq2xy53sdgiesvgg4a
        argon2id 2 1048576
        salt mrswmz3infvgw3dnnzxxa4lsom
        nonce zde4vs6mzxhm7ugr2lj5jvow27mntww33to55xy
        box grhouysrdcvxs2fn6rwb3fumjlmjxz7tcwkdlgyfuwp4sg3qwixrhkuoobgkvtp43izg6zdfpmgzc
        check vmu2mk3czcoy3yksqntfkdzem4

        """

    @Test func `a key written elsewhere by the description is read`() throws {
        let plain = try key(in: Self.plain)
        #expect(try plain.mark() == StoredKey.counting().mark())
        let sealed = try key(in: Self.sealed)
        #expect(sealed.isSealed)
        #expect(sealed.device == plain.device)
        #expect(sealed.signing == nil)
        #expect(try sealed.opened(with: .of("Käse und Brot")).mark() == plain.mark())
    }

    @Test func `what is written is what the description says`() throws {
        #expect(try StoredKey.counting().text().text == Self.plain)
    }

    @Test(arguments: ["", "\n"])
    func `a file of the kind before, a bare seed, is read and written in the new form`(end: String) throws {
        let old = try key(in: Base32.text(Array(0..<32)) + end)
        #expect(try old.mark() == StoredKey.counting().mark())
        #expect(try old.text().text == Self.plain)
    }

    @Test func `no bit of a plain or a sealed key can be altered without its being refused`() throws {
        for text in [Self.plain, Self.sealed] {
            for bit in 0..<(text.utf8.count * 8) {
                var bytes = Array(text.utf8)
                bytes[bit / 8] ^= 1 << (bit % 8)
                #expect(throws: KeyFailure.self, "bit \(bit)") { try StoredKey(.of(bytes), path: "k") }
            }
        }
    }

    @Test func `a key cut off anywhere, or with anything behind it, is refused`() throws {
        for text in [Self.plain, Self.sealed] {
            for count in 0..<text.utf8.count {
                #expect(throws: KeyFailure.damaged("k")) { try key(in: String(text.prefix(count))) }
            }
            #expect(throws: KeyFailure.damaged("k")) { try key(in: text + "\n") }
            #expect(throws: KeyFailure.damaged("k")) { try key(in: text + text) }
        }
    }

    /// An attacker makes the check right again.
    @Test(arguments: Seed.several(20))
    func `a key altered on purpose is refused or still the same, and never ends the program`(seed: Seed) throws {
        var dice = Dice(seed)
        let lines = Self.sealed.utf8.prefix(Self.sealed.utf8.count - 33)
        for _ in 0..<50 {
            var bytes = Array(lines)
            for _ in 0...dice.number(0...3) {
                bytes[dice.number(12...(bytes.count - 1))] = UInt8(dice.number(0...255))
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard let altered = try? key(in: checked(text)), altered.isSealed else { continue }
            // What takes long is not tried here.
            guard case .sealed(let content) = altered.content, content.cost.memory <= 1 << 21 else { continue }
            if let opened = try? altered.opened(with: .of("Käse und Brot")) {
                #expect(try opened.mark() == StoredKey.counting().mark())
            }
        }
    }

    @Test func `a public key that is not the secret one's is refused, plain at once and sealed when opened`() throws {
        let other = try StoredKey.fresh().device.text
        let own = try StoredKey.counting().device.text
        let plain = Self.plain.split(separator: "\n").prefix(3).joined(separator: "\n") + "\n"
        #expect(throws: KeyFailure.mismatched) {
            try key(in: checked(plain.replacing(own, with: other)))
        }
        let sealed = Self.sealed.split(separator: "\n").prefix(6).joined(separator: "\n") + "\n"
        let swapped = try key(in: checked(sealed.replacing(own, with: other)))
        #expect(swapped.device.text == other)
        #expect(throws: KeyFailure.mismatched) { try swapped.opened(with: .of("Käse und Brot")) }
    }

    @Test(arguments: [
        "2 107374182400", "5 1048576", "4294967295 1048576", "18446744073709551615 18446744073709551615",
        "2 1073741825",
        "0 1048576", "2 8191", "2 0",
    ])
    func `a file that asks for more memory or time than we ever do is refused before any is spent`(cost: String) {
        let lines = Self.sealed.split(separator: "\n").prefix(6).joined(separator: "\n") + "\n"
        let costly = checked(lines.replacing("argon2id 2 1048576", with: "argon2id \(cost)"))
        #expect(throws: KeyFailure.costly("k")) { try key(in: costly) }
    }

    @Test(arguments: ["-1 1048576", "2", "2 1048576 1", "two 1048576", "18446744073709551616 1", ""])
    func `costs that are no two numbers are damage`(cost: String) {
        let lines = Self.sealed.split(separator: "\n").prefix(6).joined(separator: "\n") + "\n"
        let broken = checked(lines.replacing("argon2id 2 1048576", with: "argon2id \(cost)"))
        #expect(throws: KeyFailure.damaged("k")) { try key(in: broken) }
    }

    @Test func `a key of a newer version says so, and a version that is none is damage`() {
        #expect(throws: KeyFailure.newerVersion("k")) { try key(in: "nexus key 2\nwhatever\n") }
        for version in ["0", "-2", "x", "", "99999999999999999999"] {
            #expect(throws: KeyFailure.damaged("k")) { try key(in: "nexus key \(version)\n") }
        }
    }
}
