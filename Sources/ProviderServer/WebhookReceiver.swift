public import ChangeLog
public import Channels
import Dispatch
import Foundation
import Synchronization

/// Listens for what WhatsApp tells, and hands it on once it is sure who tells it.
///
/// The path of the request is whatever was registered with Meta. TLS, which Meta asks for, is a proxy's before this.
public struct WebhookReceiver: Sendable {
    /// How many webhooks may wait to be taken; more are refused, and Meta tells them again.
    static let waitingLimit = 16

    private let host: String
    private let port: Int
    private let verifyToken: SecretBytes?
    private let appSecret: SecretBytes?
    private let phoneNumberID: String?

    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: 0 picks a free one.
    ///   - verifyToken: what was registered with Meta together with this address; nil lets nobody verify it.
    ///   - appSecret: what Meta signs under. Nil takes what is not signed.
    ///   - phoneNumberID: Meta's id of the number that is served; nil takes what is for any.
    /// - Throws: `.needsSecret` where there is none, and the address is not this machine's own.
    public init(
        host: String, port: Int, verifyToken: SecretBytes?, appSecret: SecretBytes?, phoneNumberID: String? = nil
    ) throws(ServiceFailure) {
        guard appSecret != nil || LoopbackHost.contains(host) else { throw .needsSecret }
        (self.host, self.port, self.phoneNumberID) = (host, port, phoneNumberID)
        (self.verifyToken, self.appSecret) = (verifyToken, appSecret)
    }

    /// Listens until cancelled; what was being taken is taken before this returns.
    ///
    /// - Parameters:
    ///   - onListening: told the address, once connections are accepted.
    ///   - take: stores what came, and returns once that is safe: only then it is acknowledged. It is called one webhook
    ///     after the other, on a queue of its own, and may block. What it throws has the webhook told again later; what
    ///     is told may come again in any case.
    /// - Throws: `ServiceFailure`.
    public func run(
        onListening: @escaping @Sendable (String) async -> Void,
        take: @escaping @Sendable ([ProviderEvent]) throws -> Void
    ) async throws {
        let desk = Desk(take)
        let service = HTTPService(
            host: host, port: port, limits: .init(bodyByteCount: WhatsAppWebhook.byteLimit)
        ) { request in await answer(to: request, desk) }
        try await service.run(onListening: onListening)
    }

    private func answer(to request: HTTPService.Request, _ desk: Desk) async -> HTTPService.Answer {
        switch request.method {
        case "GET": verification(of: request)
        case "POST": await told(request, desk)
        default: Self.answer(405, "There is nothing of that kind here.")
        }
    }

    /// Meta asks once, when the address is registered.
    private func verification(of request: HTTPService.Request) -> HTTPService.Answer {
        let fields = QueryFields(request.query)
        guard let verifyToken, fields["hub.mode"] == "subscribe", let challenge = fields["hub.challenge"],
            let token = fields["hub.verify_token"].flatMap(SecretBytes.init(text:)), token == verifyToken
        else { return Self.answer(403, "That is not the token.") }
        return HTTPService.Answer(status: 200, type: "text/plain", body: Array(challenge.utf8))
    }

    private func told(_ request: HTTPService.Request, _ desk: Desk) async -> HTTPService.Answer {
        if let appSecret {
            let signature = request.headers[WebhookSignature.headerName]
            guard WebhookSignature.isValid(signature, body: request.body, secret: appSecret) else {
                return Self.answer(401, "The signature is missing or wrong.")
            }
        }
        switch await desk.take(request.body, for: phoneNumberID) {
        case .taken: return HTTPService.Answer(status: 200, type: "text/plain")
        case .failed: return Self.answer(500, "It could not be stored.")
        case .busy: return Self.answer(503, "Too much waits.")
        }
    }

    private static func answer(_ status: Int, _ words: String) -> HTTPService.Answer {
        HTTPService.Answer(status: status, type: "text/plain", body: Array("\(words)\n".utf8))
    }
}

/// Where webhooks are taken in, one after the other, off the threads that serve connections.
private final class Desk: Sendable {
    enum Outcome {
        case taken
        case failed
        case busy
    }

    private let queue = DispatchQueue(label: "nexus.webhooks")
    private let waiting = Mutex(0)
    private let take: @Sendable ([ProviderEvent]) throws -> Void

    init(_ take: @escaping @Sendable ([ProviderEvent]) throws -> Void) { self.take = take }

    func take(_ body: [UInt8], for phoneNumberID: String?) async -> Outcome {
        let hasRoom = waiting.withLock { waiting in
            guard waiting < WebhookReceiver.waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard hasRoom else { return .busy }
        defer { waiting.withLock { $0 -= 1 } }
        return await withCheckedContinuation { continuation in
            queue.async { [take] in
                let events = WhatsAppWebhook.events(in: body, for: phoneNumberID)
                let isTaken = (try? take(events)) != nil
                continuation.resume(returning: isTaken ? .taken : .failed)
            }
        }
    }
}

/// Names by which this machine calls itself.
enum LoopbackHost {
    static func contains(_ host: String) -> Bool {
        ["localhost", "::1"].contains(host.lowercased()) || host.hasPrefix("127.")
    }
}

/// The fields of a query; of one that stands in it twice, the first.
private struct QueryFields {
    private let fields: [String: String]

    init(_ query: String) {
        let pairs = query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(Self.decoded) }
        fields = Dictionary(pairs.compactMap { pair in pair.first.map { ($0, pair.count > 1 ? pair[1] : "") } }) {
            first, _ in first
        }
    }

    subscript(name: String) -> String? { fields[name] }

    private static func decoded(_ text: Substring) -> String {
        text.replacing("+", with: " ").removingPercentEncoding ?? ""
    }
}
