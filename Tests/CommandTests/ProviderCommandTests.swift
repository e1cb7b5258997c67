import ChangeLog
import Channels
import Foundation
import Testing
import Transport

/// `nexus dev provider` as a process, asked over HTTP.
@Suite(.timeLimit(.minutes(2)))
struct ProviderCommandTests {
    private static func send(_ text: String, to url: String) throws -> SendingOutcome {
        let token = try #require(
            SecretBytes(capacity: 1) {
                $0.copyBytes(from: [0x74])
                return 1
            })
        return try #require(CloudProvider(url: url, phoneNumberID: "1", token: token, deadline: .seconds(5)))
            .send(OutgoingMessage(to: "4915112", content: .text(text), reference: "m1"))
    }

    private static func sent(at url: String) throws -> Answer {
        let answer = try HTTPTransport().perform(method: .get, url: url + "/dev/sent", headers: [], body: [])
        return Answer(try JSONSerialization.jsonObject(with: Data(answer.body)))
    }

    @Test func `it says where it listens, takes messages by its script, and shows what customers received`() throws {
        let terminal = try Terminal()
        let script = try terminal.write(
            """
            {"nth":2,"answer":"refuse","code":131047}
            {"nth":3,"answer":"none"}
            """, to: "script.jsonl")
        let provider = try ProviderProcess("--script", script)
        #expect(provider.url.hasPrefix("http://127.0.0.1:"))
        #expect(try Self.send("first", to: provider.url) == .accepted(providerID: "wamid.SIM1"))
        guard case .refused(let refusal) = try Self.send("second", to: provider.url) else {
            return #expect(Bool(false))
        }
        #expect(refusal.code == "131047" && refusal.consequence == .windowClosed)
        guard case .unknown(let doubt) = try Self.send("third", to: provider.url) else { return #expect(Bool(false)) }
        #expect(doubt.reason == .cut)
        let sent = try Self.sent(at: provider.url)
        #expect(sent.list.map { $0["text"].text } == ["first", "third"])
        #expect(sent[0]["reference"].text == "m1" && sent[0]["template"].isNull)
        #expect(provider.stop() == 0, "it stops cleanly on SIGTERM")
    }

    @Test func `what it cannot start with is told before it listens`() throws {
        let terminal = try Terminal()
        let script = try terminal.write(#"{"answer":"perhaps"}"#, to: "script.jsonl")
        let loose = try terminal.write("shh", to: "secret")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: loose)
        let empty = try terminal.write("\n", to: "empty")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: empty)
        for (arguments, status, error) in [
            (["--script", script], Int32(65), "bad-script"), (["--script", script + "x"], 66, "no-file"),
            (["--app-secret-file", loose], 77, "loose-key-file"), (["--app-secret-file", empty], 65, "bad-secret"),
            (["--app-secret-file", empty + "x"], 66, "no-file"), (["--webhook", "nonsense"], 2, "bad-address"),
            (["--listen", "nonsense"], 2, "bad-address"),
        ] {
            let run = try terminal.start(["dev", "provider", "--json"] + arguments)
            #expect(run.status == status, "\(arguments) \(run.errors)")
            #expect(run.error["error"].text == error)
        }
        let provider = try ProviderProcess()
        let taken = try terminal.start([
            "dev", "provider", "--json", "--listen", String(provider.url.dropFirst("http://".count)),
        ])
        #expect(taken.status == 69 && taken.error["error"].text == "address-in-use")
    }
}

/// A stand-in provider on a free port of this machine.
final class ProviderProcess {
    let url: String
    private var process: Process?

    init(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Terminal.program)
        process.arguments = ["dev", "provider", "--json"] + arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        self.process = process
        let greeting = try? JSONSerialization.jsonObject(with: output.fileHandleForReading.availableData)
        url = Answer(greeting)["listen"].text
        try #require(!url.isEmpty)
    }

    deinit { stop() }

    /// - Returns: its exit status.
    @discardableResult
    func stop() -> Int32 {
        process?.terminate()
        process?.waitUntilExit()
        defer { process = nil }
        return process?.terminationStatus ?? 0
    }
}
