import Foundation
import Testing

/// The commands that look inside, repair, and carry changes as files; as a person runs them.
struct InspectionCommandTests {
    @Test func `two devices that only ever exchange files are the same, and a second import changes nothing`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        try terminal.nexus("maya", "note", id, "Mine")
        try terminal.nexus("olga", "note", id, "Olga's")
        let frontier = try terminal.nexus("olga", "bundle", "frontier", terminal.path("olga.frontier"))
        #expect(frontier.json["tips"].number == 2)
        let news = try terminal.nexus(
            "maya", "bundle", "export", terminal.path("m.bundle"), "--since", terminal.path("olga.frontier"))
        #expect(news.json["changes"].number == 1)
        #expect(try terminal.nexus("olga", "bundle", "import", terminal.path("m.bundle")).json["new"].number == 1)
        let again = try terminal.nexus("olga", "bundle", "import", terminal.path("m.bundle"))
        #expect(again.json["new"].number == 0)
        #expect(again.status == 0)

        // Her own note, and that she let Maya in: there is no relay to do it.
        let since = try terminal.nexus("olga", "bundle", "export", terminal.path("o.bundle"), "--since", "Maya")
        #expect(since.json["changes"].number == 2)
        #expect(try terminal.nexus("maya", "bundle", "import", terminal.path("o.bundle")).status == 0)
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
        #expect(
            try terminal.plain("maya", "bundle", "import", terminal.path("o.bundle")).output
                == "Took in 0 new changes of 2.\n")
    }

    @Test func `a bundle goes through pipes`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        let nexus = { (home: String) in "'\(Terminal.program)' --home '\(terminal.path(home))'" }
        let command = "\(nexus("olga")) bundle export - | \(nexus("maya")) --json bundle import -"
        let run = try terminal.start(["-c", command], program: "/bin/sh")
        #expect(run.json["new"].number == 3, "\(run.errors)")
        #expect(try terminal.nexus("maya", "show", id).status == 0)
        let cut = try terminal.start(
            ["-c", "\(nexus("olga")) bundle export - | head -c 200 | \(nexus("maya")) --json bundle import -"],
            program: "/bin/sh")
        #expect(cut.status == 65)
        #expect(cut.error["error"].text == "truncated-bundle")
        let left = try FileManager.default.contentsOfDirectory(atPath: terminal.path("maya"))
        #expect(left.filter { $0.hasPrefix("spool") } == [])
    }

    @Test func `a bundle that is there, absent, foreign, damaged or none at all is told apart`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let file = terminal.path("a.bundle")
        #expect(try terminal.nexus("olga", "bundle", "export", file).status == 0)
        let there = try terminal.nexus("olga", "bundle", "export", file)
        #expect((there.status, there.error["error"].text) == (73, "file-exists"))
        #expect(try terminal.nexus("olga", "bundle", "export", file, "--force").status == 0)
        let absent = try terminal.nexus("olga", "bundle", "import", terminal.path("absent"))
        #expect((absent.status, absent.error["error"].text) == (66, "no-file"))
        try terminal.nexus("other", "init", "--workspace", "Other", "--person", "Olga")
        let foreign = try terminal.nexus("other", "bundle", "import", file)
        #expect((foreign.status, foreign.error["error"].text) == (65, "other-workspace"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: terminal.path("b.bundle")))
        let altered = try terminal.nexus("olga", "bundle", "import", terminal.path("b.bundle"))
        #expect((altered.status, altered.error["error"].text) == (65, "altered-bundle"))
        let letter = try terminal.write("Dear Olga, this is no bundle.", to: "letter")
        let none = try terminal.nexus("olga", "bundle", "import", letter)
        #expect((none.status, none.error["error"].text) == (65, "not-a-bundle"))
        let since = try terminal.nexus("olga", "bundle", "export", terminal.path("c"), "--since", letter)
        #expect((since.status, since.error["error"].text) == (65, "not-a-frontier"))
        let nobody = try terminal.nexus("olga", "bundle", "export", terminal.path("c"), "--since", "Nobody")
        #expect((nobody.status, nobody.error["error"].text) == (66, "unknown-person"))
    }

    @Test func `verify is clean, finds what was forged, and a rebuild mends it and says what to trust`() throws {
        let terminal = try Terminal()
        let text = String(repeating: "Hello ", count: 80)
        let id = try team(on: terminal, text: text)
        let clean = try terminal.nexus("olga", "verify")
        #expect(clean.status == 0)
        #expect(clean.json["clean"].number == 1)
        #expect(clean.json["changes"].number == 5)
        #expect(clean.json["digest"].text == (try terminal.nexus("olga", "digest").json["digest"].text))
        try forge("Hello Hello", as: "Howdy Howdy", in: terminal.path("olga/replica.sqlite"))
        let found = try terminal.nexus("olga", "verify")
        #expect(found.status == 1)
        #expect(found.error["error"].text == "problems-found")
        #expect(found.json["problems"].list.contains { $0["problem"].text == "table" })
        #expect(try terminal.plain("olga", "verify").output.contains("nexus rebuild"))
        let rebuild = try terminal.nexus("olga", "rebuild")
        #expect(rebuild.status == 0)
        #expect(rebuild.json["equal"].number == 0)
        #expect(rebuild.json["after"].text == clean.json["digest"].text)
        #expect(try terminal.nexus("olga", "verify").status == 0)
        #expect(try terminal.nexus("olga", "rebuild").json["equal"].number == 1)
        #expect(try terminal.nexus("olga", "show", id).json["messages"][0]["text"].text == text)
    }

    @Test func `a log whose bytes are damaged is named, with what to do`() throws {
        let terminal = try Terminal()
        _ = try team(on: terminal)
        let path = terminal.path("olga/replica.sqlite")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // Whatever page it hits, it is more than nothing.
        for offset in stride(from: bytes.count / 2, to: bytes.count, by: 97) { bytes[offset] ^= 0xFF }
        try bytes.write(to: URL(fileURLWithPath: path))
        let run = try terminal.nexus("olga", "verify")
        #expect([1, 74].contains(run.status), "\(run.status) \(run.errors)")
        #expect(["problems-found", "corrupt"].contains(run.error["error"].text))
        #expect(!run.error["hint"].text.isEmpty)
    }

    @Test func `the log of a conversation tells who did what when, and takes a lead's id too`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        try terminal.nexus("maya", "label", id, "add", "vip")
        let log = try terminal.nexus("maya", "log", id).json
        #expect(log.list.count == 2)
        #expect(log[0]["author"].text == "Olga")
        #expect(log[0]["sealed"].number == 1)
        #expect(log[0]["operations"].list.contains { $0["words"].text.contains(#"text "Hello?""#) })
        #expect(log[1]["author"].text == "Maya")
        #expect(log[1]["sealed"].number == 0)
        #expect(log[1]["operations"][0]["words"].text == #"adds "vip" to labels"#)
        #expect(log[1]["operations"][0]["value"].text == "vip")
        #expect(try terminal.nexus("maya", "log", id, "--limit", "1").json.list.count == 1)
        let screen = try terminal.plain("maya", "log", id, "--limit", "1").output
        #expect(screen.contains("Maya (device "))
        #expect(screen.contains("not sealed yet"))
        let lead = try terminal.nexus("maya", "show", id).json["lead"]["id"].text
        #expect(try terminal.nexus("maya", "log", lead).json[0]["operations"][0]["field"].text == "name")
        #expect(try terminal.nexus("maya", "log", "zzzzzzzz").error["error"].text == "unknown-conversation")
    }

    @Test func `a field is explained by its rule, and an unknown one lists those there are`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        try terminal.nexus("maya", "escalate", id)
        try terminal.nexus("maya", "reopen", id)
        let status = try terminal.nexus("maya", "explain", id, "status").json
        #expect(status["shown"]["reason"].text == "reopened")
        #expect(status["writes"].list.map { $0["fate"].text } == ["overtaken", "stands"])
        #expect(status["writes"][0]["by"][0].text == status["writes"][1]["change"].text)
        #expect(status["writes"][1]["shows"].number == 1)
        let screen = try terminal.plain("maya", "explain", id, "status").output
        #expect(screen.contains("\"active\" shows"))
        let unknown = try terminal.nexus("maya", "explain", id, "mood")
        #expect(unknown.status == 2)
        #expect(unknown.error["hint"].text.contains("assignee"))
        for field in ["channel", "ai", "assignee", "labels", "message", "reads"] {
            #expect(try terminal.plain("maya", "explain", id, field).status == 0)
        }
    }

    @Test func `a conversation is shown as it stood at a time, and one that was not here yet says so`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        let before = try terminal.nexus("maya", "log", id).json[0]["received"].text
        try terminal.nexus("maya", "reply", id, "It is.")
        #expect(try terminal.nexus("maya", "show", id).json["messages"].list.count == 2)
        let then = try terminal.nexus("maya", "show", id, "--at", before)
        #expect(then.json["messages"].list.map { $0["text"].text } == ["Hello?"])
        #expect(then.json["seen"].isNull)
        let screen = try terminal.plain("maya", "show", id, "--at", before).output
        #expect(screen.hasPrefix("As it stood here at \(before)\n"))
        let early = try terminal.nexus("maya", "show", id, "--at", "2020-01-01")
        #expect((early.status, early.error["error"].text) == (66, "unknown-conversation"))
        #expect(try terminal.nexus("maya", "show", id, "--at", "yesterday").status == 2)
    }

    @Test func `what waits is told with its reason, and can be tried again`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        #expect(try terminal.plain("olga", "waiting").output == "Nothing waits.\n")
        try terminal.nexus("maya", "note", id, "one")
        try terminal.nexus("maya", "bundle", "export", terminal.path("1.bundle"))
        try terminal.nexus("maya", "bundle", "frontier", terminal.path("1.frontier"))
        try terminal.nexus("maya", "note", id, "two")
        let since = terminal.path("1.frontier")
        try terminal.nexus("maya", "bundle", "export", terminal.path("2.bundle"), "--since", since)
        let early = try terminal.nexus("olga", "bundle", "import", terminal.path("2.bundle")).json
        #expect(early["new"].number == 0)
        #expect(early["waiting"].number == 1)
        let waiting = try terminal.nexus("olga", "waiting").json["waiting"]
        #expect(waiting[0]["author"].text == "Maya")
        #expect(waiting[0]["reason"].text == "gap")
        #expect(waiting[0]["for"]["number"].number == waiting[0]["first"].number - 1)
        #expect(try terminal.plain("olga", "waiting").output.hasPrefix("Maya, change "))
        #expect(try terminal.nexus("olga", "waiting", "--retry").json["applied"].number == 0)
        #expect(try terminal.nexus("olga", "verify").status == 0)
        #expect(try terminal.nexus("olga", "bundle", "import", terminal.path("1.bundle")).json["new"].number == 2)
        #expect(try terminal.nexus("olga", "waiting").json["waiting"].list.isEmpty)
    }

    @Test func `the main help lists these commands under headings of their own`() throws {
        let help = try Terminal().start(["--help"]).output
        #expect(help.contains("LOOKING INSIDE AND REPAIRING"))
        for command in ["bundle", "verify", "rebuild", "log", "explain", "waiting"] {
            #expect(help.contains("\n  \(command) "))
        }
    }

    // MARK: Helpers

    /// Olga has founded and imported; Maya has joined; both hold the same, and no relay is anywhere.
    ///
    /// - Returns: the conversation.
    private func team(on terminal: Terminal, text: String = "Hello?") throws -> String {
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1", text: text)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        for (giver, taker) in [("olga", "maya"), ("maya", "olga")] {
            try terminal.nexus(giver, "bundle", "export", terminal.path("team.bundle"), "--force")
            let run = try terminal.nexus(taker, "bundle", "import", terminal.path("team.bundle"))
            try #require(run.status == 0, "\(run.errors)")
        }
        return id
    }

    /// Alters a text wherever it stands in the file as it is: in the tables, and not in the log, which is compressed.
    private func forge(_ text: String, as other: String, in path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var count = 0
        while let range = bytes.range(of: Data(text.utf8)) {
            bytes.replaceSubrange(range, with: Data(other.utf8))
            count += 1
        }
        try #require(count > 0)
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}
