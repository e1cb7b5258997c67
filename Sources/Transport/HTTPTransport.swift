import CurlShim
public import Sync

/// One HTTP request at a time over libcurl, kept alive between requests.
///
/// It follows no redirect, asks for no content-encoding, and speaks HTTP/1.1 over http or https only. Proxies
/// come from the environment (`https_proxy`, `no_proxy`, …) except for this machine itself, which is always
/// reached directly. libcurl is opened at the first request.
public final class HTTPTransport {
    /// What a request may take before it fails.
    public struct Limits: Sendable {
        /// Finding and reaching the server, TLS included.
        public var connectTimeout: Duration
        /// The whole request, from the first look-up to the last byte.
        public var totalTimeout: Duration
        /// How long both directions together may stay below 1 byte per second; rounded up to seconds.
        /// An answer that is held open on purpose must not be held longer.
        public var silenceTimeout: Duration
        /// Of an answer's body, in bytes.
        public var maximumAnswer: Int

        /// The defaults suit requests that are answered as soon as they can be.
        public init(
            connectTimeout: Duration = .seconds(10), totalTimeout: Duration = .seconds(120),
            silenceTimeout: Duration = .seconds(30), maximumAnswer: Int = 16 << 20
        ) {
            self.connectTimeout = connectTimeout
            self.totalTimeout = totalTimeout
            self.silenceTimeout = silenceTimeout
            self.maximumAnswer = maximumAnswer
        }
    }

    /// What is asked with; nobody here needs another method.
    public enum Method: String, Sendable {
        /// Sent without a body, whatever body is given.
        case get = "GET"
        case post = "POST"
    }

    /// Of all header lines of an answer together, in bytes.
    public static let maximumHeaders = 64 << 10

    private let limits: Limits
    /// Nil until the first request.
    private var handle: OpaquePointer?

    /// Opens nothing yet.
    public init(limits: Limits = .init()) {
        self.limits = limits
    }

    deinit { nexus_curl_destroy(handle) }

    /// Sends one request and waits for the whole answer. Any status is an answer, 500 too.
    ///
    /// - Parameters:
    ///   - url: `http` or `https`, a host, and no user name.
    ///   - pin: the key that the server's certificate has to have, whoever signed it for whom until when. Without one
    ///     the system's authorities have to vouch for it, or those in the file that `SSL_CERT_FILE` names.
    ///   - headers: Sent in this order, after libcurl's own Host, User-Agent and Accept.
    /// - Throws: `TransportFailure`, whose cases tell whether the server may have acted.
    public func perform(
        method: Method, url: String, pin: KeyPin? = nil, headers: [(name: String, value: String)], body: [UInt8]
    ) throws(TransportFailure) -> HTTPAnswer {
        guard let address = HTTPAddress(url) else { throw .badAddress }
        let lines = try headerLines(headers)
        let handle = try openHandle()
        for line in lines { nexus_curl_add_header(handle, line) }

        let incoming = IncomingAnswer(maximumBody: limits.maximumAnswer, maximumHeaders: Self.maximumHeaders)
        let result = send(method, to: address, pin: pin, body: body, with: handle, into: incoming)
        if let failure = TransportFailure(result, exceeded: incoming.exceeded) { throw failure }
        return HTTPAnswer(status: Int(result.status), headers: incoming.headers, body: incoming.body)
    }

    /// Sends one POST and hands the answer's body out piece by piece, as it comes, until it ends.
    ///
    /// - Parameters:
    ///   - pin: as for ``perform(method:url:pin:headers:body:)``.
    ///   - receiver: told what comes.
    /// - Returns: the answer; its body is empty where the receiver took it.
    /// - Throws: `TransportFailure`; `.stopped` where the receiver wanted no more.
    package func stream(
        url: String, pin: KeyPin?, headers: [(name: String, value: String)], body: [UInt8],
        to receiver: any HTTPStreamReceiver
    ) throws(TransportFailure) -> HTTPAnswer {
        guard let address = HTTPAddress(url) else { throw .badAddress }
        let lines = try headerLines(headers)
        let handle = try openHandle()
        for line in lines { nexus_curl_add_header(handle, line) }
        let incoming = IncomingAnswer(maximumBody: 1 << 16, maximumHeaders: Self.maximumHeaders, receiver: receiver)
        let result = send(.post, to: address, pin: pin, body: body, with: handle, into: incoming)
        if receiver.hasStopped { throw .stopped }
        if let failure = TransportFailure(result, exceeded: incoming.exceeded) { throw failure }
        return HTTPAnswer(status: Int(result.status), headers: incoming.headers, body: incoming.body)
    }

    private func openHandle() throws(TransportFailure) -> OpaquePointer {
        if let handle { return handle }
        guard let handle = nexus_curl_create(limits.forCurl) else { throw .libraryMissing }
        self.handle = handle
        return handle
    }

    private func send(
        _ method: Method, to address: HTTPAddress, pin: KeyPin?, body: [UInt8], with handle: OpaquePointer,
        into incoming: IncomingAnswer
    ) -> nexus_curl_result {
        withCStrings(address.text, pin.map { "sha256//\($0.base64)" }) { url, pinnedKey in
            body.withUnsafeBufferPointer { body in
                var request = nexus_curl_request(
                    url: url, is_post: method == .post, ignores_proxies: address.isThisMachine,
                    pinned_key: pinnedKey, body: body.baseAddress, body_length: body.count,
                    on_header: { IncomingAnswer.at($2).takeHeader(UnsafeBufferPointer(start: $0, count: $1)) },
                    on_body: { IncomingAnswer.at($2).takeBody(UnsafeBufferPointer(start: $0, count: $1)) },
                    on_tick: incoming.isStreamed ? { IncomingAnswer.at($0).takeTick() } : nil,
                    context: Unmanaged.passUnretained(incoming).toOpaque())
                return withExtendedLifetime(incoming) { nexus_curl_perform(handle, &request) }
            }
        }
    }
}

/// Takes an answer's body as it comes.
package protocol HTTPStreamReceiver: AnyObject {
    /// Whether one of the other two said that it wants no more.
    var hasStopped: Bool { get }
    /// Takes the next bytes of the body of an answer with status 200.
    ///
    /// - Returns: whether to go on.
    func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool
    /// Called about once a second.
    ///
    /// - Returns: whether to go on.
    func tick() -> Bool
}

private func withCStrings<Result>(
    _ text: String, _ other: String?, _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>?) -> Result
) -> Result {
    text.withCString { text in
        guard let other else { return body(text, nil) }
        return other.withCString { body(text, $0) }
    }
}

/// A server's answer, complete.
public struct HTTPAnswer: Sendable {
    /// As the server gave it, 100 ..< 1000.
    public let status: Int
    /// By lowercased name. A name that came more than once has its values joined by ", ", in order (RFC 9110, 5.3).
    /// Bytes that are not UTF-8 are replaced; trailers are left out.
    public let headers: [String: String]
    /// As it was sent: a content-encoding, asked for or not, is not undone.
    public let body: [UInt8]
}

extension HTTPTransport.Limits {
    fileprivate var forCurl: nexus_curl_limits {
        nexus_curl_limits(
            connect_milliseconds: Self.milliseconds(connectTimeout),
            total_milliseconds: Self.milliseconds(totalTimeout),
            least_bytes_per_second: 1, least_speed_seconds: (Self.milliseconds(silenceTimeout) + 999) / 1000)
    }

    /// At least 1, for 0 would be no limit, and at most a thousand hours.
    private static func milliseconds(_ duration: Duration) -> Int {
        let bounded = min(max(duration, .milliseconds(1)), .seconds(3_600_000))
        let (seconds, attoseconds) = bounded.components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}

// MARK: What is sent

/// "Name: value", as libcurl wants it, where "Name:" would mean "do not send it" and "Name;" sends it empty.
private func headerLines(_ headers: [(name: String, value: String)]) throws(TransportFailure) -> [String] {
    var lines: [String] = []
    for (name, value) in headers {
        guard isToken(name), !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .badHeader }
        lines.append(value.allSatisfy { $0 == " " } ? "\(name);" : "\(name): \(value)")
    }
    return lines
}

/// Whether it is a `token` of RFC 9110, 5.6.2.
private func isToken(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && !#""(),/:;<=>?@[\]{}"#.utf8.contains($0) }
}
