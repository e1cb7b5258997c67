import Testing

@testable import Channels
@testable import Inbox

/// The real provider, against servers that misbehave.
struct CloudProviderTests {
    private static let taken = #"{"messages":[{"id":"wamid.X"}]}"#

    private static func answer(_ status: String, _ body: String, length: Int? = nil) -> String {
        "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
    }

    private static func send(to url: String, deadline: Duration = .seconds(5)) throws -> SendingOutcome {
        let token = try #require(Samples.secret("EAAG-secret"))
        return try #require(CloudProvider(url: url, phoneNumberID: "106540352242922", token: token, deadline: deadline))
            .send(Samples.text("Grüße"))
    }

    @Test func `it asks the endpoint of its number, with its token, once`() throws {
        let server = try BadServer(.says(Self.answer("200 OK", Self.taken)))
        #expect(try Self.send(to: server.url + "/") == .accepted(providerID: "wamid.X"))
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v23.0/106540352242922/messages HTTP/1.1\r\n"))
        #expect(request.contains("authorization: Bearer EAAG-secret\r\n"))
        #expect(request.contains("content-type: application/json\r\n"))
        #expect(request.contains(#""body":"Grüße""#))
        #expect(server.requests.count == 1)
    }

    @Test func `where nothing was sent, it is refused and may be tried again`() throws {
        let closed = try BadServer(.hangsUp)
        closed.stop()
        for url in [closed.url, "http://no-such-host.invalid"] {
            guard case .refused(let refusal) = try Self.send(to: url) else {
                #expect(Bool(false), "\(url)")
                continue
            }
            #expect(refusal.code == "unreachable" && refusal.consequence == .retry(after: .seconds(10)))
        }
        let plain = try BadServer(.says("what?"))
        guard case .refused = try Self.send(to: plain.url.replacing("http:", with: "https:")) else {
            return #expect(Bool(false))
        }
    }

    @Test func `a server that takes the request and never answers leaves a doubt`() throws {
        let server = try BadServer(.waits)
        #expect(try Self.send(to: server.url, deadline: .milliseconds(500)).doubt == .timedOut)
        #expect(server.requests.count == 1)
    }

    @Test func `an answer that drips in past the deadline leaves a doubt`() throws {
        let server = try BadServer(.drips(Self.answer("200 OK", Self.taken)))
        #expect(try Self.send(to: server.url, deadline: .seconds(1)).doubt == .timedOut)
    }

    /// libcurl asks a second time by itself where a kept connection ends without an answer.
    @Test func `a connection that ends without an answer leaves a doubt, and the message was asked for once`() throws {
        let server = try BadServer(.hangsUp)
        let token = try #require(Samples.secret("t"))
        let provider = try #require(CloudProvider(url: server.url, phoneNumberID: "1", token: token))
        #expect(provider.send(Samples.text()).doubt == .cut)
        #expect(server.requests.count == 1)
        server.behaviour = .says(Self.answer("200 OK", Self.taken))
        #expect(provider.send(Samples.text()) == .accepted(providerID: "wamid.X"))
        server.behaviour = .hangsUp
        #expect(provider.send(Samples.text()).doubt == .cut)
        #expect(server.requests.count == 3)
    }

    @Test func `an answer cut short, without end or not in HTTP leaves a doubt`() throws {
        for (behaviour, doubt) in [
            (BadServer.Behaviour.says(Self.answer("200 OK", Self.taken, length: 999)), Doubt.Reason.cut),
            (.says("What is it?\r\n\r\n"), .unreadable),
            (.says(Self.answer("502 Bad Gateway", "<html>")), .serverFailed),
            (.says(Self.answer("302 Found", "")), .unreadable),
            (.says(Self.answer("200 OK", String(repeating: " ", count: SendAnswer.byteLimit + 1))), .tooLarge),
            (.says("HTTP/1.1 200 OK\r\nx: " + String(repeating: "x", count: 1 << 17)), .tooLarge),
        ] {
            let server = try BadServer(behaviour)
            #expect(try Self.send(to: server.url).doubt == doubt)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `an error of Meta's is a refusal, and keeps no token`() throws {
        let error = #"{"error":{"message":"EAAG-secret has expired","code":190}}"#
        let server = try BadServer(.says(Self.answer("401 Unauthorized", error)))
        guard case .refused(let refusal) = try Self.send(to: server.url) else { return #expect(Bool(false)) }
        #expect(refusal.consequence == .channelDown && refusal.code == "190")
        #expect(refusal.evidence == #"{"error":{"message":"[secret] has expired","code":190}}"#)
    }

    @Test func `what makes no address makes no provider`() throws {
        let token = try #require(Samples.secret("t"))
        for (url, version, number) in [
            ("", "v23.0", "1"), ("ftp://a", "v23.0", "1"), ("http://a?x", "v23.0", "1"), ("http://u:p@a", "v23.0", "1"),
            ("http://a", "", "1"), ("http://a", "../x", "1"), ("http://a", "..", "1"), ("http://a", "v23.0", "1/2"),
            ("http://a", "v23.0", "1?x"), ("http://a", "v23.0", ""),
        ] {
            #expect(CloudProvider(url: url, version: version, phoneNumberID: number, token: token) == nil, "\(url)")
        }
    }

    @Test func `a token that no header can hold is refused before anything is sent`() throws {
        let server = try BadServer(.waits)
        let token = try #require(Samples.secret("a\r\nx: y"))
        let provider = try #require(CloudProvider(url: server.url, phoneNumberID: "1", token: token))
        #expect(provider.send(Samples.text()).isRefused)
        #expect(server.requests.isEmpty)
    }
}
