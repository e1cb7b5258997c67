import ChangeLog
import Testing

@testable import Keys

/// Keys under passphrases.
struct StoredKeyTests {
    @Test func `a key under a passphrase is the same key once opened`() throws {
        let key = try StoredKey.fresh()
        let passphrase = try SecretBytes.of("correct horse")
        let sealed = try key.sealed(under: passphrase, cost: .least)
        #expect(sealed.isSealed)
        #expect(sealed.device == key.device)
        #expect(sealed.signing == nil)
        let read = try StoredKey(sealed.text(), path: "k")
        #expect(try read.opened(with: passphrase).mark() == key.mark())
        #expect(try key.opened(with: passphrase).mark() == key.mark(), "one that is under none is handed back")
    }

    @Test(arguments: ["correct horsf", "correct hors", "correct horse ", "Correct horse", "correct horse\u{0}", "c"])
    func `any other passphrase is wrong`(other: String) throws {
        let sealed = try StoredKey.counting().sealed(under: .of("correct horse"), cost: .least)
        #expect(throws: KeyFailure.wrongPassphrase) { try sealed.opened(with: .of(other)) }
    }

    @Test func `the same passphrase twice gives two files that have nothing in common but the device`() throws {
        let key = try StoredKey.counting()
        let texts = try (0..<2).map { _ in
            try key.sealed(under: .of("correct horse"), cost: .least).text().text.split(separator: "\n")
        }
        #expect(zip(texts[0], texts[1]).map { $0 == $1 } == [true, true, true, false, false, false, false])
    }

    @Test func `an empty passphrase protects nothing, and one key has one passphrase`() throws {
        let key = try StoredKey.counting()
        #expect(throws: KeyFailure.unfitPassphrase) { try key.sealed(under: .of(""), cost: .least) }
        let sealed = try key.sealed(under: .of("a"), cost: .least)
        #expect(throws: KeyFailure.locked) { try sealed.sealed(under: .of("b"), cost: .least) }
    }

    @Test func `what guessing costs is what was promised`() throws {
        let key = try StoredKey.counting()
        let home = try key.sealed(under: .of("a"), cost: .home).text().text
        #expect(home.contains("\nargon2id 2 67108864\n"))
        let export = try key.sealed(under: .of("a"), cost: .export).text().text
        #expect(export.contains("\nargon2id 3 268435456\n"))
    }

    @Test func `however a key is printed, its seed does not show`() throws {
        let key = try StoredKey.counting()
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("aaaqeayeaudaocaj"), "base32")
            #expect(!text.lowercased().contains("00010203"), "hexadecimal")
            #expect(!text.contains("0, 1, 2, 3"), "numbers")
        }
    }
}
