import Foundation
import Testing

/// Keys and their passphrases, as a person and as a program meets them.
struct KeyCommandTests {
    private static let passphrase = "open sesame, Käse"

    /// Olga's home, with a conversation, under the passphrase.
    private func protectedHome(on terminal: Terminal, relay: String? = nil) throws -> String {
        try terminal.foundWorkspace(relay: relay)
        let id = try terminal.importConversation("c1")
        let run = try terminal.nexus("olga", "key", "passphrase", input: Self.passphrase + "\n")
        try #require(run.status == 0, "\(run.errors)")
        return id
    }

    private func passphraseFile(on terminal: Terminal, _ text: String = passphrase, mode: mode_t = 0o600) throws
        -> String
    {
        let path = try terminal.write(text + "\n", to: "passphrase-\(UUID().uuidString)")
        chmod(path, mode)
        return path
    }

    private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// The seed of a key that is under no passphrase, in base32.
    private func seed(of home: String, on terminal: Terminal) throws -> String {
        let lines = try contents(terminal.path("\(home)/key")).split(separator: "\n")
        return String(try #require(lines.first { $0.hasPrefix("seed ") }).dropFirst(5))
    }

    // MARK: What asks, and what does not

    @Test func `under a passphrase one reads and writes without it, and whatever sends asks`() throws {
        let terminal = try Terminal()
        let id = try protectedHome(on: terminal)
        let harmless = [
            ["inbox"], ["show", id], ["status"], ["digest"], ["search", "Hello"], ["reply", id, "Hi"],
            ["note", id, "a"],
            ["label", id, "add", "vip"], ["assign", id, "--me"], ["escalate", id], ["reopen", id], ["close", id],
            ["read", id], ["log", id], ["explain", id, "status"], ["verify"], ["rebuild"], ["waiting"],
            ["bundle", "frontier", "-"],
        ]
        for command in harmless {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json"] + command)
            #expect(run.status == 0, "\(command) \(run.errors)")
        }
        for command in [["sync"], ["invite"], ["bundle", "export", terminal.path("b")]] {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json"] + command)
            #expect(run.status == 79, "\(command)")
            #expect(run.error["error"].text == "passphrase-needed")
        }
        #expect(access(terminal.path("b"), F_OK) != 0)
    }

    @Test func `with the passphrase from a file or from standard input everything is sent as before`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        let id = try protectedHome(on: terminal, relay: relay.url)
        let file = try passphraseFile(on: terminal)
        let invite = try terminal.nexus("olga", "--passphrase-file", file, "invite")
        #expect(invite.status == 0)
        #expect(invite.errors.isEmpty, "it was published")
        let invitation = invite.json["invitation"].text
        #expect(try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation).status == 0)
        #expect(try terminal.nexus("maya", "sync").status == 0)
        try terminal.nexus("olga", "note", id, "under a passphrase")
        let input = Self.passphrase + "\n"
        let sync = try terminal.nexus("olga", "sync", "--passphrase-file", "-", input: input)
        #expect(sync.json["sent"].number >= 1)
        #expect(try terminal.nexus("maya", "sync").json["received"].number >= 1)
        let path = terminal.path("b")
        #expect(try terminal.nexus("olga", "bundle", "export", path, "--passphrase-file", file).status == 0)
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
    }

    @Test func `a passphrase file that others may read is refused, and so is none`() throws {
        let terminal = try Terminal()
        _ = try protectedHome(on: terminal)
        let loose = try passphraseFile(on: terminal, mode: 0o644)
        let run = try terminal.nexus("olga", "--passphrase-file", loose, "invite")
        #expect((run.status, run.error["error"].text) == (77, "loose-key-file"))
        let link = terminal.path("link")
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: passphraseFile(on: terminal))
        #expect(try terminal.nexus("olga", "--passphrase-file=\(link)", "invite").status == 77)
        let none = try terminal.nexus("olga", "--passphrase-file", terminal.path("none"), "invite")
        #expect((none.status, none.error["error"].text) == (66, "no-file"))
    }

    // MARK: The passphrase

    @Test func `the passphrase is set, changed and removed, each time by who knows the one before`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let before = try contents(terminal.path("olga/key"))
        let set = try terminal.nexus("olga", "key", "passphrase", input: "first\n")
        #expect((set.status, set.json["passphrase"].number) == (0, 1))
        #expect(before.contains(set.json["device"].text))
        #expect(try contents(terminal.path("olga/key")).contains("\nargon2id 2 67108864\n"))
        #expect(try terminal.nexus("olga", "key", "passphrase", input: "wrong\nsecond\n").status == 79)
        #expect(try terminal.nexus("olga", "key", "passphrase", input: "first\nsecond\n").status == 0)
        #expect(try terminal.nexus("olga", "key", "passphrase", "--remove", input: "first\n").status == 79)
        let file = try passphraseFile(on: terminal, "second")
        let removed = try terminal.nexus("olga", "key", "passphrase", "--remove", "--passphrase-file", file)
        #expect((removed.status, removed.json["passphrase"].number) == (0, 0))
        #expect(try contents(terminal.path("olga/key")) == before)
        #expect(try terminal.nexus("olga", "invite").status == 0)
    }

    @Test func `no passphrase, an empty one and one of many lines' length set nothing`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let before = try contents(terminal.path("olga/key"))
        #expect(try terminal.nexus("olga", "key", "passphrase").status == 79)
        for input in ["\n", String(repeating: "x", count: 1025) + "\n"] {
            let run = try terminal.nexus("olga", "key", "passphrase", input: input)
            #expect((run.status, run.error["error"].text) == (65, "bad-passphrase"))
        }
        #expect(try contents(terminal.path("olga/key")) == before)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: terminal.path("olga")).allSatisfy { $0.first != "." })
    }

    // MARK: Export and import

    @Test func `a key that is gone is never made anew, and comes back from an export only`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let copy = terminal.path("olga.key")
        let exported = try terminal.nexus("olga", "key", "export", copy, input: "for the file\n")
        #expect((exported.status, exported.json["passphrase"].number) == (0, 1))
        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
        #expect(try contents(copy).contains("\nargon2id 3 268435456\n"))
        #expect(!(try contents(copy).contains(seed(of: "olga", on: terminal))))

        let there = try terminal.nexus("olga", "key", "import", copy, input: "for the file\n")
        #expect((there.status, there.error["error"].text) == (73, "file-exists"))
        try FileManager.default.removeItem(atPath: terminal.path("olga/key"))
        for command in [["inbox"], ["sync"], ["status"], ["key", "passphrase"]] {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json"] + command)
            #expect((run.status, run.error["error"].text) == (66, "no-key"), "\(command)")
        }
        #expect(try terminal.nexus("olga", "init", "--workspace", "W", "--person", "Olga").status == 73)
        #expect(access(terminal.path("olga/key"), F_OK) != 0)
        let wrong = try terminal.nexus("olga", "key", "import", copy, input: "wrong\n")
        #expect((wrong.status, wrong.error["error"].text) == (79, "wrong-passphrase"))
        let back = try terminal.nexus("olga", "key", "import", copy, input: "for the file\n")
        #expect((back.status, back.json["passphrase"].number) == (0, 1), "it stays under the file's passphrase")
        #expect(try contents(terminal.path("olga/key")).contains("\nargon2id 2 67108864\n"))
        #expect(try terminal.nexus("olga", "invite", "--passphrase-file", "-", input: "for the file\n").status == 0)
    }

    @Test func `an export never replaces a file, and needs the passphrase that the key is under`() throws {
        let terminal = try Terminal()
        _ = try protectedHome(on: terminal)
        let file = try terminal.write("precious", to: "precious")
        let there = try terminal.nexus("olga", "key", "export", file, input: Self.passphrase + "\nb\n")
        #expect((there.status, there.error["error"].text) == (73, "file-exists"))
        #expect(try contents(file) == "precious")
        let copy = terminal.path("copy")
        #expect(try terminal.nexus("olga", "key", "export", copy, input: "a\nb\n").status == 79)
        #expect(try terminal.nexus("olga", "key", "export", copy, input: Self.passphrase + "\n").status == 79)
        #expect(try terminal.nexus("olga", "key", "export", copy, input: Self.passphrase + "\n\n").status == 65)
        #expect(access(copy, F_OK) != 0)
        #expect(try terminal.nexus("olga", "key", "export", copy, input: Self.passphrase + "\nb\n").status == 0)
        let nowhere = terminal.path("no/such/directory")
        #expect(try terminal.nexus("olga", "key", "export", nowhere, input: Self.passphrase + "\nb\n").status == 74)
    }

    @Test func `a replica takes no other device's key, and a new home any`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        try terminal.nexus("other", "init", "--workspace", "Other", "--person", "Otto")
        let copy = terminal.path("other.key")
        #expect(try terminal.nexus("other", "key", "export", copy, input: "a\n").status == 0)
        try FileManager.default.removeItem(atPath: terminal.path("olga/key"))
        let run = try terminal.nexus("olga", "key", "import", copy, input: "a\n")
        #expect((run.status, run.error["error"].text) == (65, "other-key"))
        #expect(access(terminal.path("olga/key"), F_OK) != 0)
        let device = try terminal.nexus("new", "key", "import", copy, input: "a\n").json["device"].text
        #expect(!device.isEmpty)
        // Founding and joining sign nothing that leaves: nobody is asked.
        let founded = try terminal.nexus("new", "init", "--workspace", "New", "--person", "Otto")
        #expect(founded.status == 0)
        #expect(try terminal.nexus("new", "key", "passphrase", input: "a\nb\n").json["device"].text == device)
        #expect(
            try FileManager.default.attributesOfItem(atPath: terminal.path("new"))[.posixPermissions] as? Int == 0o700)
    }

    @Test func `where there is not the memory, an export fails soon and leaves nothing`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        // Less than the 256 MiB that the passphrase of an exported key takes.
        let command = "ulimit -v 250000; exec '\(Terminal.program)' --home '\(terminal.path("olga"))' --json"
        let run = try terminal.start(
            ["-c", command + " key export '\(terminal.path("copy"))'"], input: "a\n", program: "/bin/sh")
        #expect((run.status, run.error["error"].text) == (75, "no-memory"))
        #expect(access(terminal.path("copy"), F_OK) != 0)
    }

    // MARK: Files

    @Test func `a home or key that others can get at is refused, with what to do`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let (home, key) = (terminal.path("olga"), terminal.path("olga/key"))
        chmod(home, 0o755)
        let directory = try terminal.nexus("olga", "status")
        #expect((directory.status, directory.error["error"].text) == (77, "loose-directory"))
        #expect(directory.error["hint"].text.hasSuffix("chmod 700 \(home)"))
        chmod(home, 0o700)
        chmod(key, 0o640)
        let file = try terminal.nexus("olga", "status")
        #expect((file.status, file.error["error"].text) == (77, "loose-key-file"))
        #expect(file.error["hint"].text.hasSuffix("chmod 600 \(key)"))
        chmod(key, 0o600)
        try FileManager.default.moveItem(atPath: key, toPath: key + "2")
        try FileManager.default.createSymbolicLink(atPath: key, withDestinationPath: key + "2")
        #expect(try terminal.nexus("olga", "status").status == 77)
    }

    @Test func `a home of before, with a bare seed in it, works on and can be put under a passphrase`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let key = terminal.path("olga/key")
        let seed = try seed(of: "olga", on: terminal)
        _ = try terminal.write(seed + "\n", to: "olga/key")
        chmod(key, 0o600)
        #expect(try terminal.nexus("olga", "invite").status == 0)
        #expect(try terminal.nexus("olga", "key", "passphrase", input: "a\n").status == 0)
        #expect(!(try contents(key).contains(seed)))
        #expect(try terminal.nexus("olga", "status").status == 0)
    }

    /// What a person might see over a shoulder, and a program might log.
    @Test func `no seed and no passphrase is ever printed`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let seed = try seed(of: "olga", on: terminal)
        let copy = terminal.path("copy")
        var runs: [Run] = []
        let commands: [([String], String)] = [
            (["key", "export", copy], "swordfish\n"), (["key", "export", copy], "swordfish\n"),
            (["key", "passphrase"], "swordfish\n"), (["key", "passphrase"], "swordfisH\nswordfish\n"),
            (["key", "export", terminal.path("second")], "swordfish\nswordfish\n"),
            (["key", "import", copy], "swordfish\n"),
            (["invite"], "swordfish\n"), (["--passphrase-file", "-", "sync"], "swordfisH\n"), (["status"], ""),
            (["key"], ""), (["key", "passphrase", "swordfisH"], "swordfish\n"),
            (["--passphrase-file", "-", "invite"], "swordfish"),
        ]
        for (arguments, input) in commands {
            runs.append(try terminal.start(["--home", terminal.path("olga")] + arguments, input: input))
            runs.append(try terminal.start(["--home", terminal.path("olga"), "--json"] + arguments, input: input))
        }
        // One altered, one whose permissions are wrong.
        let key = terminal.path("olga/key")
        _ = try terminal.write("nexus key 1\nseed \(seed)\n", to: "olga/key")
        chmod(key, 0o644)
        runs.append(try terminal.nexus("olga", "sync"))
        chmod(key, 0o600)
        runs.append(try terminal.nexus("olga", "sync"))
        runs.append(try terminal.nexus("olga", "key", "export", terminal.path("third"), input: "swordfish\n"))
        for run in runs {
            let text = run.output + run.errors
            #expect(!text.contains(seed.prefix(12)))
            #expect(!text.contains("swordfish"))
        }
        #expect(Set(runs.map(\.status)).isSuperset(of: [0, 2, 65, 73, 77, 79]))
    }

    @Test func `the program writes no core dumps`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        let limits = try contents("/proc/\(try #require(relay.processID))/limits")
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(line.split(separator: " ").filter { $0 == "0" }.count == 2)
    }

    // MARK: The relay's key

    @Test func `a relay's key goes under a passphrase, away and back, and is never made anew`() throws {
        let terminal = try Terminal()
        let relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        try terminal.nexus("olga", "sync")
        relay.stop()
        let (data, copy) = (relay.data, terminal.path("relay.copy"))
        #expect(try terminal.nexus(nil, "key", "export", copy, "--data", data, input: "a\n").status == 0)
        try FileManager.default.removeItem(atPath: data + "/relay.key")
        let gone = try terminal.nexus(nil, "relay", "serve", "--data", data, "--listen", "127.0.0.1:0")
        #expect((gone.status, gone.error["error"].text) == (66, "no-key"))
        try terminal.nexus("olga", "key", "export", terminal.path("olga.copy"), input: "a\n")
        let other = try terminal.nexus(
            nil, "key", "import", terminal.path("olga.copy"), "--data", data, input: "a\n")
        #expect((other.status, other.error["error"].text) == (65, "other-key"))
        #expect(try terminal.nexus(nil, "key", "import", copy, "--data", data, input: "a\n").status == 0)

        let locked = try terminal.nexus(nil, "relay", "serve", "--data", data, "--listen", "127.0.0.1:0")
        #expect((locked.status, locked.error["error"].text) == (79, "passphrase-needed"))
        #expect(try terminal.nexus(nil, "relay", "status", "--data", data).json["workspaces"].list.count == 1)
        try relay.start(passphraseFile: passphraseFile(on: terminal, "a"))
        #expect(try terminal.nexus("olga", "sync").status == 0)
    }
}
