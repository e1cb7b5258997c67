import ChangeLog

/// Which key a relay's TLS certificate has to have, for clients that trust no authority to vouch for it: the fragment
/// of the relay's address.
///
///     https://relay.example:7001#sha256=RGHUyWeQn2ic5KCZuR8wqGVxUIGJTsXbBsU9UGvF2Xs
///
/// The key stays the same when the certificate is renewed with it.
///
/// Source: RFC 7469, section 2.4 (what is hashed); RFC 4648, section 5 (how it is written, without padding).
public struct KeyPin: Hashable, Sendable {
    private static let prefix = "sha256="
    private let digest: [UInt8]

    /// - Parameter publicKey: a certificate's SubjectPublicKeyInfo, in DER.
    public init(publicKey: [UInt8]) { digest = Digest.sha256(publicKey) }

    /// - Returns: nil for anything that ``text`` does not write.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let letters = text.dropFirst(Self.prefix.count)
        guard letters.utf8.count == 43, !letters.contains(where: { "+/=".contains($0) }) else { return nil }
        let plain = String(letters.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }) + "="
        guard let digest = Base64.bytes(plain), digest.count == 32 else { return nil }
        self.digest = digest
    }

    /// `sha256=` and 43 letters, which need no quoting in an address or a shell.
    public var text: String {
        Self.prefix + String(base64.dropLast().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// With padding, as libcurl takes it.
    public var base64: String { Base64.text(digest) }
}
