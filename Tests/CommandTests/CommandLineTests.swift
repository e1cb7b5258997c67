import Foundation
import Testing

struct CommandLineTests {
    @Test func `a founded workspace names itself, and its home is its owner's alone`() throws {
        let terminal = try Terminal()
        let run = try terminal.nexus("olga", "init", "--workspace", "Lantern & Loom", "--person", "Olga")
        #expect(run.status == 0)
        #expect(run.json["person"]["name"].text == "Olga")
        #expect(run.json["workspace"].text.count == 52)

        let manager = FileManager.default
        let mode = { try manager.attributesOfItem(atPath: $0)[.posixPermissions] as? Int }
        #expect(try mode(terminal.path("olga")) == 0o700)
        for file in try manager.contentsOfDirectory(atPath: terminal.path("olga")) {
            #expect(try mode(terminal.path("olga/\(file)")) == 0o600, "\(file)")
        }
    }

    @Test func `a home is founded once`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let again = try terminal.nexus("olga", "init", "--workspace", "Other", "--person", "Olga")
        #expect(again.status == 73)
        #expect(again.error["error"].text == "home-exists")
    }

    @Test func `fifty commands at once on one home: none fails, none is lost`() async throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let before = try terminal.nexus("olga", "digest").json["changes"].number
        let statuses = await withTaskGroup(of: Int32.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let words = number % 5 == 0 ? ["label", id, "add", "l\(number)"] : ["note", id, "n\(number)"]
                    let run = try? terminal.start(["--home", terminal.path("olga")] + words)
                    return run?.status ?? -1
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 0, count: 50))
        #expect(try terminal.nexus("olga", "digest").json["changes"].number == before + 50)
        let shown = try terminal.nexus("olga", "show", id).json
        #expect(shown["messages"].list.count == 41)
        #expect(shown["labels"].list.count == 10)
    }

    @Test func `where there is no home, every command says so`() throws {
        let terminal = try Terminal()
        for command in ["inbox", "status", "digest", "sync"] {
            let run = try terminal.nexus("nobody", command)
            #expect(run.status == 66)
            #expect(run.error["error"].text == "no-home")
        }
    }

    @Test func `the parser's own complaints exit with 2, and are JSON when asked`() throws {
        let terminal = try Terminal()
        let run = try terminal.nexus(nil, "frobnicate")
        #expect(run.status == 2)
        #expect(run.error["status"].number == 2)
        #expect(!run.error["message"].text.isEmpty)
        #expect(try terminal.nexus("olga", "init", "--person", "Olga").status == 2)
    }

    @Test func `help and version go to standard output and exit with 0`() throws {
        let terminal = try Terminal()
        let version = try terminal.start(["--version"])
        #expect(version.status == 0)
        #expect(version.output == "0.1.0\n")
        #expect(try terminal.start(["reply", "--help"]).output.contains("USAGE"))
    }

    @Test func `an id may be shortened as long as it means one thing`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        #expect(try terminal.nexus("olga", "show", String(id.prefix(4))).json["id"].text == id)
        #expect(try terminal.nexus("olga", "show", String(id.prefix(3))).status == 66)
        let unknown = try terminal.nexus("olga", "show", "zzzzzzzz")
        #expect(unknown.status == 66)
        #expect(unknown.error["error"].text == "unknown-conversation")
    }

    @Test func `a text may begin with a hyphen`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        #expect(try terminal.nexus("olga", "reply", id, "--not an option").status == 0)
        #expect(try terminal.nexus("olga", "note", id, "-5 % is fine").status == 0)
        let texts = try terminal.nexus("olga", "show", id).json["messages"].list.map { $0["text"].text }
        #expect(texts == ["Hello?", "--not an option", "-5 % is fine"])
    }

    @Test func `any text is stored exactly and printed so that it cannot steer the terminal`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let hostile = "\u{1B}[31mred\u{7}\u{202E}evil 👩‍👩‍👧 مرحبا\u{0}end"
        #expect(try terminal.nexus("olga", "reply", id, "-", input: hostile).status == 0)
        let shown = try terminal.nexus("olga", "show", id).json["messages"][1]["text"].text
        #expect(shown == hostile)
        let screen = try terminal.plain("olga", "show", id).output
        #expect(
            screen.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(!screen.unicodeScalars.contains("\u{202E}"))
    }

    @Test func `a text that is not UTF-8 is refused, not mended`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let nexus = "'\(Terminal.program)' --home '\(terminal.path("olga"))' note \(id)"
        for command in ["\(nexus) \"$(printf 'a\\377b')\"", "printf 'a\\377b' | \(nexus) -"] {
            #expect(try terminal.start(["-c", command], program: "/bin/sh").status == 65)
        }
        #expect(try terminal.nexus("olga", "show", id).json["messages"].list.count == 1)
    }

    @Test func `a result that cannot be written is a failure`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let command = "'\(Terminal.program)' --home '\(terminal.path("olga"))' status > /dev/full"
        #expect(try terminal.start(["-c", command], program: "/bin/sh").status == 74)
    }

    @Test func `a message of 440,000 bytes is a message like any other`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let long = String(repeating: "Ünïcödé ", count: 36_000)
        #expect(try terminal.nexus("olga", "reply", id, "-", input: long).status == 0)
        #expect(try terminal.nexus("olga", "show", id).json["messages"][1]["text"].text == long)
        #expect(try terminal.nexus("olga", "inbox").json[0]["preview"].text.count <= 120)
        let tooLong = try terminal.nexus("olga", "reply", id, "-", input: String(repeating: "x", count: 1_048_577))
        #expect(tooLong.status == 65)
        #expect(tooLong.error["error"].text == "text-too-long")
    }

    @Test func `what would change nothing exits with 0 and says null`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        #expect(!(try terminal.nexus("olga", "close", id).json["change"].isNull))
        #expect(try terminal.nexus("olga", "close", id).json["change"].isNull)
        #expect(try terminal.nexus("olga", "label", id, "remove", "absent").json["change"].isNull)
        #expect(!(try terminal.nexus("olga", "assign", id, "--me").json["change"].isNull))
        #expect(try terminal.nexus("olga", "assign", id, "Olga").json["change"].isNull)
        #expect(try terminal.nexus("olga", "read", id).json["change"].isNull, "an imported message is not unread")
    }

    @Test func `a token that names no screen of this conversation is refused`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let first = try terminal.importConversation("c1", customer: "Ana")
        let second = try terminal.importConversation("c2", customer: "Ben")
        let token = try terminal.nexus("olga", "show", first).json["seen"].text
        #expect(try terminal.nexus("olga", "reply", first, "Hi", "--seen", token).status == 0)
        for run in [
            try terminal.nexus("olga", "reply", second, "Hi", "--seen", token),
            try terminal.nexus("olga", "close", first, "--seen", "aaaa"),
        ] {
            #expect(run.status == 65)
            #expect(run.error["error"].text == "unknown-token")
        }
    }

    @Test func `a lead is set field by field, and only what is allowed`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let lead = try terminal.nexus("olga", "show", id).json["lead"]["id"].text
        #expect(try terminal.nexus("olga", "lead", "set", lead, "--score", "85", "--status", "interested").status == 0)
        let shown = try terminal.nexus("olga", "lead", "show", lead).json
        #expect(shown["score"].number == 85)
        #expect(shown["status"].text == "interested")
        #expect(shown["conversations"].texts == [id])
        #expect(try terminal.nexus("olga", "lead", "set", lead, "--score", "101").status == 65)
        #expect(try terminal.nexus("olga", "lead", "set", lead, "--status", "No Good").status == 65)
        #expect(try terminal.nexus("olga", "inbox", "--lead-status", "interested").json.list.count == 1)
        #expect(try terminal.nexus("olga", "inbox", "--lead-status", "lost").json.list.isEmpty)
    }

    @Test func `a home that another process is writing to is waited for`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let descriptor = open(terminal.path("olga/replica.sqlite.lock"), O_RDWR)
        #expect(flock(descriptor, LOCK_EX) == 0)
        DispatchQueue.global().asyncAfter(deadline: .now() + 0.5) { close(descriptor) }
        #expect(try terminal.nexus("olga", "note", id, "patience").status == 0)
    }

    @Test func `a replica of a newer version is left alone`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        // SQLite keeps user_version in bytes 60 to 63 of the file: https://sqlite.org/fileformat2.html
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: terminal.path("olga/replica.sqlite")))
        try file.seek(toOffset: 60)
        file.write(Data([0, 0, 0, 99]))
        try file.close()
        let run = try terminal.nexus("olga", "inbox")
        #expect(run.status == 78)
        #expect(run.error["error"].text == "newer-version")
    }

    @Test func `a reader that goes away ends the program quietly`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        for number in 0..<40 { _ = try terminal.importConversation("c\(number)", customer: "Customer \(number)") }
        let command = "'\(Terminal.program)' --home '\(terminal.path("olga"))' inbox | head -1"
        let run = try terminal.start(["-c", command], program: "/bin/sh")
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.output.split(separator: "\n").count == 1)
    }
}
