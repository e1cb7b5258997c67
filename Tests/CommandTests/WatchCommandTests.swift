import Foundation
import Testing

/// `nexus watch`: a process that is killed, started anew, and told of by files.
@Suite(.timeLimit(.minutes(5)))
struct WatchCommandTests {
    private let desk: Desk
    private var terminal: Terminal { desk.terminal }

    init() throws { desk = try Desk() }

    /// Messages that a channel brings to the gateway's device, a line each.
    private func receive(_ numbers: Range<Int>) throws {
        let lines = numbers.map { number in
            """
            {"channel":"whatsapp","from":{"id":"4915199","name":"Ben"},"providerId":"b\(number)",\
            "at":"2026-11-22T10:00:00Z","text":"number \(number)"}
            """
        }
        let run = try terminal.nexus("g", "receive", "-", input: lines.joined(separator: "\n"))
        try #require(run.json["received"].number == numbers.count, "\(run.errors)")
    }

    private func start(_ output: FileHandle) throws -> ChildProcess {
        try ChildProcess(
            Terminal.program, ["--home", terminal.path("g"), "--json", "watch"], output: output.fileDescriptor,
            errors: output.fileDescriptor)
    }

    @Test func `killed at any moment and started anew, it tells every message, and twice only what was in flight`()
        throws
    {
        #expect(try terminal.nexus("g", "watch", "--once").output == "")
        let path = try terminal.write("", to: "events")
        let output = try #require(FileHandle(forWritingAtPath: path))
        var dice = SystemRandomNumberGenerator()
        var kills = 0
        func lines() throws -> [Answer] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                Answer(try? JSONSerialization.jsonObject(with: Data($0.utf8)))
            }
        }
        for round in 0..<12 {
            let watch = try start(output)
            try receive(round * 10..<round * 10 + 10)
            usleep(UInt32.random(in: 0...60_000, using: &dice))
            kill(watch.id, SIGKILL)
            watch.wait()
            kills += 1
        }
        let watch = try start(output)
        let deadline = Date(timeIntervalSinceNow: 60)
        while Set(try lines().map { $0["id"].text }).count < 120, Date() < deadline { usleep(20_000) }
        kill(watch.id, SIGKILL)
        watch.wait()
        let told = try lines()
        #expect(Set(told.map { $0["text"].text }) == Set((0..<120).map { "number \($0)" }))
        let again = told.filter { $0["again"].value as? Bool == true }
        #expect(told.count - 120 <= again.count && again.count <= kills)
    }

    @Test func `a second watch is refused, and one that follows the relay tells what comes in`() throws {
        let watch = try FollowProcess(terminal, "olga", command: ["watch", "--sync"])
        defer { watch.cutOff() }
        // It is up once it holds the lock.
        var second = try terminal.nexus("olga", "watch", "--once")
        let deadline = Date(timeIntervalSinceNow: 30)
        while second.status == 0, Date() < deadline { second = try terminal.nexus("olga", "watch", "--once") }
        #expect(second.status == 75 && second.error["error"].text == "already-watching")
        let line =
            #"{"channel":"whatsapp","from":{"id":"49151","name":"Eve $(id)"},"providerId":"e1","text":"Hi; `id`"}"#
        #expect(try terminal.nexus("g", "receive", "-", input: line).status == 0)
        #expect(try terminal.nexus("g", "sync").status == 0)
        #expect(try watch.expect("message")["text"].text == "Hi; `id`")
    }

    @Test func `a command is run for each event, with facts in its environment and all of it on its input`() throws {
        _ = try terminal.nexus("g", "watch", "--once")
        try receive(0..<3)
        let output = terminal.path("told")
        let command = "printf '%s %s ' \"$NEXUS_EVENT\" \"$NEXUS_CUSTOMER\" >> \(output); cat >> \(output); exit 3"
        let run = try terminal.plain("g", "watch", "--once", "--exec", command)
        #expect(run.status == 0 && run.output == "", "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 3)
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("message Ben {\"event\":\"message\"") })
        #expect(lines.enumerated().allSatisfy { $1.contains("\"text\":\"number \($0)\"") })
        // What was told is told.
        #expect(try terminal.nexus("g", "watch", "--once").output == "")
    }

    @Test func `what happened since is passed over when asked, and other kinds are told to nobody`() throws {
        _ = try terminal.nexus("g", "watch", "--once")
        try receive(0..<3)
        #expect(try terminal.nexus("g", "watch", "--once", "--from-now").output == "")
        try receive(3..<5)
        #expect(try terminal.nexus("g", "watch", "--once", "--only", "mention").output == "")
        #expect(try terminal.nexus("g", "watch", "--once").output == "")
        #expect(try terminal.nexus("g", "watch", "--only", "thunder").error["error"].text == "bad-choice")
    }
}
