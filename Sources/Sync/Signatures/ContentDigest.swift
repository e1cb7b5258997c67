import ChangeLog
import RawStructuredFieldValues

/// What a body's digests are, as a header field.
///
/// Source: RFC 9530, section 2.
enum ContentDigest {
    /// SHA-256 only, which every server takes.
    static func field(of body: [UInt8]) -> String { "sha-256=:\(Base64.text(Digest.sha256(body))):" }

    /// SHA-256 must be there and right. SHA-512 must be right if it is there; what other algorithms say is not looked at.
    static func check(_ field: String, of body: [UInt8]) throws(SignatureRejection) {
        let digests = try StructuredField.dictionary(field)
        guard let sha256 = digests["sha-256"] else { throw .missing }
        guard try StructuredField.bytes(sha256) == Digest.sha256(body) else { throw .wrongDigest }
        guard let sha512 = digests["sha-512"] else { return }
        guard try StructuredField.bytes(sha512) == Digest.sha512(body) else { throw .wrongDigest }
    }
}
