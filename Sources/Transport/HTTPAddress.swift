/// A URL that libcurl may be given: nothing in it can be read in two ways.
package struct HTTPAddress: Hashable, Sendable {
    package let text: String
    /// Whether it is https.
    package let isSecure: Bool
    /// `localhost`, 127.x.y.z or [::1].
    package let isThisMachine: Bool

    /// Nil unless it is `http[s]://host[:port][/path][?query]` in printable ASCII.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && !#""<>\^`{|}#"#.utf8.contains($0) }) else { return nil }
        let lowercased = text.prefix(8).lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowercased.hasPrefix) else { return nil }
        let authority = text.dropFirst(scheme.count).prefix { !"/?".contains($0) }
        guard let host = Self.host(authority) else { return nil }
        self.text = text
        isSecure = scheme == "https://"
        isThisMachine = Self.isLoopback(host.lowercased())
    }

    /// The host of `host[:port]`, without a port that makes no sense, a user name, or percent signs.
    private static func host(_ authority: Substring) -> Substring? {
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]").map(authority.index(after:)) : nil
        let host = end.map { authority[..<$0] } ?? authority.prefix { $0 != ":" }
        let port = authority[host.endIndex...]
        guard port.isEmpty || port.first == ":" && isPort(port.dropFirst()) else { return nil }
        return isName(host) || isAddress6(host) ? host : nil
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { 0x30...0x39 ~= $0 } && UInt16(text).map { $0 > 0 } ?? false
    }

    private static func isName(_ host: Substring) -> Bool {
        !host.isEmpty && host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
    }

    private static func isAddress6(_ host: Substring) -> Bool {
        let digits = host.dropFirst().dropLast()
        return host.hasPrefix("[") && digits.count > 1 && digits.allSatisfy { $0.isHexDigit || ":.".contains($0) }
    }

    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        let isAddress4 = numbers.count == 4 && !numbers.contains(nil)
        return ["localhost", "[::1]"].contains(host) || isAddress4 && numbers.first == 127
    }
}
