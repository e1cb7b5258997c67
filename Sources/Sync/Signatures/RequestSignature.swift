public import ChangeLog
import RawStructuredFieldValues

/// Signs and checks a request by HTTP Message Signatures with Ed25519, over method, path, body digest and audience.
///
/// Taken is what any implementation may send that covers these: under any label, with components and parameters in any
/// order, and more of both.
///
/// Source: RFC 9421 (verifying: section 3.2; Ed25519: section 3.3.6), RFC 9530 (Content-Digest).
public enum RequestSignature {
    /// How far `created` may lie from the relay's clock, in seconds.
    public static let freshness: UInt64 = 300

    /// What is signed.
    public struct Parts: Hashable, Sendable {
        /// GET or POST.
        public var method: String
        /// The path of the address, without a query.
        public var path: String
        /// The relay's key in base32, or `any` before it is known.
        public var audience: String
        /// Seconds since 1970.
        public var created: UInt64
        /// Never used twice; base32.
        public var nonce: String

        /// The parts of a request.
        public init(method: String, path: String, audience: String, created: UInt64, nonce: String) {
            (self.method, self.path, self.audience) = (method, path, audience)
            (self.created, self.nonce) = (created, nonce)
        }
    }

    /// What a signature has to cover. It may cover more, in any order.
    static let components = ["@method", "@path", "content-digest", "nexus-audience"]

    /// The header fields that carry the signature.
    ///
    /// - Precondition: `nonce` is 1 to 64 bytes of ASCII; so are method, path and audience ASCII.
    public static func headers(
        _ parts: Parts, body: [UInt8], key: SigningKey
    ) -> [(name: String, value: String)] {
        let digest = ContentDigest.field(of: body)
        let terms = SignatureTerms(device: key.device, created: parts.created, nonce: parts.nonce)
        let input = SignatureInput(label: "nexus", components: components, parameters: terms.parameters)
        let message = SignedMessage(
            method: parts.method, target: parts.path,
            headers: ["content-digest": digest, "nexus-audience": parts.audience])
        guard let base = try? input.base(of: message) else { preconditionFailure("a request is ASCII") }
        return [
            ("content-digest", digest), ("nexus-audience", parts.audience), ("signature-input", input.field),
            ("signature", "\(input.label)=:\(Base64.text(key.sign(base).bytes)):"),
        ]
    }

    /// Whose request it is.
    ///
    /// - Parameters:
    ///   - path: as it stood in the request's first line, query included.
    ///   - headers: by lowercase name, `host` among them if a signature may cover `@authority`. The values of a name
    ///     that came more than once are joined by ", ".
    ///   - now: seconds since 1970.
    /// - Returns: the device and the nonce, which the caller must not have seen before.
    public static func check(
        method: String, path: String, headers: [String: String], body: [UInt8], now: UInt64
    ) throws(SignatureRejection) -> (device: DeviceID, nonce: String, audience: String) {
        let message = SignedMessage(method: method, target: path, headers: headers)
        let (digest, audience) = (try message.value(of: "content-digest"), try message.value(of: "nexus-audience"))
        let input = try SignatureInput(field: message.value(of: "signature-input"))
        guard components.allSatisfy(input.components.contains) else { throw .notCovered }
        let terms = try SignatureTerms(input.parameters)
        let signature = try signature(in: message.value(of: "signature"), label: input.label)
        try ContentDigest.check(digest, of: body)
        guard terms.device.isValidPoint, terms.device.verifies(signature, of: try input.base(of: message)) else {
            throw .notAuthentic
        }
        guard terms.isFresh(at: now, within: freshness) else { throw .stale }
        return (terms.device, terms.nonce, audience)
    }

    private static func signature(in field: String, label: String) throws(SignatureRejection) -> Signature {
        let members = try StructuredField.dictionary(field)
        guard members.count <= 1 else { throw .ambiguous }
        guard let value = members[label], let signature = Signature(try StructuredField.bytes(value)) else {
            throw .malformed
        }
        return signature
    }
}

/// Why a request's signature was not taken.
public enum SignatureRejection: Error, Hashable, Sendable {
    /// A header field is not there, or `Content-Digest` has no SHA-256.
    case missing
    /// A header field is not written as RFC 9651 says, is too long, or lacks a parameter or has one of another kind.
    case malformed
    /// A header field says something twice, or there are several signatures.
    case ambiguous
    /// An algorithm, or a covered component, that is not known here.
    case unsupported
    /// The signature does not cover all of method, path, digest and audience.
    case notCovered
    /// The body is not what the digest says.
    case wrongDigest
    /// The signature is not the device's, or not over this request.
    case notAuthentic
    /// Made too long ago, or in the future, or it has expired.
    case stale
}
