import Inbox

/// What a simulated provider answers, and when.
public struct SimulatedAnswer: Hashable, Sendable {
    /// An answer in HTTP.
    public struct Response: Hashable, Sendable {
        /// From 200 to 599.
        public let status: Int
        /// Mostly JSON.
        public let body: [UInt8]
    }

    /// Nil: the connection ends without an answer.
    public let response: Response?
    /// How long it takes to come, in milliseconds.
    public let delay: Int64

    /// What whoever asked makes of it: the same that ``CloudProvider`` would.
    public func outcome(deadline: Duration = CloudProvider.standardDeadline) -> SendingOutcome {
        guard .milliseconds(delay) < deadline else { return .unknown(Doubt(.timedOut, evidence: "No answer in time.")) }
        guard let response else {
            return .unknown(Doubt(.cut, evidence: "The connection ended without an answer."))
        }
        return SendAnswer.outcome(status: response.status, body: response.body)
    }

    // MARK: Answers

    static func accepted(_ request: SimulatedRequest, id: String) -> Response {
        response(200, acceptance(of: request, id: id))
    }

    static func read() -> Response { response(200, .object(["success": .bool(true)])) }

    static func refused(_ code: Int64, _ words: String? = nil, status: Int? = nil) -> Response {
        response(status ?? usualStatus(of: code), .object(["error": error(code, words)]))
    }

    static func contradictory(_ request: SimulatedRequest, id: String) -> Response {
        guard case .object(let fields) = acceptance(of: request, id: id) else { return refused(131_000) }
        return response(400, .object(fields.merging(["error": error(131_026, nil)]) { $1 }))
    }

    /// The first half of an acceptance, id and all.
    static func garbage(_ request: SimulatedRequest, id: String) -> Response {
        Response(status: 200, body: accepted(request, id: id).body.dropLast(3))
    }

    static func huge() -> Response {
        let padding = String(repeating: "x", count: SendAnswer.byteLimit)
        return Response(status: 200, body: Array(#"{"messaging_product":"whatsapp","padding":"\#(padding)"}"#.utf8))
    }

    static func page(_ status: Int) -> Response {
        Response(status: status, body: Array("<html><body>\(status)</body></html>".utf8))
    }

    private static func acceptance(of request: SimulatedRequest, id: String) -> JSONValue {
        let contact = JSONValue.object(["input": .text(request.to), "wa_id": .text(request.to)])
        return .object([
            "messaging_product": .text("whatsapp"), "contacts": .list([contact]),
            "messages": .list([.object(["id": .text(id), "message_status": .text("accepted")])]),
        ])
    }

    private static func error(_ code: Int64, _ words: String?) -> JSONValue {
        let words = words ?? WhatsAppError.words(for: String(code))
        return .object([
            "message": .text("(#\(code)) \(words)"), "type": .text("OAuthException"), "code": .integer(code),
            "error_data": .object(["messaging_product": .text("whatsapp"), "details": .text(words)]),
            "fbtrace_id": .text("simulated"),
        ])
    }

    private static func response(_ status: Int, _ body: JSONValue) -> Response {
        Response(status: status, body: Array(body.canonicalText.utf8))
    }

    private static func usualStatus(of code: Int64) -> Int {
        switch code {
        case 0, 190: 401
        case 3, 10, 200...299: 403
        case 1, 2, 131_000, 131_016: 500
        default: 400
        }
    }
}
