import Foundation
import Testing

struct ImportTests {
    @Test func `a malformed line is named by its number, and the rest is in`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let good = Self.conversation("a", messages: [("m1", "customer", "Hi", "2026-05-01T10:00:00Z")])
        let file = try terminal.write("\(good)\n{\"id\":\n\n\(good.replacing("\"a\"", with: "\"b\""))\n", to: "f.jsonl")
        let run = try terminal.nexus("olga", "import", file)
        #expect(run.status == 65)
        #expect(run.json["conversations"].number == 2)
        #expect(run.json["failed"].number == 1)
        #expect(run.errors.contains(#"{"line":2,"#))
        #expect(try terminal.plain("olga", "import", file).errors.contains("Line 2:"))
    }

    @Test func `the same file twice makes no change, and a longer one adds only what is new`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let short = Self.conversation("a", messages: [("m1", "customer", "Hi", "2026-05-01T10:00:00Z")])
        let long = Self.conversation(
            "a",
            messages: [
                ("m1", "customer", "Hi", "2026-05-01T10:00:00Z"), ("m2", "agent", "Hello", "2026-05-01T10:05:00Z"),
            ])
        let first = try terminal.nexus("olga", "import", terminal.write(short + "\n", to: "short.jsonl"))
        #expect(first.json["changes"].number == 1)
        let digest = try terminal.nexus("olga", "digest").output
        #expect(try terminal.nexus("olga", "import", terminal.path("short.jsonl")).json["changes"].number == 0)
        #expect(try terminal.nexus("olga", "digest").output == digest)
        let again = try terminal.nexus("olga", "import", terminal.write(long + "\n", to: "long.jsonl"))
        #expect(again.json["changes"].number == 1)
        let id = try terminal.nexus("olga", "inbox").json[0]["id"].text
        let messages = try terminal.nexus("olga", "show", id).json["messages"].list
        #expect(messages.map { $0["text"].text } == ["Hi", "Hello"])
    }

    @Test func `of a compressed file that was cut off or damaged nothing is taken`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = (0..<400).map { number in
            Self.conversation("c\(number)", messages: [("m", "customer", "\(UUID())", "2026-05-01T10:00:00Z")])
        }
        let plain = try terminal.write(lines.joined(separator: "\n") + "\n", to: "whole.jsonl")
        let zip = try terminal.start(["-k", plain], program: "/bin/gzip")
        try #require(zip.status == 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: plain + ".gz"))
        var flipped = whole
        flipped[whole.count * 3 / 4] ^= 0x10
        for bytes in [whole.prefix(9_000), whole.dropLast(8), flipped] {
            try bytes.write(to: URL(fileURLWithPath: plain + ".damaged.gz"))
            let run = try terminal.nexus("olga", "import", plain + ".damaged.gz")
            #expect(run.status == 65)
            #expect(run.error["error"].text == "damaged-file")
        }
        #expect(try terminal.nexus("olga", "inbox").json.list.isEmpty)
        #expect(try terminal.nexus("olga", "import", plain + ".gz").json["changes"].number == 400)
    }

    @Test func `a pipe is read once, and all of it`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let line = Self.conversation("a", messages: [("m1", "customer", "Hi", "2026-05-01T10:00:00Z")])
        #expect(try terminal.nexus("olga", "import", "-", input: line).json["changes"].number == 1)
        let other = try terminal.write(line.replacing(#""id":"a""#, with: #""id":"b""#), to: "other.jsonl")
        let command =
            "cat '\(other)' | '\(Terminal.program)' --home '\(terminal.path("olga"))' --json import /dev/stdin"
        #expect(try terminal.start(["-c", command], program: "/bin/sh").json["changes"].number == 1)
    }

    @Test func `labels come with their conversation once, whatever is in them`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let line = Self.conversation("a", messages: [("m1", "customer", "Hi", "2026-05-01T10:00:00Z")])
            .replacing(#"["topic:x"]"#, with: #"["two\nlines","plain"]"#)
        let file = try terminal.write(line, to: "f.jsonl")
        try terminal.nexus("olga", "import", file)
        let card = try terminal.nexus("olga", "inbox").json[0]
        #expect(card["labels"].texts == ["plain", "two\nlines"])
        try terminal.nexus("olga", "label", card["id"].text, "remove", "plain")
        #expect(try terminal.nexus("olga", "import", file).json["changes"].number == 0)
        #expect(try terminal.nexus("olga", "inbox").json[0]["labels"].texts == ["two\nlines"])
    }

    @Test func `a field that is too long fails its line, not the import`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = ["a", "b", "c"].map { id in
            Self.conversation(id, messages: [("m1", "customer", id, "2026-05-01T10:00:00Z")])
        }
        let long = lines[1].replacing(
            #""subject":null"#, with: #""subject":"\#(String(repeating: "x", count: 5_000_000))""#)
        let file = try terminal.write([lines[0], long, lines[2]].joined(separator: "\n"), to: "f.jsonl")
        let run = try terminal.nexus("olga", "import", file)
        #expect(run.status == 65)
        #expect(run.json["conversations"].number == 2)
        #expect(run.errors.contains(#""line":2"#))
    }

    @Test func `messages stand in order of time; those without one keep their place and show none`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let file = Self.conversation(
            "a",
            messages: [
                ("m1", "customer", "second", "2026-05-01T10:00:00Z"), ("m2", "agent", "after it", nil),
                ("m3", "customer", "first", "2026-05-01T09:00:00Z"), ("m4", "agent", "", "2026-05-01T10:00:00Z"),
            ])
        try terminal.nexus("olga", "import", terminal.write(file + "\n", to: "f.jsonl"))
        let card = try terminal.nexus("olga", "inbox").json[0]
        #expect(card["lastMessageAt"].text == "2026-05-01T10:00:00.000Z")
        let messages = try terminal.nexus("olga", "show", card["id"].text).json["messages"].list
        #expect(messages.map { $0["text"].text } == ["first", "second", "after it", ""])
        #expect(messages[2]["at"].isNull)
    }

    @Test func `solved, closed and spam import as closed`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = ["solved", "closed", "spam", "waiting-for-agent"].map { status in
            Self.conversation(
                status, messages: [("m1", "customer", status, "2026-05-01T10:00:00Z")], status: "\"\(status)\"")
        }
        try terminal.nexus("olga", "import", terminal.write(lines.joined(separator: "\n"), to: "f.jsonl"))
        #expect(try terminal.nexus("olga", "inbox", "--status", "closed").json.list.count == 3)
        #expect(try terminal.nexus("olga", "inbox", "--status", "active").json.list.count == 1)
    }

    @Test func `search finds words in every message, and beginnings of the last word`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let file = Self.conversation(
            "a",
            messages: [
                ("m1", "customer", "Where is my parcel?", "2026-05-01T10:00:00Z"),
                ("m2", "agent", "Café crème is on its way \\\"quoted\\\"", "2026-05-01T10:01:00Z"),
            ])
        try terminal.nexus("olga", "import", terminal.write(file + "\n", to: "f.jsonl"))
        #expect(try terminal.nexus("olga", "search", "parc").json.list.count == 1)
        #expect(try terminal.nexus("olga", "search", "cafe creme").json.list.count == 1)
        for nothing in ["absent", "\"", "*", "parcel AND", "NEAR(", "-", "\"\u{345}"] {
            #expect(try terminal.nexus("olga", "search", nothing).status == 0, "\(nothing)")
        }
        for unit in ["x", "x ", "%", "酒", "酒 "] {
            let long = String(repeating: unit, count: 100_000 / unit.utf8.count)
            for command in [["search", long], ["inbox", "--search", long]] {
                let run = try terminal.start(["--home", terminal.path("olga"), "--json"] + command)
                #expect(run.status == 0 && run.json.list.isEmpty, "\(unit)")
            }
        }
        #expect(try terminal.nexus("olga", "inbox", "--search", "parcel").json.list.count == 1)
    }

    @Test func `a word of a script without spaces is found inside a sentence`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let lines = [("a", "你好，我想住一家便宜的酒店，有无线网络。"), ("b", "请推荐餐馆 (cheap)"), ("c", "ห้องว่างไหม 100%")].map {
            Self.conversation($0, messages: [("m1", "customer", $1, "2026-05-01T10:00:00Z")])
        }
        try terminal.nexus("olga", "import", terminal.write(lines.joined(separator: "\n"), to: "f.jsonl"))
        for (words, count) in [
            ("酒店", 1), ("网络 酒店", 1), ("推荐 che", 1), ("酒店 cheap", 0), ("ว่าง", 1), ("店酒", 0), ("%", 0),
        ] {
            #expect(try terminal.nexus("olga", "search", words).json.list.count == count, "\(words)")
            #expect(try terminal.nexus("olga", "inbox", "--search", words).json.list.count == count, "\(words)")
        }
        #expect(try terminal.nexus("olga", "search", "酒店").json[0]["snippet"].text.contains("便宜的酒店"))
    }

    /// Real conversations, rich in edge cases, where they are present.
    @Test(.enabled(if: sample != nil, "the sample of real conversations is not on this machine"))
    func `the sample of real conversations imports whole`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        let run = try terminal.nexus("olga", "import", try #require(Self.sample))
        #expect(run.status == 0)
        #expect(run.json["conversations"].number == 175)
        #expect(run.json["messages"].number == 1_157)
        let cards = try terminal.nexus("olga", "inbox", "--limit", "0").json.list
        #expect(cards.count == 175)
        for card in cards { #expect(try terminal.plain("olga", "show", card["id"].text).status == 0) }
    }

    static let sample: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.deletingLastPathComponent().appendingPathComponent("shared/data/sample.jsonl").path
        return FileManager.default.isReadableFile(atPath: path) ? path : nil
    }()

    static func conversation(
        _ id: String, messages: [(id: String, from: String, text: String, at: String?)], status: String = "null"
    ) -> String {
        let list = messages.map { message in
            let at = message.at.map { "\"\($0)\"" } ?? "null"
            return
                #"{"id":"\#(message.id)","from":"\#(message.from)","author":"x","text":"\#(message.text)","at":\#(at)}"#
        }
        return #"{"id":"\#(id)","channel":"irc","customer":{"name":"Ana","email":null,"phone":null},"subject":null,"#
            + #""status":\#(status),"messages":[\#(list.joined(separator: ","))],"labels":["topic:x"],"source":"t"}"#
    }
}
