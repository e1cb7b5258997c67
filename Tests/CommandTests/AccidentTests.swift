import Foundation
import Glibc
import Testing

/// What happens to homes and to a relay's data in real life, on real directories and processes. After the next syncs every
/// change that was acknowledged on a copy that is still there exists exactly once, everywhere.
struct AccidentTests {
    @Test func `yesterday's copy of a home put back loses nothing, whether it writes first or syncs first`() throws {
        for writesFirst in [true, false] {
            let team = try AccidentTeam()
            try team.reply("maya", "one")
            try team.sync("maya")
            try team.copy("maya", to: "backup")
            try team.reply("maya", "two")
            try team.reply("maya", "three")
            try team.sync("maya")
            try team.remove("maya")
            try team.copy("backup", to: "maya")
            var replies = ["one", "two", "three"]
            if writesFirst {
                try team.reply("maya", "four")
                replies.append("four")
            }
            try team.checkAll(hold: replies)
            let recovery = try team.recoveries("maya")
            #expect(recovery.count == 1, "writes first: \(writesFirst)")
            #expect(recovery.first?["returned"].number ?? 0 >= 2)
            let told = try team.terminal.plain("maya", "status").output
            #expect(told.contains("came back on") && told.contains("nothing was lost"))
        }
    }

    @Test func `a home copied and used twice at once loses nothing, and both go on by themselves`() throws {
        let team = try AccidentTeam()
        try team.reply("maya", "sent before")
        try team.sync("maya")
        try team.reply("maya", "not sent before")
        try team.copy("maya", to: "maya2")
        try team.reply("maya", "by the one")
        try team.reply("maya2", "by the other")
        try team.reply("maya2", "by the other again")
        try team.sync("maya2")
        try team.reply("maya", "by the one, later")
        try team.sync("maya")
        try team.reply("maya2", "by the other, later")
        try team.checkAll(
            hold: [
                "sent before", "not sent before", "by the one", "by the other", "by the other again",
                "by the one, later", "by the other, later",
            ], at: ["olga", "leila", "maya", "maya2"])
        #expect(try team.recoveries("maya").isEmpty)
        #expect(try team.recoveries("maya2").map(\.["accident"].text) == ["copied"])
    }

    /// What a virtual machine's snapshot brings back: the side file too, in the very files.
    @Test func `a home rolled back in place, side file and all, is noticed at the next sync`() throws {
        for unsent in [[], ["written after the rollback"]] {
            let team = try AccidentTeam()
            try team.reply("maya", "one")
            try team.sync("maya")
            try team.reply("maya", "two, unsent when the picture was taken")
            let picture = try Picture(of: team.terminal.path("maya"))
            try team.reply("maya", "three")
            try team.sync("maya")
            try team.reply("maya", "four")
            try team.sync("maya")
            try picture.putBack()
            for text in unsent { try team.reply("maya", text) }
            #expect(try team.recoveries("maya").isEmpty)
            try team.checkAll(hold: ["one", "two, unsent when the picture was taken", "three", "four"] + unsent)
            #expect(try team.recoveries("maya").map(\.["accident"].text) == ["restored"])
        }
    }

    @Test func `two copies rolled back to one picture, with every clue gone, both end with chains of their own`() throws
    {
        let team = try AccidentTeam()
        try team.reply("maya", "zero")
        try team.sync("maya")
        let picture = try Picture(of: team.terminal.path("maya"))
        // One machine, two lives: what the first wrote in its files, the second knows nothing of.
        try team.reply("maya", "in the first life")
        try team.sync("maya")
        let first = try Picture(of: team.terminal.path("maya"))
        try picture.putBack()
        try team.reply("maya", "in the second life")
        try team.sync("maya")
        let second = try Picture(of: team.terminal.path("maya"))
        try first.putBack()
        try team.reply("maya", "in the first life, later")
        try team.sync("maya")
        try second.putBack()
        try team.checkAll(hold: ["zero", "in the first life", "in the second life", "in the first life, later"])
    }

    @Test func `a relay put back from a backup gets everything again, and keeps whom it let in`() throws {
        for (inPlace, withSideFile) in [(false, true), (false, false), (true, true)] {
            let team = try AccidentTeam()
            try team.reply("maya", "one")
            try team.syncAll()
            team.relay.stop()
            let picture = try Picture(of: team.relay.data + "/workspaces")
            try team.copy("relay", to: "backup")
            try team.relay.start()
            try team.reply("maya", "two")
            // Somebody new is let in, which the relay writes into its own chain.
            try team.join("jonas")
            try team.reply("jonas", "by somebody new")
            try team.sync("jonas")
            try team.syncAll()
            team.relay.stop()
            if inPlace {
                try picture.putBack()
            } else {
                try team.remove("relay")
                try team.copy("backup", to: "relay")
                if !withSideFile { try team.removeSideFiles(in: team.relay.data + "/workspaces") }
            }
            try team.relay.start()
            try team.reply("leila", "after")
            let names = ["leila", "olga", "maya", "jonas"]
            try team.checkAll(hold: ["one", "two", "by somebody new", "after"], at: names)
            // Let in once, and no name is taken twice.
            #expect(try team.terminal.nexus("jonas", "status").json["person"]["name"].text == "Jonas")
        }
    }

    @Test func `home and relay put back at once lose nothing that anybody still has`() throws {
        let team = try AccidentTeam()
        try team.syncAll()
        team.relay.stop()
        let relay = try Picture(of: team.relay.data + "/workspaces")
        try team.relay.start()
        let maya = try Picture(of: team.terminal.path("maya"))
        try team.reply("maya", "one")
        try team.sync("maya")
        try team.reply("olga", "two")
        try team.sync("olga")
        team.relay.stop()
        try relay.putBack()
        try maya.putBack()
        try team.relay.start()
        try team.reply("maya", "three")
        // Olga brings the relay what it lost, so that Maya hears in the second round what she has lost, and writes of it.
        try team.checkAll(hold: ["one", "two", "three"], from: "leila", rounds: 3)
    }

    @Test func `a process killed between its commit and the side file leaves no accident`() throws {
        let team = try AccidentTeam()
        try team.reply("maya", "one")
        let head = team.terminal.path("maya/replica.sqlite.head")
        let before = try Data(contentsOf: URL(fileURLWithPath: head))
        let replica = try team.terminal.nexus("maya", "status").json["replica"].text
        try team.reply("maya", "two")
        try before.write(to: URL(fileURLWithPath: head))
        try team.reply("maya", "three")
        try team.checkAll(hold: ["one", "two", "three"])
        #expect(try team.recoveries("maya").isEmpty)
        #expect(try team.terminal.nexus("maya", "status").json["replica"].text == replica)
    }

    @Test func `a lost or damaged side file costs a new epoch, and nothing else`() throws {
        let team = try AccidentTeam()
        let head = URL(fileURLWithPath: team.terminal.path("maya/replica.sqlite.head"))
        try FileManager.default.removeItem(at: head)
        try team.reply("maya", "one")
        try Data(repeating: 7, count: 100).write(to: head)
        try team.reply("maya", "two")
        try team.reply("maya", "three")
        try team.checkAll(hold: ["one", "two", "three"])
        #expect(try team.recoveries("maya").map(\.["accident"].text) == ["copied", "restored"])
    }

    @Test func `a database older than its side file is noticed before anything is written`() throws {
        let team = try AccidentTeam()
        let picture = try Picture(of: team.terminal.path("maya"), without: ".head")
        try team.reply("maya", "lost: it never left")
        try team.sync("maya")
        try picture.putBack()
        let found = try team.terminal.nexus("maya", "verify")
        #expect(found.status == 1 && found.json["problems"].list.map(\.["problem"].text) == ["forgotten"])
        try team.reply("maya", "next")
        #expect(try team.recoveries("maya").map(\.["accident"].text) == ["restored"])
        try team.checkAll(hold: ["lost: it never left", "next"])
    }
}

/// A relay, Olga, Maya and Leila, and a conversation they answer in.
struct AccidentTeam {
    let terminal: Terminal
    let relay: RelayProcess
    let conversation: String

    init() throws {
        terminal = try Terminal()
        relay = try RelayProcess(terminal)
        try terminal.foundWorkspace(relay: relay.url)
        conversation = try terminal.importConversation("c1")
        for name in ["maya", "leila"] { try join(name) }
        try syncAll()
    }

    func join(_ name: String) throws {
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        let run = try terminal.nexus(name, "join", "-", "--person", name.capitalized, input: invitation)
        try #require(run.status == 0, "\(run.errors)")
        try sync(name)
    }

    func reply(_ name: String, _ text: String) throws {
        let run = try terminal.nexus(name, "reply", conversation, text)
        try #require(run.status == 0, "\(name): \(run.errors)")
    }

    @discardableResult
    func sync(_ name: String) throws -> Answer {
        let run = try terminal.nexus(name, "sync")
        try #require(run.status == 0, "\(name): \(run.errors)")
        return run.json
    }

    func syncAll() throws { for name in ["olga", "maya", "leila", "olga", "maya", "leila"] { try sync(name) } }

    func recoveries(_ name: String) throws -> [Answer] {
        try terminal.nexus(name, "status").json["recoveries"].list
    }

    // MARK: Files

    func copy(_ name: String, to other: String) throws {
        try run("/bin/cp", "-a", terminal.path(name), terminal.path(other))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: terminal.path(name)) }

    func removeSideFiles(in folder: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".head") {
            try FileManager.default.removeItem(atPath: folder + "/" + name)
        }
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let run = try terminal.start(arguments, program: program)
        try #require(run.status == 0, "\(run.errors)")
    }

    // MARK: Checking

    /// Two rounds of syncs make everyone the same, with each reply there once; a further one moves nothing.
    func checkAll(
        hold replies: [String], at names: [String] = ["maya", "olga", "leila"], from first: String? = nil,
        rounds: Int = 2
    ) throws {
        let order = (first.map { [$0] } ?? []) + names.filter { $0 != first }
        for _ in 0..<rounds { for name in order { try sync(name) } }
        for name in order {
            let idle = try sync(name)
            #expect(idle["sent"].number == 0 && idle["received"].number == 0, "\(name)")
            #expect(idle["roundTrips"].number == 1, "\(name)")
            #expect(idle["bytesSent"].number + idle["bytesReceived"].number <= 200, "\(name)")
        }
        for name in order {
            let shown = try terminal.nexus(name, "show", conversation, "--limit", "0").json["messages"].list
            for reply in replies {
                #expect(shown.count { $0["text"].text == reply } == 1, "\(name) has \(reply) once")
            }
            #expect(try terminal.nexus(name, "verify").json["clean"].value as? Bool == true, "\(name)")
        }
        let digests = try order.map { try terminal.nexus($0, "digest").json["digest"].text }
        let held = try terminal.nexus(nil, "relay", "status", "--data", relay.data).json["workspaces"][0]
        #expect(Set(digests + [held["digest"].text]).count == 1)
        #expect(held["waiting"].number == 0)
    }
}

/// The contents of a folder's files, to be put back into the very same files.
struct Picture {
    private let folder: String
    private let contents: [String: Data]
    private let kept: String

    /// - Parameter ending: files that are left as they are.
    init(of folder: String, without ending: String = "no such ending") throws {
        (self.folder, kept) = (folder, ending)
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            contents[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        }
        self.contents = contents
    }

    func putBack() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasSuffix(kept) {
            if contents[name] == nil { try FileManager.default.removeItem(atPath: folder + "/" + name) }
        }
        for (name, data) in contents where !name.hasSuffix(kept) {
            let descriptor = open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            let written = data.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try #require(written == data.count)
        }
    }
}
