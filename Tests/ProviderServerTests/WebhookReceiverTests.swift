import Channels
import Dispatch
import Testing

@testable import ProviderServer
@testable import Transport

/// Where WhatsApp's webhooks come in.
@Suite(.timeLimit(.minutes(15)))
struct WebhookReceiverTests {
    private static let body = Array(
        """
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"statuses":[
        {"id":"wamid.X","status":"read","timestamp":"1"}]}}]}]}
        """.utf8)

    private struct Full: Error {}

    private static func receiver() throws -> WebhookReceiver {
        try WebhookReceiver(
            host: "127.0.0.1", port: 0, verifyToken: Asking.secret("let me/in"), appSecret: Asking.secret("shh"))
    }

    private static func signed(_ body: [UInt8]) throws -> [(name: String, value: String)] {
        let secret = try #require(Asking.secret("shh"))
        return [(WebhookSignature.headerName, WebhookSignature.text(body: body, secret: secret))]
    }

    @Test func `who knows the token is given the challenge back, and nobody else`() async throws {
        let receiver = try Self.receiver()
        let server = Serving { try await receiver.run(onListening: $0) { _ in } }
        try await server.during { url in
            let right = "\(url)/hook?hub.mode=subscribe&hub.challenge=11582&hub.verify_token=let+me%2Fin"
            let answer = try await Asking.get(right)
            #expect(answer.status == 200 && answer.body == Array("11582".utf8))
            #expect(answer.headers["content-type"] == "text/plain")
            for wrong in [
                url, "\(url)/?hub.mode=subscribe&hub.challenge=1", right.replacing("me", with: "us"),
                right.replacing("subscribe", with: "unsubscribe"), right.replacing("hub.challenge", with: "challenge"),
                "\(url)/?hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
                "\(url)/?hub.mode=subscribe&hub.challenge=1&hub.verify_token=%FF",
            ] {
                #expect(try await Asking.get(wrong).status == 403, "\(wrong)")
            }
        }
    }

    @Test func `only what is signed is taken, and only what was taken is acknowledged`() async throws {
        let receiver = try Self.receiver()
        let taken = Box(0)
        let isFull = Box(false)
        let server = Serving { onListening in
            try await receiver.run(onListening: onListening) { events in
                if isFull.value { throw Full() }
                taken.change { $0 += events.count }
            }
        }
        try await server.during { url in
            func post(_ body: [UInt8], _ headers: [(name: String, value: String)]) async throws -> Int {
                try await Asking.post(url, body, headers: headers).status
            }
            let headers = try Self.signed(Self.body)
            #expect(try await post(Self.body, headers) == 200)
            #expect(taken.value == 1)
            #expect(try await post(Self.body, []) == 401)
            #expect(try await post(Self.body + [0x20], headers) == 401)
            isFull.value = true
            #expect(try await post(Self.body, headers) == 500)
            isFull.value = false
            #expect(try await post(Self.body, headers) == 200)
            #expect(taken.value == 2)
            let nonsense = Array("{".utf8)
            #expect(try await post(nonsense, Self.signed(nonsense)) == 200)
            #expect(taken.value == 3, "told as unreadable, and not again and again")
        }
    }

    @Test func `what is too large is refused, and the next is taken`() async throws {
        let receiver = try Self.receiver()
        let server = Serving { try await receiver.run(onListening: $0) { _ in } }
        try await server.during { url in
            let large = [UInt8](repeating: 0x20, count: WhatsAppWebhook.byteLimit + 1)
            // Refused while it is still being sent, it may not be read to its end.
            let status = try? await Asking.post(url, large, headers: Self.signed(large)).status
            #expect(status == nil || status == 413)
            let next = try await Asking.post(url, Self.body, headers: Self.signed(Self.body))
            #expect(next.status == 200)
        }
    }

    @Test func `while one is being taken others wait, so many and no more`() async throws {
        let receiver = try Self.receiver()
        let gate = DispatchSemaphore(value: 0)
        let server = Serving { onListening in
            try await receiver.run(onListening: onListening) { _ in gate.wait() }
        }
        try await server.during { url in
            let headers = try Self.signed(Self.body)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<WebhookReceiver.waitingLimit + 3 {
                    group.addTask { try await Asking.post(url, Self.body, headers: headers).status }
                }
                var statuses: [Int] = []
                // Those beyond the limit are answered first, for nobody takes the others yet.
                for try await status in group {
                    statuses.append(status)
                    if statuses.count == 3 { for _ in 0..<WebhookReceiver.waitingLimit { gate.signal() } }
                }
                return statuses
            }
            #expect(statuses.prefix(3) == [503, 503, 503])
            #expect(statuses.dropFirst(3).allSatisfy { $0 == 200 })
        }
    }

    @Test func `without a secret only this machine's own address is listened on`() throws {
        for host in ["0.0.0.0", "::", "192.0.2.1", "nexus.example"] {
            #expect(throws: ServiceFailure.needsSecret) {
                try WebhookReceiver(host: host, port: 0, verifyToken: nil, appSecret: nil)
            }
        }
        for host in ["127.0.0.1", "localhost", "::1"] {
            #expect(throws: Never.self) {
                try WebhookReceiver(host: host, port: 0, verifyToken: nil, appSecret: nil)
            }
        }
    }

    @Test func `an address that is taken is told`() async throws {
        let receiver = try Self.receiver()
        let server = Serving { try await receiver.run(onListening: $0) { _ in } }
        try await server.during { url in
            let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            let second = try WebhookReceiver(host: "127.0.0.1", port: port, verifyToken: nil, appSecret: nil)
            await #expect(throws: ServiceFailure.addressInUse(host: "127.0.0.1", port: port)) {
                try await second.run(onListening: { _ in }, take: { _ in })
            }
        }
    }
}
