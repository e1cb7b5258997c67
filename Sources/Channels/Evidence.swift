public import ChangeLog

/// What a provider said, kept for whoever has to find out what happened.
public enum Evidence {
    /// The most that is kept, in bytes of UTF-8.
    public static let byteLimit = 4_096
    private static let placeholder = Array("[secret]".utf8)

    /// The start of it as text; bytes that are none are replaced.
    ///
    /// - Parameter secret: taken out wherever it stands, for there are servers that give back what they were sent.
    public static func text(of bytes: [UInt8], hiding secret: SecretBytes? = nil) -> String {
        guard let secret, secret.count > 0 else { return bounded(bytes[...]) }
        // What is cut off later must not be the end of a secret that then would not be found.
        return bounded(hide(secret, in: bytes.prefix(byteLimit + secret.count))[...])
    }

    private static func bounded(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        var byteCount = 0
        for scalar in String(decoding: bytes.prefix(byteLimit), as: UTF8.self).unicodeScalars {
            byteCount += UTF8.width(scalar)
            guard byteCount <= byteLimit else { break }
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    private static func hide(_ secret: SecretBytes, in bytes: ArraySlice<UInt8>) -> [UInt8] {
        secret.withUnsafeBytes { secret in
            var (kept, rest) = ([UInt8](), bytes)
            while let first = rest.first {
                if rest.starts(with: secret) {
                    kept += placeholder
                    rest = rest.dropFirst(secret.count)
                } else {
                    kept.append(first)
                    rest = rest.dropFirst()
                }
            }
            return kept
        }
    }
}
