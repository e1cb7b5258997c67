import Foundation
import Testing
import Transport

/// `nexus gateway run` on real homes, against a stand-in for WhatsApp over sockets.
@Suite(.timeLimit(.minutes(15)))
struct GatewayRunTests {
    private let desk: Desk
    private var terminal: Terminal { desk.terminal }

    init() throws { desk = try Desk() }

    private func provider(_ script: String = "") throws -> ProviderProcess {
        try ProviderProcess("--script", terminal.write(script, to: "script.jsonl"))
    }

    /// What customers have received, by the provider's word.
    private func sent(at provider: ProviderProcess) throws -> [String] {
        let answer = try HTTPTransport().perform(method: .get, url: provider.url + "/dev/sent", headers: [], body: [])
        return Answer(try JSONSerialization.jsonObject(with: Data(answer.body))).list.map { $0["text"].text }
    }

    @Test func `one round sends what is queued, by the provider in the process, and says what came of it`() throws {
        let message = try desk.reply("Three are left.")
        let run = try desk.round()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.json["dispatched"].number == 1)
        for key in ["held", "dropped", "failed", "unknown", "postponed"] { #expect(run.json[key].number == 0) }
        #expect(["sent", "delivered"].contains(try desk.outbox(message)["state"].text))
        let again = try terminal.plain("g", "gateway", "run", "--once", "--provider", "simulated")
        #expect(again.status == 0 && again.output == "0 sent.\n", "\(again.output)")
    }

    @Test func `over sockets a message is sent once, by our id, and found by the provider's`() throws {
        let provider = try provider()
        let message = try desk.reply("Three are left.")
        for number in [1, 0, 0] {
            #expect(try desk.round(provider: provider.url).json["dispatched"].number == number)
        }
        #expect(try sent(at: provider) == ["Three are left."])
        let item = try desk.outbox(message)
        #expect((item["state"].text, item["providerId"].text) == ("sent", "wamid.SIM1"))
    }

    @Test(arguments: [
        (131_026, "failed", "failed", ""), (131_047, "held", "held", "window-closed"),
        (131_056, "postponed", "queued", ""), (190, "postponed", "queued", ""), (7, "failed", "failed", ""),
    ])
    func `an error of the provider's is proof that it did not take it, and each has its consequence`(
        code: Int, counted: String, state: String, reason: String
    ) throws {
        let provider = try provider(#"{"answer":"refuse","code":\#(code)}"#)
        let message = try desk.reply("Three are left.")
        let run = try desk.round(provider: provider.url)
        #expect(run.status == 0 && run.json[counted].number == 1, "\(run.output)")
        let item = try desk.outbox(message)
        #expect((item["state"].text, item["reason"].text) == (state, reason))
        #expect(item["code"].text == (state == "failed" ? String(code) : ""))
        #expect(try sent(at: provider).isEmpty)
    }

    @Test(arguments: ["none", "huge", "garbage", "status", "contradictory"])
    func `whatever else comes back leaves a doubt, and is never asked for again`(answer: String) throws {
        let provider = try provider(#"{"answer":"\#(answer)"}"#)
        let message = try desk.reply("Three are left.")
        #expect(try desk.round(provider: provider.url).json["unknown"].number == 1)
        let again = try desk.round(provider: provider.url).json
        #expect(again["unknown"].number == 0 && again["dispatched"].number == 0)
        #expect(try desk.outbox(message)["state"].text == "unknown")
        #expect(try sent(at: provider) == ["Three are left."])
        let audit = try terminal.nexus("olga", "outbox", "audit")
        #expect(audit.status == 0 && audit.json["byState"]["unknown"].number == 1)
    }

    @Test func `where nobody answers it is certain that nothing was sent, and it is tried again later`() throws {
        let provider = try provider()
        let url = provider.url
        provider.stop()
        let message = try desk.reply("Three are left.")
        #expect(try desk.round(provider: url).json["postponed"].number == 1)
        #expect(try desk.outbox(message)["state"].text == "queued")
    }

    @Test
    func `a gateway that is killed when the provider has its message leaves a doubt, and the customer has it once`()
        throws
    {
        let provider = try provider(#"{"answer":"slow"}"#)
        let message = try desk.reply("Three are left.")
        let gateway = try FollowProcess(terminal, "g", command: ["gateway", "run", "--provider", provider.url])
        let deadline = Date(timeIntervalSinceNow: 30)
        while try sent(at: provider).isEmpty, Date() < deadline { usleep(20_000) }
        gateway.cutOff()
        #expect(try desk.round(provider: provider.url).json["unknown"].number == 1)
        #expect(try desk.round(provider: provider.url).json["unknown"].number == 0)
        #expect(try desk.outbox(message)["state"].text == "unknown")
        #expect(try sent(at: provider) == ["Three are left."])
        #expect(try terminal.nexus("olga", "outbox", "audit").status == 0)
    }

    @Test func `of two gateways of one account the second is told that the lease is taken, until the first ends`()
        throws
    {
        try desk.addGateway("g2")
        let provider = try provider()
        let first = try FollowProcess(terminal, "g", command: ["gateway", "run", "--provider", provider.url])
        let deadline = Date(timeIntervalSinceNow: 30)
        var second = try desk.round("g2", provider: provider.url)
        while second.status == 0, Date() < deadline { second = try desk.round("g2", provider: provider.url) }
        #expect((second.status, second.error["error"].text) == (75, "lease-taken"), "\(second.errors)")
        _ = try desk.reply("Three are left.")
        while try sent(at: provider).isEmpty, Date() < deadline { usleep(50_000) }
        #expect(try desk.round("g2", provider: provider.url).status == 75)
        first.cutOff()
        #expect(try sent(at: provider) == ["Three are left."])
    }

    @Test func `what it cannot start with is told`() throws {
        let empty = try terminal.write("\n", to: "empty")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: empty)
        for (home, arguments, status, error) in [
            ("g", ["--provider", "nonsense"], Int32(2), "bad-address"),
            ("g", ["--provider", "https://graph.invalid", "--phone-number-id", "1"], 2, "needs-token"),
            (
                "g", ["--provider", "https://graph.invalid", "--phone-number-id", "1", "--token-file", empty], 65,
                "bad-secret"
            ),
            ("g", ["--listen", "127.0.0.1:0", "--provider", "simulated"], 2, "usage"),
            ("olga", ["--provider", "simulated"], 77, "not-a-gateway"),
        ] {
            let run = try terminal.start(
                ["--home", terminal.path(home), "--json", "gateway", "run", "--once"] + arguments)
            #expect(run.status == status && run.error["error"].text == error, "\(arguments) \(run.errors)")
        }
        desk.relay.stop()
        let alone = try desk.round()
        #expect(alone.status == 69, "\(alone.errors)")
    }
}
