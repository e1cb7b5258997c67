import CurlShim

/// Why there is no answer. Numbers are libcurl's CURLcode.
public enum TransportFailure: Error, Hashable, Sendable {
    // Nothing was sent.

    /// Not an http or https URL with a host and without a user name.
    case badAddress
    /// A header name is not a token, or its value holds a control character.
    case badHeader
    /// libcurl is not installed, or lacks a function used here.
    case libraryMissing
    /// No such name, no route, nobody listening, or no connection in time.
    case unreachable(code: Int32)
    /// Nobody known here vouches for the certificate, or not for that name.
    case untrusted(code: Int32)
    /// The certificate is out of date, or not yet valid.
    case expired
    /// The certificate's key is not the pinned one.
    case otherKey
    /// What answers speaks no TLS, or no version and cipher in common.
    case noTLS(code: Int32)

    // The server may have acted on the request, or not.

    /// No answer, or no whole one, in time after something was sent.
    case timedOut
    /// The connection ended without a word of an answer. To plain HTTP a TLS server does that.
    case hungUp
    /// In bytes, of the body or of all headers.
    case answerTooLarge(limit: Int)
    /// Something answered that does not speak HTTP.
    case notHTTP
    /// The connection ended before the answer did.
    case cut(code: Int32)
    /// Whoever took the answer wanted no more of it.
    case stopped

    /// Whether the server may have acted on the request: false proves that it did not.
    ///
    /// A connection that is kept is a case of its own: one that ends without a word of an answer is taken for closed
    /// before, and the request is sent again on a new one. What must not happen twice needs a transport of its own.
    public var mayHaveActed: Bool {
        switch self {
        case .badAddress, .badHeader, .libraryMissing, .unreachable, .untrusted, .expired, .otherKey, .noTLS: false
        case .timedOut, .hungUp, .answerTooLarge, .notHTTP, .cut, .stopped: true
        }
    }
}

extension TransportFailure {
    /// Nil if there is an answer.
    ///
    /// - Parameter exceeded: the limit that the answer passed, in bytes.
    init?(_ result: nexus_curl_result, exceeded: Int?) {
        switch result.outcome {
        case .answered: return nil
        case .bad_address: self = .badAddress
        case .unreachable: self = .unreachable(code: result.code)
        case .untrusted: self = .untrusted(code: result.code)
        case .expired: self = .expired
        case .other_key: self = .otherKey
        case .no_tls: self = .noTLS(code: result.code)
        case .hung_up: self = .hungUp
        case .timed_out: self = .timedOut
        case .stopped: self = .answerTooLarge(limit: exceeded ?? HTTPTransport.maximumHeaders)
        case .header_too_large: self = .answerTooLarge(limit: HTTPTransport.maximumHeaders)
        case .not_http: self = .notHTTP
        case .cut: self = .cut(code: result.code)
        }
    }
}
