import CSodium
import TestSupport
import Testing

@testable import ChangeLog

/// A signature of our own making, and whether it holds: `Fixtures/signatures`.
struct SignatureVector: Sendable, CustomTestStringConvertible {
    let name: String
    let about: String
    let key: [UInt8]
    let signature: [UInt8]
    var message = SignatureSelfTest.message
    let holds: Bool

    var testDescription: String { name }

    var fixture: Fixture {
        Fixture(about: [about], facts: ["verdict \(holds ? "holds" : "fails")"], bytes: key + signature + message)
    }

    static let all: [SignatureVector] = {
        let honest = SigningKey.of("maya")
        let signature = honest.sign(SignatureSelfTest.message).bytes
        let forged = Forgery.all.compactMap { forgery in
            forgery.sign(SignatureSelfTest.message).map {
                SignatureVector(
                    name: forgery.name, about: forgery.about, key: forgery.key ?? honest.device.bytes, signature: $0,
                    holds: false)
            }
        }
        return [
            SignatureVector(
                name: "honest", about: "A good signature.", key: honest.device.bytes, signature: signature, holds: true),
            SignatureVector(
                name: "honest-empty", about: "A good signature over no bytes.", key: honest.device.bytes,
                signature: honest.sign([]).bytes, message: [], holds: true),
            SignatureVector(
                name: "honest-altered", about: "A good signature, but over a message without its last byte.",
                key: honest.device.bytes, signature: signature, message: SignatureSelfTest.message.dropLast(),
                holds: false),
        ] + forged
    }()

    static let folder: Result<FixtureFolder, any Error> = Result {
        try FixtureFolder("signatures") { Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.fixture) }) }
    }
}

struct SignatureVectorTests {
    @Test func `every vector has its file, and every file its vector`() throws {
        #expect(SignatureVector.all.count == Forgery.all.count + 3)
        #expect(try SignatureVector.folder.get().names() == SignatureVector.all.map(\.name).sorted())
    }

    @Test(arguments: SignatureVector.all)
    func `a vector's file is judged as it says`(vector: SignatureVector) throws {
        #expect(try SignatureVector.folder.get().text(vector.name) == vector.fixture.text)
        let fixture = try SignatureVector.folder.get().read(vector.name)
        let device = try #require(DeviceID(fixture.bytes[..<32]))
        let signature = try #require(Signature(fixture.bytes[32..<96]))
        let holds = device.isValidPoint && device.verifies(signature, of: Array(fixture.bytes[96...]))
        #expect(fixture.facts == ["verdict \(holds ? "holds" : "fails")"])
    }

    @Test func `no signature in other than canonical form is taken for the same message`() {
        let key = SigningKey.of("maya")
        let signature = key.sign([1, 2, 3]).bytes
        for index in signature.indices {
            for bit in UInt8(0)..<8 {
                var altered = signature
                altered[index] ^= 1 << bit
                #expect(Signature(altered).map { key.device.verifies($0, of: [1, 2, 3]) } == false)
            }
        }
    }
}

struct SignatureSelfTestTests {
    @Test func `the self-test asks what the files ask`() {
        for vector in SignatureSelfTest.vectors {
            let file = SignatureVector.all.first { $0.name == vector.name }
            #expect(file?.message == SignatureSelfTest.message)
            #expect(Base32.bytes(vector.key) == file?.key)
            #expect(Base32.bytes(vector.signature) == file?.signature)
            #expect(vector.holds == file?.holds)
        }
        #expect(SignatureSelfTest.vectors.count > 8)
    }

    @Test func `the installed libsodium passes with our checks around it`() {
        #expect(SignatureSelfTest.passes(Ed25519.holds))
    }

    @Test func `a library that takes or refuses everything fails`() {
        #expect(!SignatureSelfTest.passes { _, _, _ in true })
        #expect(!SignatureSelfTest.passes { _, _, _ in false })
    }

    @Test func `a library that is wrong about any single vector fails`() {
        for vector in SignatureSelfTest.vectors {
            let signature = Base32.bytes(vector.signature)
            #expect(
                !SignatureSelfTest.passes { key, other, message in
                    Ed25519.holds(key, other, message) != (other == signature)
                })
        }
    }

    @Test func `without our checks of key and point, libsodium would take a forgery`() {
        #expect(
            !SignatureSelfTest.passes { key, signature, message in
                crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), key) == 0
            })
        #expect(!SignatureSelfTest.passes { Ed25519.verifies($1, of: $2, by: $0) })
    }

    @Test func `a verification that multiplies by the cofactor, as some do, is told from ours`() {
        // What such a library would say of the vector with an R of mixed order is yes.
        let lax = SignatureSelfTest.vectors.first { $0.name == "r-mixed-order" }
        #expect(lax != nil)
        #expect(
            !SignatureSelfTest.passes { key, signature, message in
                Ed25519.holds(key, signature, message) || Base32.bytes(lax?.signature ?? "") == signature
            })
    }
}
