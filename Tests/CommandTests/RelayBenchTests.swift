import Foundation
import Testing

/// The tool that measures a relay, on a load that is none.
struct RelayBenchTests {
    @Test func `every change reaches everyone exactly once, and all come back after a restart`() throws {
        let run = try Terminal().nexus(
            nil, "relay", "bench", "--replicas", "5", "--writers", "2", "--rate", "20", "--seconds", "1", "--restart")
        #expect(run.status == 0, "\(run.errors)")
        let report = run.json
        // A writer that is late leaves out what the time is up for.
        let accepted = report["accepted"].number
        #expect((1...20).contains(accepted))
        #expect(report["deliveries"].number == 5 * accepted)
        #expect(report["missingDeliveries"].number == 0)
        #expect(report["repeatedDeliveries"].number == 0)
        #expect((1...300).contains(report["idleRequestBytes"].number + report["idleAnswerBytes"].number))
        for key in ["deliveryP50", "deliveryP99", "spreadMaximum", "processorShare", "outage", "return100"] {
            let seconds = try #require(report["\(key)Seconds"].value as? Double, "\(key)")
            #expect(seconds > 0, "\(key)")
        }
        #expect(report["startBytes"].number > 1 << 20)
    }

    @Test func `a history goes over a relay to a new device, whole, and is measured beside a plain download`() throws {
        let terminal = try Terminal()
        let lines = (1...3).map { number in
            """
            {"id":"c\(number)","channel":"webchat","customer":{"name":"Customer \(number)"},"messages":[{"from":"customer",\
            "author":"Customer \(number)","text":"Hello?","at":"2026-05-01T10:00:00Z"}]}

            """
        }
        let file = try terminal.write(lines.joined(), to: "history.jsonl")
        let run = try terminal.nexus(nil, "relay", "bench", "--history", file)
        #expect(run.status == 0, "\(run.errors)")
        let report = run.json
        #expect((report["conversations"].number, report["messages"].number) == (3, 3))
        // The founding, and the conversations; then the invitation and the relay's part as well, and its own.
        #expect(report["pushedChanges"].number >= 4)
        #expect(report["firstSyncChanges"].number > report["pushedChanges"].number)
        #expect((2...4).contains(report["firstSyncRoundTrips"].number))
        for key in ["importSeconds", "pushSeconds", "firstSyncSeconds", "plainSeconds"] {
            #expect(try #require(report[key].value as? Double, "\(key)") > 0, "\(key)")
        }
        for key in ["firstSyncBytes", "firstSyncPeakBytes", "relayBytes", "firstSyncRate", "timesPlain"] {
            #expect(report[key].number > 0, "\(key)")
        }
        let damaged = try terminal.write(lines.joined() + "{}\n", to: "damaged.jsonl")
        #expect(try terminal.nexus(nil, "relay", "bench", "--history", damaged).status == 65)
        #expect(try terminal.nexus(nil, "relay", "bench", "--history", terminal.path("nothing")).status == 66)
    }

    @Test func `a program that is no relay is refused, and so is a load that would not fit into memory`() throws {
        let terminal = try Terminal()
        let run = try terminal.nexus(nil, "relay", "bench", "--replicas", "1", "--relay-binary", "/bin/false")
        #expect(run.status == 69)
        #expect(run.error["error"].text == "no-relay")
        #expect(try terminal.nexus(nil, "relay", "bench", "--replicas", "20000", "--rate", "101").status == 2)
    }

    @Test func `whoever kills the tool ends its relay too, and nothing stays behind`() throws {
        let terminal = try Terminal()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Terminal.program)
        process.arguments = ["relay", "bench", "--replicas", "2", "--writers", "1", "--rate", "1", "--seconds", "60"]
        process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": terminal.directory]) { $1 }
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        #expect(eventually { self.relays(of: terminal).count == 1 }, "the relay has started")
        kill(process.processIdentifier, SIGKILL)
        #expect(eventually { self.relays(of: terminal).isEmpty })
        #expect(eventually { (try? FileManager.default.contentsOfDirectory(atPath: terminal.directory)) == [] })
    }

    /// The processes that serve from somewhere in the terminal's directory.
    private func relays(of terminal: Terminal) -> [String] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.filter { process in
            guard Int32(process) != nil, let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")
            else {
                return false
            }
            let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return arguments.dropFirst().first == "relay" && arguments.contains { $0.hasPrefix(terminal.directory) }
        }
    }

    /// Within half a minute.
    private func eventually(_ holds: () -> Bool) -> Bool {
        for _ in 0..<600 {
            if holds() { return true }
            usleep(50_000)
        }
        return false
    }
}
