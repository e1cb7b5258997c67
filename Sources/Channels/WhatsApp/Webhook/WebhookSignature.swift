import CSodium
public import ChangeLog

/// The signature under a webhook: HMAC-SHA-256 of the body's bytes as they came, under the app's secret, in hexadecimal
/// behind `sha256=`, in the header `X-Hub-Signature-256`.
///
/// Source: developers.facebook.com, "Webhooks from Meta", validating payloads; RFC 2104.
public enum WebhookSignature {
    /// The header's name, in lowercase.
    public static let headerName = "x-hub-signature-256"
    private static let prefix = "sha256="

    /// Takes as long whether it differs early, late or not at all.
    public static func isValid(_ header: String?, body: [UInt8], secret: SecretBytes) -> Bool {
        guard let header, header.hasPrefix(prefix), let given = digits(header.utf8.dropFirst(prefix.utf8.count)) else {
            return false
        }
        let expected = Array(text(body: body, secret: secret).utf8.dropFirst(prefix.utf8.count))
        return given.count == expected.count && sodium_memcmp(given, expected, expected.count) == 0
    }

    /// The header's value for a body.
    public static func text(body: [UInt8], secret: SecretBytes) -> String {
        prefix + code(of: body, secret: secret).map { Self.hex[Int($0 >> 4)] + Self.hex[Int($0 & 15)] }.joined()
    }

    private static let hex = "0123456789abcdef".map { String($0) }

    /// In lowercase; nil where there is anything but hexadecimal digits.
    private static func digits(_ text: some Collection<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        for byte in text.prefix(2 * Int(crypto_auth_hmacsha256_BYTES) + 1) {
            switch byte {
            case 0x30...0x39, 0x61...0x66: digits.append(byte)
            case 0x41...0x46: digits.append(byte + 0x20)
            default: return nil
            }
        }
        return digits
    }

    private static func code(of body: [UInt8], secret: SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
        var state = crypto_auth_hmacsha256_state()
        secret.withUnsafeBytes { key in
            guard let start = key.bindMemory(to: UInt8.self).baseAddress else { return }
            crypto_auth_hmacsha256_init(&state, start, key.count)
        }
        crypto_auth_hmacsha256_update(&state, body, UInt64(body.count))
        crypto_auth_hmacsha256_final(&state, &code)
        sodium_memzero(&state, MemoryLayout.size(ofValue: state))
        return code
    }
}
