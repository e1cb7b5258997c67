import Foundation
import Testing

/// Wrong clocks, as a person meets them. A small library put before the program's own answers for the system's clock.
struct ClockTests {
    @Test func `a clock two hours ahead is told, and what had not left gets the right time`() throws {
        let team = try AccidentTeam()
        let clock = try WrongClock(team.terminal)
        try team.sync("maya")
        try clock.nexus("maya", ahead: 7_400, "reply", team.conversation, "written two hours ahead")
        try clock.nexus("maya", ahead: 7_400, "note", team.conversation, "noted two hours ahead")
        let synced = try clock.nexus("maya", ahead: 7_400, "sync")
        #expect(synced.json["restamped"].number == 2)
        #expect((7_395_000...7_405_000).contains(synced.json["clockAhead"].number))
        let told = try clock.plain("maya", ahead: 7_400, "sync").errors
        #expect(told.contains("Your clock is 2 h 3 min") && told.contains("Set it back by that much."))
        #expect(try clock.plain("maya", ahead: 7_400, "status").output.contains("Your clock is 2 h 3 min"))
        #expect(try !team.terminal.plain("maya", "status").output.contains("Your clock"))
        // Nobody has to wait for it.
        try team.checkAll(hold: ["written two hours ahead", "noted two hours ahead"])
        let shown = try team.terminal.nexus("olga", "show", team.conversation).json["messages"].list
        let reply = try #require(shown.first { $0["text"].text == "written two hours ahead" })
        let soon = Date().addingTimeInterval(60).ISO8601Format()
        #expect(reply["at"].text < soon)
    }

    @Test func `a laptop at 1970 shows the inbox, gets the news, and its replies reach everyone`() throws {
        let team = try AccidentTeam()
        let clock = try WrongClock(team.terminal)
        try team.reply("olga", "news")
        try team.sync("olga")
        let behind = -Int64(Date().timeIntervalSince1970) + 60
        let synced = try clock.nexus("maya", ahead: behind, "sync")
        #expect(synced.status == 0, "\(synced.errors)")
        #expect(try clock.nexus("maya", ahead: behind, "status").json["waiting"].number == 0)
        let shown = try clock.nexus("maya", ahead: behind, "show", team.conversation).json["messages"].list
        #expect(shown.contains { $0["text"].text == "news" })
        #expect(try !clock.nexus("maya", ahead: behind, "inbox", "--limit", "0").json.list.isEmpty)
        try clock.nexus("maya", ahead: behind, "reply", team.conversation, "from 1970")
        #expect(try clock.plain("maya", ahead: behind, "sync").errors.contains("behind the relay's. Set it forward"))
        try team.checkAll(hold: ["news", "from 1970"])
    }
}

/// Runs the program with a clock that is off.
private struct WrongClock {
    private let terminal: Terminal
    private let library: String

    init(_ terminal: Terminal) throws {
        self.terminal = terminal
        library = terminal.path("clock.so")
        let source = """
            #define _GNU_SOURCE
            #include <stdlib.h>
            #include <sys/syscall.h>
            #include <time.h>
            #include <unistd.h>
            int clock_gettime(clockid_t clock, struct timespec *time) {
                int result = syscall(SYS_clock_gettime, clock, time);
                const char *ahead = getenv("TEST_CLOCK_AHEAD");
                if (result == 0 && clock == CLOCK_REALTIME && ahead) time->tv_sec += atoll(ahead);
                return result;
            }
            """
        let compiler = try #require(
            ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"].first(where: FileManager.default.isExecutableFile))
        let run = try terminal.start(
            ["-shared", "-fPIC", "-o", library, terminal.write(source, to: "clock.c")], program: compiler)
        try #require(run.status == 0, "\(run.errors)")
    }

    /// - Parameter seconds: how far the clock is ahead; below 0 behind.
    @discardableResult
    func nexus(_ home: String, ahead seconds: Int64, _ arguments: String...) throws -> Run {
        let run = try start(seconds, ["--home", terminal.path(home), "--json"] + arguments)
        try #require(run.status == 0, "\(run.errors)")
        return run
    }

    func plain(_ home: String, ahead seconds: Int64, _ arguments: String...) throws -> Run {
        try start(seconds, ["--home", terminal.path(home)] + arguments)
    }

    private func start(_ seconds: Int64, _ arguments: [String]) throws -> Run {
        let settings = ["TEST_CLOCK_AHEAD=\(seconds)", "LD_PRELOAD=\(library)"]
        return try terminal.start(settings + [Terminal.program] + arguments, program: "/usr/bin/env")
    }
}
