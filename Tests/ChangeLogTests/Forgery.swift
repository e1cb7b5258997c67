import CSodium
import TestSupport

@testable import ChangeLog

/// Points of edwards25519 that are good for nothing, and one encoding of none.
enum Points {
    static let ofOrderEight = hexadecimal("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
    static let identity = hexadecimal("0100000000000000000000000000000000000000000000000000000000000000")
    /// The identity again, with p + 1 for its y coordinate 1.
    static let identityNotCanonical = hexadecimal("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
    /// An honest key plus the point of order eight.
    static let mixedOrder = Curve.sum(SigningKey.of("maya").device.bytes, ofOrderEight)
    /// No point has the y coordinate 2.
    static let notOnCurve = hexadecimal("0200000000000000000000000000000000000000000000000000000000000000")

    private static func hexadecimal(_ text: String) -> [UInt8] { [UInt8](hex: text) ?? [] }
}

/// What a forger computes with; scalars have 32 bytes, little-endian, modulo the group order L.
enum Curve {
    static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        point { crypto_core_ed25519_add($0, left, right) }
    }

    static func times(_ scalar: UInt8, _ addend: [UInt8]) -> [UInt8] {
        (0..<scalar).reduce(Points.identity) { sum, _ in Self.sum(sum, addend) }
    }

    static func base(_ scalar: [UInt8]) -> [UInt8] {
        point { crypto_scalarmult_ed25519_base_noclamp($0, scalar) }
    }

    /// The secret scalar of somebody's key.
    static func secret(of person: String) -> [UInt8] {
        var hash = sha512(Digest.of(Array(person.utf8), domain: "test key"))
        hash[0] &= 248
        hash[31] = hash[31] & 127 | 64
        return reduced(Array(hash[..<32]) + [UInt8](repeating: 0, count: 32))
    }

    static func challenge(_ point: [UInt8], _ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        reduced(sha512(point + key + message))
    }

    static func sumOfScalars(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_add(&sum, left, right)
        return sum
    }

    static func product(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var product = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_mul(&product, left, right)
        return product
    }

    /// Not modulo L.
    static func plusOrder(_ scalar: [UInt8]) -> [UInt8] {
        let order = [UInt8](hex: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010") ?? []
        var carry: UInt16 = 0
        return zip(scalar, order).map { left, right in
            carry += UInt16(left) + UInt16(right)
            defer { carry >>= 8 }
            return UInt8(truncatingIfNeeded: carry)
        }
    }

    private static func point(_ compute: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
        var point = [UInt8](repeating: 0, count: 32)
        _ = compute(&point)
        return point
    }

    private static func sha512(_ bytes: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 64)
        crypto_hash_sha512(&hash, bytes, UInt64(bytes.count))
        return hash
    }

    private static func reduced(_ wide: [UInt8]) -> [UInt8] {
        var scalar = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_reduce(&scalar, wide)
        return scalar
    }
}

/// A way to make a signature that some implementations take and others refuse; ours refuses it.
struct Forgery: Sendable {
    let name: String
    /// As a sentence about a seal.
    let about: String
    /// nil is Maya's own.
    let key: [UInt8]?
    /// The forger tries nonces until the challenge suits; nil if none of many does.
    let sign: @Sendable (_ message: [UInt8]) -> [UInt8]?

    static let all = [
        Forgery(
            name: "s-not-reduced", about: "A good signature with S + L in place of S.", key: nil,
            sign: { message in
                let honest = SigningKey.of("maya").sign(message).bytes
                return honest[..<32] + Curve.plusOrder(Array(honest[32...]))
            }),
        Forgery(
            name: "small-order-key", about: "A key of small order, of which anybody can sign for many messages.",
            key: Points.ofOrderEight,
            sign: { attempt($0, key: Points.ofOrderEight, secret: nil) }),
        Forgery(
            name: "mixed-order-key",
            about: "A key outside the subgroup. Without a check of the key, libsodium takes this signature.",
            key: Points.mixedOrder,
            sign: { attempt($0, key: Points.mixedOrder, secret: maya) }),
        Forgery(
            name: "mixed-order-key-and-r", about: "Key and R outside the subgroup, so that both faults cancel.",
            key: Points.mixedOrder,
            sign: { attempt($0, key: Points.mixedOrder, secret: maya, cancels: true) }),
        Forgery(
            name: "key-not-on-curve", about: "A key that is no point.", key: Points.notOnCurve,
            sign: { _ in Curve.base(nonce(1)) + nonce(1) }),
        Forgery(
            name: "r-small-order", about: "R is the identity.", key: nil, sign: { sign($0, point: Points.identity) }),
        Forgery(
            name: "r-not-canonical", about: "R is a second encoding of the identity.", key: nil,
            sign: { sign($0, point: Points.identityNotCanonical) }),
        Forgery(
            name: "r-mixed-order", about: "R outside the subgroup: the signature holds if multiplied by the cofactor.",
            key: nil,
            sign: { message in
                let point = Curve.sum(Curve.base(nonce(1)), Points.ofOrderEight)
                let product = Curve.product(Curve.challenge(point, mayaKey, message), maya)
                return point + Curve.sumOfScalars(nonce(1), product)
            }),
    ]

    private static let maya = Curve.secret(of: "maya")
    private static let mayaKey = SigningKey.of("maya").device.bytes

    private static func nonce(_ number: UInt8) -> [UInt8] { [number] + [UInt8](repeating: 0, count: 31) }

    /// With a given R and no nonce behind it: S is challenge times secret.
    private static func sign(_ message: [UInt8], point: [UInt8]) -> [UInt8] {
        point + Curve.product(Curve.challenge(point, mayaKey, message), maya)
    }

    /// With a key that differs from an honest one by a point of order eight: times the challenge, that difference has to
    /// vanish by itself or, if `cancels`, together with as much of the same point in R.
    ///
    /// - Parameter secret: of the honest part; nil is none.
    private static func attempt(
        _ message: [UInt8], key: [UInt8], secret: [UInt8]?, cancels: Bool = false
    ) -> [UInt8]? {
        for number in UInt8(1)...200 {
            for share in cancels ? UInt8(1)..<8 : 0..<1 {
                let point = Curve.sum(Curve.base(nonce(number)), Curve.times(share, Points.ofOrderEight))
                let challenge = Curve.challenge(point, key, message)
                guard (challenge[0] % 8 + share) % 8 == 0 else { continue }
                let known = secret.map { Curve.product(challenge, $0) } ?? nonce(0)
                return point + Curve.sumOfScalars(nonce(number), known)
            }
        }
        return nil
    }
}
