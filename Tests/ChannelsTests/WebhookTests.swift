import Foundation
import TestSupport
import Testing

@testable import Channels
@testable import Inbox

/// What WhatsApp tells of its own accord.
struct WebhookTests {
    @Test func `each webhook of ours reads as its fixture says`() throws {
        guard case .object(let cases) = try Samples.file("whatsapp/webhooks.json") else { return #expect(Bool(false)) }
        #expect(cases.count > 15)
        for (name, sample) in cases {
            let events = WhatsAppWebhook.events(in: Array(Self.webhook(sample).canonicalText.utf8), for: "1")
            #expect(events.map(\.line) == sample["events"]?.list?.compactMap(\.text), "\(name)")
        }
    }

    /// A webhook around a fixture's value.
    private static func webhook(_ sample: JSONValue) -> JSONValue {
        let change: [String: JSONValue] = [
            "field": sample["field"] ?? .text("messages"), "value": sample["value"] ?? .null,
        ]
        return .object([
            "object": .text("whatsapp_business_account"),
            "entry": .list([.object(["id": .text("9"), "changes": .list([.object(change)])])]),
        ])
    }

    @Test(.enabled(if: Samples.areShared, "the examples are not beside the package"))
    func `every example of Meta's and pywa's is read, and no message or receipt in them is dropped`() throws {
        var counts: [String: Int] = [:]
        for (name, webhook) in try Samples.sharedWebhooks() {
            for event in WhatsAppWebhook.events(in: Array(webhook.canonicalText.utf8)) {
                #expect(event.line != "unreadable", "\(name): \(event)")
                counts[event.kind, default: 0] += 1
            }
        }
        #expect(
            counts == [
                "customer text": 8, "customer location": 3, "customer sticker": 2, "customer edit": 1,
                "customer button_reply": 5, "customer document": 1, "customer revocation": 1, "customer contact": 2,
                "customer reaction": 4, "customer audio": 2, "customer list_reply": 3, "customer image": 3,
                "customer video": 1, "customer unsupported": 9, "phone text": 1, "phone revocation": 1, "phone edit": 1,
                "sent": 2, "delivered": 1, "read": 2, "played": 1, "failed": 1, "template": 5, "ignored": 6,
            ])
    }

    @Test func `what is no webhook of WhatsApp is told, not taken`() {
        for text in [
            "", "{", "[]", "null", #"{"object":"page","entry":[]}"#, #"{"object":"whatsapp_business_account"}"#,
        ] {
            #expect(WhatsAppWebhook.events(in: Array(text.utf8)).map(\.line) == ["unreadable"], "\(text)")
        }
        let large = [UInt8](repeating: 0x20, count: WhatsAppWebhook.byteLimit + 1)
        #expect(WhatsAppWebhook.events(in: large).map(\.line) == ["unreadable"])
    }

    @Test func `a message whose rest is too large for the log comes without it`() throws {
        let padding = String(repeating: "x", count: 1 << 17)
        let text = """
            {"messages":[{"from":"1","id":"w1","type":"text","text":{"body":"Hi"},"referral":{"body":"\(padding)"}}]}
            """
        let value = try #require(JSONValue(json: Array(text.utf8)))
        let events = WhatsAppWebhook.events(in: Self.webhook(.object(["value": value])), for: nil)
        #expect(events.map(\.line) == [#"customer text w1 of 1: Hi {"omitted":true}"#])
    }

    /// Nothing that comes may end the program, or be kept without bound.
    @Test(arguments: Seed.several(4))
    func `a webhook cut off or altered anywhere is read as far as it can be`(seed: Seed) throws {
        var dice = Dice(seed)
        guard case .object(let cases) = try Samples.file("whatsapp/webhooks.json") else { return #expect(Bool(false)) }
        for sample in cases.values {
            let body = Array(Self.webhook(sample).canonicalText.utf8)
            for _ in 0..<60 {
                var altered = body
                if dice.once(in: 2) { altered.removeLast(dice.number(1...body.count)) }
                if !altered.isEmpty { altered[dice.number(0...altered.count - 1)] = dice.number(0...255) }
                for case .unreadable(let reason) in WhatsAppWebhook.events(in: altered) {
                    #expect(reason.utf8.count <= Evidence.byteLimit + 64)
                }
            }
        }
    }
}

/// Who may tell us something.
struct WebhookSignatureTests {
    /// From RFC 4231, test case 2.
    @Test func `the signature is the HMAC of RFC 4231`() throws {
        let secret = try #require(Samples.secret("Jefe"))
        let body = Array("what do ya want for nothing?".utf8)
        let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        #expect(WebhookSignature.text(body: body, secret: secret) == header)
        #expect(WebhookSignature.isValid(header, body: body, secret: secret))
        #expect(WebhookSignature.isValid("sha256=" + header.dropFirst(7).uppercased(), body: body, secret: secret))
    }

    @Test func `one bit off in body, secret or signature, and it is none`() throws {
        let secret = try #require(
            Samples.secret("an app's secret, longer than one block of the hash: \(String(repeating: "x", count: 64))"))
        let body = Array(#"{"object":"whatsapp_business_account","entry":[]}"#.utf8)
        let header = WebhookSignature.text(body: body, secret: secret)
        #expect(WebhookSignature.isValid(header, body: body, secret: secret))
        for index in body.indices {
            var other = body
            other[index] ^= 1
            #expect(!WebhookSignature.isValid(header, body: other, secret: secret))
        }
        for index in header.utf8.indices {
            var other = Array(header.utf8)
            other[header.utf8.distance(from: header.startIndex, to: index)] ^= 1
            #expect(!WebhookSignature.isValid(String(decoding: other, as: UTF8.self), body: body, secret: secret))
        }
        let otherSecret = try #require(Samples.secret("another"))
        #expect(!WebhookSignature.isValid(header, body: body, secret: otherSecret))
        for wrong in [
            nil, "", "sha256=", String(header.dropLast()), header + "0", header + header, "sha1=" + header.dropFirst(7),
        ] {
            #expect(!WebhookSignature.isValid(wrong, body: body, secret: secret))
        }
    }
}
