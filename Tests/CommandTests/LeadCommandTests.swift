import Foundation
import Testing

/// Leads, from the command line.
struct LeadCommandTests {
    private let terminal: Terminal

    /// Three imported customers.
    init() throws {
        terminal = try Terminal()
        try terminal.foundWorkspace()
        for (number, name) in ["Ana", "ben", "Élodie"].enumerated() {
            _ = try terminal.importConversation("c\(number)", customer: name)
        }
    }

    // MARK: Showing

    @Test func `leads are listed by name without regard to case and accents`() throws {
        #expect(try list().map { $0["name"].text } == ["Ana", "ben", "Élodie"])
        let screen = try terminal.plain("olga", "lead", "list").output.split(separator: "\n")
        #expect(screen.count == 4 && screen[0].hasPrefix("ID"))
        #expect(try list("--limit", "2").count == 2)
    }

    @Test func `a list can be narrowed and ordered`() throws {
        try set("Ana", "--score", "85", "--status", "qualified", "--assignee", "me", "--add-label", "vip")
        try set("ben", "--score", "30", "--status", "qualified")
        #expect(try names("--status", "qualified") == ["Ana", "ben"])
        #expect(try names("--band", "very-high") == ["Ana"])
        #expect(try names("--band", "mild") == ["ben"])
        #expect(try names("--min-score", "30") == ["Ana", "ben"])
        #expect(try names("--max-score", "84") == ["ben"])
        #expect(try names("--band", "mild", "--min-score", "80") == [])
        #expect(try names("--assignee", "me") == ["Ana"])
        #expect(try names("--assignee", "Olga") == ["Ana"])
        #expect(try names("--assignee", "none") == ["ben", "Élodie"])
        #expect(try names("--label", "vip") == ["Ana"])
        #expect(try names("--label", "other") == [])
        #expect(try names("--sort", "score") == ["Ana", "ben", "Élodie"])
        #expect(try Set(names("--sort", "recent")) == ["Ana", "ben", "Élodie"])
        #expect(try terminal.nexus("olga", "lead", "list", "--band", "huge").status == 2)
        #expect(try terminal.nexus("olga", "lead", "list", "--sort", "luck").status == 2)
        #expect(try terminal.nexus("olga", "lead", "list", "--assignee", "Nobody").status == 66)
    }

    @Test func `a lead shows all that is known, and who set what`() throws {
        try set(
            "Ana", "--score", "85", "--summary", "Wants lamps.", "--add-interest", "lamps", "--add-interest", "rugs")
        try set("Ana", "--score", "40", "--assignee", "me", "--remove-interest", "rugs")
        #expect(try terminal.nexus("olga", "lead", "note", id("Ana"), "Call on Monday").status == 0)
        #expect(try terminal.nexus("olga", "lead", "note", id("Ana"), "-", input: "Second\nline\n").status == 0)
        #expect(try terminal.nexus("olga", "lead", "note", id("Ana"), "--starts with a dash").status == 0)
        let lead = try terminal.nexus("olga", "lead", "show", id("Ana"), "--history").json
        #expect(lead["members"].texts == [try id("Ana")])
        #expect(lead["score"].number == 40 && lead["scoreBand"].text == "mild")
        #expect(lead["scorePinned"].value as? Bool == true && lead["scoreSource"].text == "person")
        #expect(lead["statusPinned"].value as? Bool == false && lead["statusSource"].isNull)
        #expect(lead["assignee"]["name"].text == "Olga" && lead["summary"].text == "Wants lamps.")
        #expect(lead["interests"].texts == ["lamps"])
        #expect(
            lead["notes"].list.map { $0["text"].text } == ["Call on Monday", "Second\nline", "--starts with a dash"])
        #expect(lead["notes"][0]["author"].text == "Olga")
        #expect(lead["history"].list.map { $0["value"].number } == [85, 40])
        #expect(lead["history"][0]["author"].text == "Olga" && lead["history"][0]["field"].text == "score")
        let screen = try terminal.plain("olga", "lead", "show", id("Ana"), "--history").output
        #expect(screen.contains("Score      40 mild (pinned)") && screen.contains("Call on Monday"))
        #expect(screen.contains("85 very high"))
    }

    // MARK: One person

    @Test func `an equal number makes one of two, keep-apart two of them, and undo one again`() throws {
        let (ana, ben) = (try id("Ana"), try id("ben"))
        try set("Ana", "--phone", "+49 30 23125-017")
        #expect(try terminal.nexus("olga", "lead", "show", ana).json["phone"].text == "+493023125017")
        try set("ben", "--phone", "+493023125017")
        let merged = try terminal.nexus("olga", "lead", "show", ben).json
        #expect(Set(merged["members"].texts) == [ana, ben] && merged["conversations"].list.count == 2)
        #expect(try list().count == 2)
        #expect(try terminal.plain("olga", "lead", "show", ana).output.contains("Leads  "))

        #expect(!(try terminal.nexus("olga", "lead", "keep-apart", ana, ben).json["change"].isNull))
        #expect(try terminal.nexus("olga", "lead", "keep-apart", ben, ana).json["change"].isNull)
        #expect(try terminal.nexus("olga", "lead", "show", ana).json["apart"].texts == [ben])
        #expect(try terminal.nexus("olga", "lead", "show", ben).json["apart"].texts == [ana])
        #expect(try list().count == 3)

        #expect(!(try terminal.nexus("olga", "lead", "keep-apart", ben, ana, "--undo").json["change"].isNull))
        #expect(try terminal.nexus("olga", "lead", "keep-apart", ana, ben, "--undo").json["change"].isNull)
        #expect(try list().count == 2)
        #expect(try terminal.nexus("olga", "verify").status == 0)
    }

    // MARK: Refusals

    @Test func `what cannot be is refused, with what can`() throws {
        let ana = try id("Ana")
        let refusals: [([String], Int32, String, String)] = [
            (["set", ana, "--score", "101"], 65, "bad-score", "0 to 100"),
            (["set", ana, "--score", "high"], 65, "bad-score", "auto"),
            (["set", ana, "--status", "trial"], 65, "bad-lead-status", "new, interested, follow_up"),
            (["set", ana, "--phone", "030 23125017"], 65, "bad-phone", "nexus workspace set --region"),
            (["set", ana, "--phone", "call me"], 65, "bad-phone", "+ and country code"),
            (["set", ana, "--email", "ana at example"], 65, "bad-email", "name@example.com"),
            (["set", ana, "--assignee", "Nobody"], 66, "unknown-person", "as the team has it"),
            (["set", ana], 2, "usage", "--help"),
            (["set", "zzzzzz", "--score", "1"], 66, "unknown-lead", "four letters"),
            (["keep-apart", ana, ana], 65, "same-lead", "nexus lead show"),
            (["keep-apart", ana, "zzzzzz"], 66, "unknown-lead", "four letters"),
            (["note", ana, ""], 65, "empty-text", "standard input"),
            (["set", ana, "--add-interest", ""], 65, "bad-label", "100 characters"),
        ]
        for (words, status, error, hint) in refusals {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json", "lead"] + words)
            #expect(run.status == status, "\(words): \(run.errors)")
            #expect(run.error["error"].text == error, "\(words)")
            #expect(run.error["hint"].text.contains(hint), "\(words): \(run.error["hint"].text)")
        }
    }

    @Test func `in a region numbers may be written as they are dialled there`() throws {
        try terminal.nexus("olga", "workspace", "set", "--region", "DE", "--add-status", "trial")
        try set("Ana", "--phone", "030 23125017", "--status", "trial")
        let lead = try terminal.nexus("olga", "lead", "show", id("Ana")).json
        #expect(lead["phone"].text == "+493023125017" && lead["status"].text == "trial")
        let other = try terminal.nexus("olga", "lead", "set", id("Ana"), "--phone", "12")
        #expect(other.status == 65 && other.error["message"].text.contains("as dialled in DE"))
    }

    @Test func `auto hands a field back, none is nobody, and an empty text takes away`() throws {
        try set("Ana", "--score", "50", "--status", "lost", "--assignee", "none", "--email", "Ana@Example.com ")
        let pinned = try terminal.nexus("olga", "lead", "show", id("Ana")).json
        #expect(pinned["email"].text == "Ana@Example.com")
        #expect(pinned["assignee"].isNull && pinned["assigneePinned"].value as? Bool == true)
        #expect(try terminal.plain("olga", "lead", "show", id("Ana")).output.contains("nobody (pinned)"))
        try set("Ana", "--score", "auto", "--status", "auto", "--assignee", "auto", "--email", "")
        let lead = try terminal.nexus("olga", "lead", "show", id("Ana")).json
        #expect(lead["score"].isNull && lead["scoreBand"].isNull && lead["scorePinned"].value as? Bool == false)
        #expect(lead["status"].text == "new" && lead["email"].isNull && lead["assigneePinned"].value as? Bool == false)
        #expect(try terminal.nexus("olga", "lead", "set", id("Ana"), "--score", "auto").json["change"].isNull)
    }

    // MARK: Coming in

    @Test func `imported numbers are kept in E.164 where they can be read, and a second import changes nothing`() throws
    {
        func line(_ id: String, _ phone: String) -> String {
            """
            {"id":"\(id)","channel":"whatsapp","customer":{"name":"\(id)","username":"\(id)","email":null,\
            "phone":"\(phone)"},"subject":null,"status":null,"messages":[{"id":"m1","from":"customer","author":"x",\
            "text":"Hi","at":"2026-05-01T10:00:00Z"}],"labels":[],"source":"test"}

            """
        }
        let file = try terminal.write(line("x1", "+49 (30) 23125-017") + line("x2", "12345"), to: "leads.jsonl")
        #expect(try terminal.nexus("olga", "import", file).json["changes"].number == 2)
        #expect(try list().first { $0["name"].text == "x1" }?["phone"].text == "+493023125017")
        #expect(try list().first { $0["name"].text == "x2" }?["phone"].text == "12345")
        #expect(try terminal.nexus("olga", "import", file).json["changes"].number == 0)
    }

    // MARK: Helpers

    private func list(_ options: String...) throws -> [Answer] { try list(options) }

    private func list(_ options: [String]) throws -> [Answer] {
        let run = try terminal.start(["--home", terminal.path("olga"), "--json", "lead", "list"] + options)
        try #require(run.status == 0, "\(run.errors)")
        return run.json.list
    }

    private func names(_ options: String...) throws -> [String] { try list(options).map { $0["name"].text } }

    private func id(_ name: String) throws -> String {
        try #require(list(["--limit", "0"]).first { $0["name"].text == name })["id"].text
    }

    private func set(_ name: String, _ options: String...) throws {
        let run = try terminal.start(
            ["--home", terminal.path("olga"), "--json", "lead", "set", try id(name)] + options)
        try #require(run.status == 0, "\(run.errors)")
    }
}
