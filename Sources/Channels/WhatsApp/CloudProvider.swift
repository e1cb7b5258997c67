public import ChangeLog
import Inbox
public import Sync
import Transport

/// WhatsApp by its Cloud API, or any server that answers like its messages endpoint.
public struct CloudProvider: Provider {
    /// Meta's own.
    public static let standardURL = "https://graph.facebook.com"
    /// The version of the API that is spoken.
    public static let standardVersion = "v23.0"
    /// How long one message may take, from the first look-up to the last byte of the answer.
    public static let standardDeadline = Duration.seconds(10)

    private let url: String
    private let pin: KeyPin?
    private let token: SecretBytes
    private let limits: HTTPTransport.Limits

    /// - Parameters:
    ///   - url: where the API is, without a version. The access token goes there: `http` is for this machine only.
    ///   - version: such as `v23.0`.
    ///   - phoneNumberID: Meta's id of the business number, which is not the number.
    ///   - token: the access token.
    ///   - pin: the key that the server's certificate has to have; nil has the system's authorities vouch for it.
    /// - Returns: nil if they make no address.
    public init?(
        url: String = CloudProvider.standardURL, version: String = CloudProvider.standardVersion, phoneNumberID: String,
        token: SecretBytes, pin: KeyPin? = nil, deadline: Duration = CloudProvider.standardDeadline
    ) {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard [version, phoneNumberID].allSatisfy(Self.isPathPart), !base.contains("?"),
            let address = HTTPAddress("\(base)/\(version)/\(phoneNumberID)/messages")
        else { return nil }
        (self.url, self.pin, self.token) = (address.text, pin, token)
        limits = .init(
            connectTimeout: deadline / 2, totalTimeout: deadline, silenceTimeout: deadline,
            maximumAnswer: SendAnswer.byteLimit)
    }

    /// Asks once for the message to be sent.
    public func send(_ message: OutgoingMessage) -> SendingOutcome {
        // A transport of its own: on a kept connection that ends without an answer libcurl asks a second time by
        // itself, and the first may have been heard.
        let transport = HTTPTransport(limits: limits)
        do throws(TransportFailure) {
            let answer = try transport.perform(
                method: .post, url: url, pin: pin, headers: headers, body: SendRequest.body(message))
            return SendAnswer.outcome(status: answer.status, body: answer.body, hiding: token)
        } catch {
            return error.outcome
        }
    }

    private var headers: [(name: String, value: String)] {
        let token = token.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        return [("authorization", "Bearer \(token)"), ("content-type", "application/json")]
    }

    private static func isPathPart(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || "._-".utf8.contains($0)
            } && text.contains { $0 != "." }
    }
}

extension TransportFailure {
    /// What it means for the message that was to be sent.
    var outcome: SendingOutcome {
        switch self {
        case .unreachable(let code): refused("unreachable", .retry(after: .seconds(10)), curl: code)
        case .noTLS(let code): refused("no-tls", .retry(after: .seconds(60)), curl: code)
        case .untrusted(let code): refused("untrusted", .channelDown, curl: code)
        case .expired: refused("expired", .channelDown)
        case .otherKey: refused("other-key", .channelDown)
        case .badAddress: refused("bad-address", .channelDown)
        case .badHeader: refused("bad-token", .channelDown)
        case .libraryMissing: refused("no-libcurl", .channelDown)
        case .timedOut: .unknown(Doubt(.timedOut, evidence: "No answer in time."))
        case .answerTooLarge(let limit): .unknown(Doubt(.tooLarge, evidence: "An answer of more than \(limit) bytes."))
        case .notHTTP: .unknown(Doubt(.unreadable, evidence: "An answer that is not HTTP."))
        case .hungUp: .unknown(Doubt(.cut, evidence: "The connection ended without an answer."))
        case .cut(let code): .unknown(Doubt(.cut, evidence: "The connection ended under way (curl \(code))."))
        case .stopped: .unknown(Doubt(.cut, evidence: "Stopped here."))
        }
    }

    private func refused(_ code: String, _ consequence: Consequence, curl: Int32? = nil) -> SendingOutcome {
        let evidence = curl.map { "Nothing was sent (curl \($0))." } ?? "Nothing was sent."
        return .refused(Refusal(code: code, consequence: consequence, evidence: evidence))
    }
}
