public import Inbox

/// A provider that does what it is told: a value without clock, socket or dice. The same calls give the same answers.
///
/// It reads requests and writes answers and webhooks in the form of the WhatsApp Cloud API, also in process, so that
/// whoever uses it takes the way that messages take on the network.
public struct SimulatedProvider: Sendable {
    /// A day, in milliseconds.
    public static let standardWindow: Int64 = 86_400_000

    /// What reached customers, in the order in which it did. Nothing in it twice is the point of all this.
    public private(set) var received: [ReceivedMessage] = []
    /// How often it was asked to send something.
    public private(set) var requestCount = 0
    /// Meta's id of the business number, which webhooks name; nil leaves it out.
    public var phoneNumberID: String? {
        get { webhook.phoneNumberID }
        set { webhook.phoneNumberID = newValue }
    }

    private let script: SimulatedScript
    private let window: Int64
    private var uses: [Int: Int] = [:]
    private var lastWritten: [String: Int64] = [:]
    private var customerCount = 0
    private var webhook = SimulatedWebhook()
    /// By when they are due, those of one time in the order in which they were made.
    private var coming: [(due: Int64, body: JSONValue)] = []

    /// - Parameter window: for how long after a customer's last message anything but a template is taken, in
    ///   milliseconds. Of a customer of whom nothing was said, everything is.
    public init(_ script: SimulatedScript = SimulatedScript(), window: Int64 = SimulatedProvider.standardWindow) {
        (self.script, self.window) = (script, window)
    }

    // MARK: What it is asked

    /// - Parameter now: in milliseconds since 1970.
    public mutating func take(_ message: OutgoingMessage, now: Int64) -> SimulatedAnswer {
        take(request: SendRequest.json(message), now: now)
    }

    /// The same of a request's body.
    public mutating func take(request body: JSONValue, now: Int64) -> SimulatedAnswer {
        if body["status"]?.text == "read" { return SimulatedAnswer(response: SimulatedAnswer.read(), delay: 0) }
        requestCount += 1
        do throws(SimulatedRequest.Fault) {
            let request = try SimulatedRequest(body)
            return follow(rule(for: request), for: request, now: now)
        } catch {
            return SimulatedAnswer(response: SimulatedAnswer.refused(error.code, error.words), delay: 0)
        }
    }

    private mutating func rule(for request: SimulatedRequest) -> SimulatedScript.Rule {
        for (index, rule) in script.rules.enumerated()
        where rule.fits(request, number: requestCount) && uses[index, default: 0] < rule.times ?? .max {
            uses[index, default: 0] += 1
            return rule
        }
        return SimulatedScript.Rule()
    }

    private mutating func follow(
        _ rule: SimulatedScript.Rule, for request: SimulatedRequest, now: Int64
    ) -> SimulatedAnswer {
        let id = "wamid.SIM\(requestCount)"
        let isClosed = isWindowClosed(for: request, now: now)
        if rule.takes(request), !isClosed {
            note(request, id: id, rule: rule, now: now)
        }
        let delay = rule.after ?? (rule.answer == .slow ? 15_000 : 0)
        return SimulatedAnswer(response: rule.response(to: request, id: id, isWindowClosed: isClosed), delay: delay)
    }

    private func isWindowClosed(for request: SimulatedRequest, now: Int64) -> Bool {
        guard request.type != "template", let last = lastWritten[request.to] else { return false }
        return Self.later(last, by: window) <= now
    }

    private mutating func note(_ request: SimulatedRequest, id: String, rule: SimulatedScript.Rule, now: Int64) {
        if !rule.receipts.contains(where: { $0.event == "failed" }) {
            received.append(ReceivedMessage(request, id: id, at: now))
        }
        for receipt in rule.receipts {
            let due = Self.later(now, by: receipt.after)
            let body = webhook.status(receipt, of: id, request, at: due)
            for _ in 0..<receipt.times { schedule(body, at: due) }
        }
        if let echo = rule.echo { phoneWrites(to: request.to, text: echo.text, at: Self.later(now, by: echo.after)) }
        if let reply = rule.reply {
            customerWrites(from: request.to, text: reply.text, about: id, at: Self.later(now, by: reply.after))
        }
    }

    // MARK: What happens by itself

    /// A customer writes at that time, which may be in the future. Their window opens at once, if it did not before.
    ///
    /// - Parameters:
    ///   - about: the id of the message that they answer.
    ///   - at: in milliseconds since 1970.
    /// - Returns: the message's id.
    @discardableResult
    public mutating func customerWrites(
        from customer: String, name: String? = nil, text: String, about: String? = nil, at: Int64
    ) -> String {
        customerCount += 1
        let id = "wamid.SIMIN\(customerCount)"
        noteCustomer(customer, wroteAt: at)
        schedule(webhook.message(id: id, from: customer, name: name, text: text, about: about, at: at), at: at)
        return id
    }

    /// A customer wrote at that time, in milliseconds since 1970: their window is open from then on.
    public mutating func noteCustomer(_ customer: String, wroteAt at: Int64) {
        lastWritten[customer] = max(lastWritten[customer] ?? at, at)
    }

    /// Somebody writes to a customer on the business phone at that time, in milliseconds since 1970.
    ///
    /// - Returns: the message's id.
    @discardableResult
    public mutating func phoneWrites(to customer: String, text: String, at: Int64) -> String {
        customerCount += 1
        let id = "wamid.SIMECHO\(customerCount)"
        schedule(webhook.echo(id: id, to: customer, text: text, at: at), at: at)
        return id
    }

    private mutating func schedule(_ body: JSONValue, at due: Int64) {
        let index = coming.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        coming.insert((due, body), at: index)
    }

    private static func later(_ time: Int64, by delay: Int64) -> Int64 {
        let (sum, isTooLate) = time.addingReportingOverflow(delay)
        return isTooLate ? .max : sum
    }

    // MARK: What it tells

    /// When the next event is due, in milliseconds since 1970.
    public var nextDue: Int64? { coming.first?.due }

    /// What is due by then and was not told yet, as it is posted: one webhook an event.
    public mutating func webhooks(until now: Int64) -> [JSONValue] {
        let count = coming.firstIndex { $0.due > now } ?? coming.count
        defer { coming.removeFirst(count) }
        return coming.prefix(count).map(\.body)
    }

    /// The same as a gateway reads it.
    public mutating func events(until now: Int64) -> [ProviderEvent] {
        webhooks(until: now).flatMap { WhatsAppWebhook.events(in: $0, for: nil) }
    }
}

/// What reached a customer.
public struct ReceivedMessage: Hashable, Sendable {
    /// The customer's id.
    public let to: String
    /// `text`, `template`, or any other type there is.
    public let type: String
    /// Its text; of a template, the values it was filled in with.
    public let text: String
    /// The template's name.
    public let template: String?
    /// Whatever the sender wanted back: our id of the message.
    public let reference: String?
    /// The provider's id of the message that it answers.
    public let answering: String?
    /// The provider's id of it.
    public let id: String
    /// In milliseconds since 1970.
    public let at: Int64

    init(_ request: SimulatedRequest, id: String, at: Int64) {
        (to, type, text, template) = (request.to, request.type, request.text, request.template)
        (reference, answering, self.id, self.at) = (request.reference, request.answering, id, at)
    }
}

extension SimulatedScript.Rule {
    func fits(_ request: SimulatedRequest, number: Int) -> Bool {
        (nth ?? number) == number && (to ?? request.to) == request.to
            && (template == nil || template == request.template)
            && (text.map { $0.isEmpty || request.text.contains($0) } ?? true)
    }

    /// Whether the customer gets it, if the window is open.
    func takes(_ request: SimulatedRequest) -> Bool {
        switch answer {
        case .refuse: false
        case .windowClosed: request.type == "template"
        case .accept: true
        case .none, .garbage, .huge, .slow, .status, .contradictory: taken
        }
    }

    func response(to request: SimulatedRequest, id: String, isWindowClosed: Bool) -> SimulatedAnswer.Response? {
        switch answer {
        case .refuse: return SimulatedAnswer.refused(code ?? 131_000, status: status)
        case .none: return nil
        case .garbage: return SimulatedAnswer.garbage(request, id: id)
        case .huge: return SimulatedAnswer.huge()
        case .status: return SimulatedAnswer.page(status ?? 502)
        case .contradictory: return SimulatedAnswer.contradictory(request, id: id)
        case .windowClosed where request.type != "template": return SimulatedAnswer.refused(131_047)
        case .accept, .slow, .windowClosed:
            if isWindowClosed { return SimulatedAnswer.refused(131_047) }
            return takes(request) ? SimulatedAnswer.accepted(request, id: id) : SimulatedAnswer.refused(131_000)
        }
    }
}
