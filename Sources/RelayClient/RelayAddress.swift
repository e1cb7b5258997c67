import Sync
import Transport

/// Where a relay is, and by which TLS key it is known: `http[s]://host[:port]`, or with a ``KeyPin`` behind `https://…#`.
public struct RelayAddress: Hashable, Sendable {
    /// Without the fragment, and without a slash at its end.
    let url: String
    /// Nil has the system's authorities vouch for the relay's certificate.
    let pin: KeyPin?

    /// - Returns: nil for anything else, and for a pin where there is no TLS to compare it with.
    public init?(_ text: String) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let url = parts.first.map({ String($0.hasSuffix("/") ? $0.dropLast() : $0) }),
            let address = HTTPAddress(url)
        else { return nil }
        self.url = url
        pin = parts.count > 1 ? KeyPin(parts[1]) : nil
        guard parts.count == 1 || address.isSecure && pin != nil else { return nil }
    }
}
