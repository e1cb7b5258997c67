import ChangeLog
import Channels
import Foundation
import Testing
import Transport

/// `nexus dev provider` as a process, asked over HTTP.
@Suite(.timeLimit(.minutes(15)))
struct ProviderCommandTests {
    /// - Parameter deadline: long enough for a machine that is busy with other tests.
    private static func send(
        _ text: String, to url: String, deadline: Duration = .seconds(60)
    ) throws -> SendingOutcome {
        let token = try #require(
            SecretBytes(capacity: 1) {
                $0.copyBytes(from: [0x74])
                return 1
            })
        return try #require(CloudProvider(url: url, phoneNumberID: "1", token: token, deadline: deadline))
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

    /// Over a socket each answer has to mean what it means in process.
    @Test func `every answer of a script arrives as what it is`() throws {
        let answers = SimulatedScript.Answer.allCases
        let script = answers.enumerated().map { index, answer in
            #"{"nth":\#(index + 1),"answer":"\#(answer.rawValue)","code":131056,"after":\#(answer == .slow ? 90_000 : 0)}"#
        }.joined(separator: "\n")
        var twin = SimulatedProvider(try SimulatedScript(Array(script.utf8)))
        let terminal = try Terminal()
        let provider = try ProviderProcess("--script", terminal.write(script, to: "script.jsonl"))
        for answer in answers {
            let message = OutgoingMessage(to: "4915112", content: .text(answer.rawValue), reference: "m1")
            let expected = twin.take(message, now: 0).outcome(deadline: .seconds(60))
            let outcome = try Self.send(
                answer.rawValue, to: provider.url, deadline: answer == .slow ? .seconds(2) : .seconds(60))
            #expect(outcome.summary == expected.summary, "\(answer): \(outcome)")
        }
        #expect(try Self.sent(at: provider.url).list.map { $0["text"].text } == twin.received.map(\.text))
        #expect(provider.stop() == 0, "it waits for no late answer")
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

extension SendingOutcome {
    /// Without what the provider said.
    fileprivate var summary: String {
        switch self {
        case .accepted(let id): "accepted \(id)"
        case .refused(let refusal): "refused \(refusal.code) \(refusal.consequence)"
        case .unknown(let doubt): "unknown \(doubt.reason)"
        }
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
