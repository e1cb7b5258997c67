public import ChangeLog

/// Signs and checks a request by HTTP Message Signatures with Ed25519, over method, path, body digest and audience.
///
/// Source: RFC 9421 (signature base: section 2.5; Ed25519: section 3.3.6), RFC 9530 (Content-Digest).
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

    /// The header fields that carry the signature.
    public static func headers(
        _ parts: Parts, body: [UInt8], key: SigningKey
    ) -> [(name: String, value: String)] {
        let digest = contentDigest(body)
        let parameters = parameters(of: parts, device: key.device)
        let signature = key.sign(Array(base(parts, digest: digest, parameters: parameters).utf8))
        return [
            ("content-digest", digest), ("nexus-audience", parts.audience),
            ("signature-input", "nexus=\(parameters)"), ("signature", "nexus=:\(Base64.text(signature.bytes)):"),
        ]
    }

    /// Whose request it is.
    ///
    /// - Parameters:
    ///   - headers: by lowercase name.
    ///   - now: seconds since 1970.
    /// - Returns: the device and the nonce, which the caller must not have seen before.
    public static func check(
        method: String, path: String, headers: [String: String], body: [UInt8], now: UInt64
    ) throws(SignatureRejection) -> (device: DeviceID, nonce: String, audience: String) {
        guard let input = headers["signature-input"], let signature = headers["signature"],
            let digest = headers["content-digest"], let audience = headers["nexus-audience"]
        else { throw .missing }
        guard digest == contentDigest(body) else { throw .wrongDigest }
        guard input.hasPrefix("nexus="), let fields = Parameters(String(input.dropFirst(6))) else { throw .malformed }
        let parts = Parts(
            method: method, path: path, audience: audience, created: fields.created, nonce: fields.nonce)
        let parameters = parameters(of: parts, device: fields.device)
        guard input == "nexus=\(parameters)", signature.hasPrefix("nexus=:"), signature.hasSuffix(":"),
            let bytes = Base64.bytes(signature.dropFirst(7).dropLast()), let seal = Signature(bytes)
        else { throw .malformed }
        guard fields.device.isValidPoint,
            fields.device.verifies(seal, of: Array(base(parts, digest: digest, parameters: parameters).utf8))
        else { throw .notAuthentic }
        guard max(now, fields.created) - min(now, fields.created) <= freshness else { throw .stale }
        return (fields.device, fields.nonce, audience)
    }

    private static func contentDigest(_ body: [UInt8]) -> String { "sha-256=:\(Base64.text(Digest.sha256(body))):" }

    private static func parameters(of parts: Parts, device: DeviceID) -> String {
        #"("@method" "@path" "content-digest" "nexus-audience");created=\#(parts.created);"#
            + #"keyid="\#(device.text)";nonce="\#(parts.nonce)";alg="ed25519""#
    }

    private static func base(_ parts: Parts, digest: String, parameters: String) -> String {
        """
        "@method": \(parts.method)
        "@path": \(parts.path)
        "content-digest": \(digest)
        "nexus-audience": \(parts.audience)
        "@signature-params": \(parameters)
        """
    }

    /// The parameters that a checker needs; everything else has to be as we write it.
    private struct Parameters {
        let created: UInt64
        let device: DeviceID
        let nonce: String

        init?(_ text: String) {
            var created: UInt64?
            var device: DeviceID?
            var nonce: String?
            for field in text.split(separator: ";") {
                let parts = field.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let value = parts[1].filter { $0 != "\"" }
                switch parts[0] {
                case "created": created = UInt64(value)
                case "keyid": device = Base32.bytes(value).flatMap { DeviceID($0) }
                case "nonce": nonce = String(value)
                default: continue
                }
            }
            guard let created, let device, let nonce, nonce.utf8.count <= 64 else { return nil }
            (self.created, self.device, self.nonce) = (created, device, nonce)
        }
    }
}

/// Why a request's signature was not taken.
public enum SignatureRejection: Error, Hashable, Sendable {
    /// A header field is not there.
    case missing
    /// A header field is not as this version writes it.
    case malformed
    /// The body is not what the digest says.
    case wrongDigest
    /// The signature is not the device's.
    case notAuthentic
    /// Made too long ago, or in the future.
    case stale
}
