import Channels
import Inbox
import ServiceLifecycle
import Synchronization

/// What the stand-in provider answers to whom.
final class StandInRoutes: Sendable {
    private let provider: Mutex<SimulatedProvider>
    private let clock: @Sendable () -> Int64

    init(_ script: SimulatedScript, clock: @escaping @Sendable () -> Int64) {
        provider = Mutex(SimulatedProvider(script))
        self.clock = clock
    }

    /// The webhooks that are due now.
    func due() -> [JSONValue] {
        let now = clock()
        return provider.withLock { $0.webhooks(until: now) }
    }

    func answer(to request: HTTPService.Request) async -> HTTPService.Answer? {
        switch (request.method, request.path) {
        case ("GET", "/dev/sent"): return sent
        case ("POST", "/dev/customer"): return customer(JSONValue(json: request.body))
        case ("POST", "/dev/phone"): return phone(JSONValue(json: request.body))
        default: return await graph(request)
        }
    }

    // MARK: As the Cloud API

    private func graph(_ request: HTTPService.Request) async -> HTTPService.Answer? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard request.method == "POST", parts.count == 3, Self.isVersion(parts[0]), parts[2] == "messages" else {
            return Self.error(404, 2_500, "Unknown path components: \(request.path)")
        }
        let scheme = "bearer "
        let authorization = request.headers["authorization"] ?? ""
        guard authorization.lowercased().hasPrefix(scheme), authorization.utf8.count > scheme.utf8.count else {
            return Self.error(401, 190, "An access token is required to request this resource.")
        }
        guard let body = JSONValue(json: request.body) else { return Self.error(400, 100, "The body is not JSON.") }
        let now = clock()
        let answer = provider.withLock { provider in
            provider.phoneNumberID = parts[1]
            return provider.take(request: body, now: now)
        }
        // Told to stop, it waits no longer.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(answer.delay)) }
        return answer.response.map { HTTPService.Answer(status: $0.status, body: $0.body) }
    }

    /// Such as `v23.0`.
    private static func isVersion(_ text: String) -> Bool {
        text.hasPrefix("v") && text.utf8.count > 1
            && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    }

    private static func error(_ status: Int, _ code: Int64, _ words: String) -> HTTPService.Answer {
        let error: [String: JSONValue] = [
            "message": .text("(#\(code)) \(words)"), "type": .text("OAuthException"), "code": .integer(code),
            "fbtrace_id": .text("simulated"),
        ]
        return json(status, .object(["error": .object(error)]))
    }

    // MARK: For whoever tests

    private var sent: HTTPService.Answer {
        Self.json(200, .list(provider.withLock { $0.received }.map(Self.json)))
    }

    private func customer(_ request: JSONValue?) -> HTTPService.Answer {
        guard let from = request?["from"]?.text, !from.isEmpty, let text = request?["text"]?.text else {
            return Self.lacking("from and text")
        }
        let now = clock()
        let id = provider.withLock { provider in
            provider.customerWrites(
                from: from, name: request?["name"]?.text, text: text, about: request?["about"]?.text, at: now)
        }
        return Self.json(200, .object(["id": .text(id)]))
    }

    private func phone(_ request: JSONValue?) -> HTTPService.Answer {
        guard let customer = request?["to"]?.text, !customer.isEmpty, let text = request?["text"]?.text else {
            return Self.lacking("to and text")
        }
        let now = clock()
        let id = provider.withLock { $0.phoneWrites(to: customer, text: text, at: now) }
        return Self.json(200, .object(["id": .text(id)]))
    }

    private static func lacking(_ names: String) -> HTTPService.Answer {
        json(400, .object(["error": .object(["message": .text("Say \(names), as texts.")])]))
    }

    private static func json(_ message: ReceivedMessage) -> JSONValue {
        func text(_ text: String?) -> JSONValue { text.map(JSONValue.text) ?? .null }
        return .object([
            "id": .text(message.id), "to": .text(message.to), "type": .text(message.type), "text": .text(message.text),
            "template": text(message.template), "reference": text(message.reference),
            "answering": text(message.answering), "at": .text(Instant.text(milliseconds: message.at)),
        ])
    }

    private static func json(_ status: Int, _ value: JSONValue) -> HTTPService.Answer {
        HTTPService.Answer(status: status, body: Array(value.canonicalText.utf8))
    }
}
