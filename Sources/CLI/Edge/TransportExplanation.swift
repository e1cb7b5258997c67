import Transport

extension Explanation {
    /// Why a relay gave no answer. Those with status 76 were answered by somebody whom one must not trust.
    static func of(_ failure: TransportFailure) -> Explanation {
        switch failure {
        case .badAddress:
            Explanation(
                "bad-address", 2, "That is no relay's address.",
                hint: "Write https://HOST:PORT, with #sha256=... behind it if its operator gave you that, or "
                    + "http://HOST:PORT.")
        case .libraryMissing:
            Explanation("no-libcurl", 69, "libcurl is not installed.", hint: "apt-get install libcurl4")
        case .untrusted:
            Explanation(
                "relay-untrusted", 76,
                "Nobody known here vouches for the relay's certificate, or it is for another name. Nothing was sent.",
                hint: "Ask its operator for the address with the key's pin, and name it once: "
                    + "nexus sync --relay 'https://HOST:PORT#sha256=...'.")
        case .expired:
            Explanation(
                "relay-certificate-expired", 76,
                "The relay's certificate is out of date, or not yet valid. Nothing was sent.",
                hint: "Check this device's clock. If it is right, the relay's operator has to renew the certificate.")
        case .otherKey:
            Explanation(
                "relay-other-key", 76,
                "What answers has another key than the relay's address says: perhaps an impostor. Nothing was sent.",
                hint: "Ask the relay's operator. If its key was replaced, name the new address once: "
                    + "nexus sync --relay 'https://HOST:PORT#sha256=...'.")
        case .noTLS:
            Explanation(
                "relay-no-tls", 69, "No TLS comes about with what answers there. Nothing was sent.",
                hint: "Sync again later. If it stays so, check the address with the relay's operator: that of a relay "
                    + "without TLS begins with http://.")
        case .hungUp:
            Explanation(
                "relay-hung-up", 69, "What answers there hangs up without a word.",
                hint:
                    "If the relay speaks TLS, name it with https://: nexus sync --relay URL. Otherwise sync again later."
            )
        case .badHeader, .unreachable, .timedOut, .answerTooLarge, .notHTTP, .cut, .stopped:
            Explanation(
                "relay-unreachable", 69, "The relay does not answer.",
                hint: "Your changes are kept. nexus status counts them; sync again later.")
        }
    }
}
