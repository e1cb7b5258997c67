import Channels
import Foundation
import Inbox
import Testing

@testable import ProviderServer
@testable import Transport

/// The server in WhatsApp's place, and the real provider asking it.
@Suite(.timeLimit(.minutes(15)))
struct StandInTests {
    private static func standIn(_ script: String = "", webhook: String? = nil) throws -> StandInProvider {
        StandInProvider(
            host: "127.0.0.1", port: 0, script: try SimulatedScript(Array(script.utf8)), webhook: webhook,
            appSecret: Asking.secret("shh"), clock: { Int64(Date().timeIntervalSince1970 * 1_000) })
    }

    private static func send(_ text: String, to url: String) async throws -> SendingOutcome {
        let token = try #require(Asking.secret("t"))
        let provider = try #require(
            CloudProvider(url: url, phoneNumberID: "106540352242922", token: token, deadline: .seconds(60)))
        return try await Asking.aside {
            provider.send(OutgoingMessage(to: "4915112", content: .text(text), reference: "m-\(text)"))
        }
    }

    @Test func `what is no request to send is refused in Meta's form`() async throws {
        let standIn = try Self.standIn()
        try await Serving(standIn.run).during { url in
            let token = [(name: "authorization", value: "Bearer t")]
            for (path, body, headers, status) in [
                ("/v23.0/1/messages", "{}", [], 401), ("/v23.0/1/messages", "{}", [("authorization", "Basic t")], 401),
                ("/v23.0/1/messages", "{", token, 400), ("/v23.0/1/messages", "{}", token, 400),
                ("/v23.0/1/media", "{}", token, 404), ("/vx/1/messages", "{}", token, 404), ("/", "", token, 404),
            ] {
                let answer = try await Asking.post(url + path, Array(body.utf8), headers: headers)
                #expect(answer.status == status, "\(path) \(body)")
                let fields = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: [String: Any]]
                #expect(fields?["error"]?["code"] is Int)
            }
        }
    }

    @Test func `what happens is told, signed, and again until it is taken`() async throws {
        let (taken, refusals) = (Box<[String]>([]), Box(2))
        let receiver = try WebhookReceiver(
            host: "127.0.0.1", port: 0, verifyToken: nil, appSecret: Asking.secret("shh"),
            phoneNumberID: "106540352242922")
        struct Busy: Error {}
        let server = Serving { onListening in
            try await receiver.run(onListening: onListening) { events in
                var isRefused = false
                refusals.change { count in
                    isRefused = count > 0
                    count -= 1
                }
                if isRefused { throw Busy() }
                taken.change { $0 += events.map(\.word) }
            }
        }
        try await server.during { webhook in
            let standIn = try Self.standIn(#"{"reply":{"text":"Thanks"}}"#, webhook: webhook)
            try await Serving(standIn.run).during { url in
                #expect(try await Self.send("Hi", to: url) == .accepted(providerID: "wamid.SIM1"))
                _ = try await Asking.post("\(url)/dev/customer", Array(#"{"from":"1","text":"Hello"}"#.utf8))
                _ = try await Asking.post("\(url)/dev/phone", Array(#"{"to":"1","text":"Called"}"#.utf8))
                #expect(try await Asking.until { taken.value.count == 5 })
                #expect(taken.value.sorted() == ["delivered m-Hi", "message", "message", "message", "sent m-Hi"])
            }
        }
    }
}

extension ProviderEvent {
    fileprivate var word: String {
        switch self {
        case .message: "message"
        case .receipt(let receipt): "\(receipt.event.name) \(receipt.reference ?? "")"
        case .template, .ignored, .unreadable: "other"
        }
    }
}
