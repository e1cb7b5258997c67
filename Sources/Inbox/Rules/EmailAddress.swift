/// An e-mail address, as it is stored and as two are compared.
///
/// Nothing is assumed about providers: `a.b@example.com` and `ab@example.com` are two people's.
public struct EmailAddress: Hashable, Sendable {
    /// Without blanks around it.
    public let written: String
    /// The same in lower case.
    public var normalized: String { written.lowercased() }

    /// The longest address, in bytes of UTF-8. Source: RFC 5321, 4.5.3.1 (a local part of 64, `@`, a domain of 255).
    public static let byteLimit = 320

    /// - Returns: nil if this has not exactly one `@`, nothing on one side of it, a blank or a control character in it,
    ///   or too many bytes.
    public init?(_ text: String) {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        let address = scalars[start...last]
        let sides = address.split(separator: "@", omittingEmptySubsequences: false)
        guard sides.count == 2, !sides.contains(where: \.isEmpty), String(address).utf8.count <= Self.byteLimit,
            address.allSatisfy({ !$0.properties.isWhitespace && $0.properties.generalCategory != .control })
        else { return nil }
        written = String(address)
    }
}
