import TestSupport
import Testing

@testable import Sync

struct KeyPinTests {
    /// RFC 8410, section 10.1; the hash by the openssl command.
    @Test func `a pin is the hash of a certificate's public key, for an address without anything to quote`() throws {
        let key = try #require(Base64.bytes("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="))
        #expect(KeyPin(publicKey: key).text == "sha256=oekVYFTgT6yJmunydRMs3Ael28TqLCrTof_G4NJTaB8")
    }

    @Test(arguments: Seed.several(5))
    func `a pin is read as it was written, and any other text is none`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<100 {
            let pin = KeyPin(publicKey: dice.bytes(44))
            #expect(KeyPin(pin.text) == pin)
            #expect(!pin.text.dropFirst(7).contains { "+/=".contains($0) })
            #expect(Base64.bytes(pin.base64)?.count == 32)
            var letters = Array(pin.text)
            letters[dice.number(0...letters.count - 1)] = dice.pick(Array("!+/= "))
            for text in [String(letters), pin.text + "A", String(pin.text.dropLast()), pin.text.uppercased()] {
                #expect(text == pin.text || KeyPin(text) == nil, "\(text)")
            }
        }
    }
}
