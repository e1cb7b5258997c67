import Foundation
import Testing

@testable import CLI

/// Texts that nobody should write, imported and shown.
struct HostileTextTests {
    @Test(
        .enabled(if: ConversationFile.areHere, "the naughty strings are not here: set NEXUS_SHARED to where they are"))
    func `naughty strings show as names, subjects, labels, authors and texts, and fit`() throws {
        // A byte order mark at a string's start is lost in Foundation's reader, by which this test reads.
        let strings = try ConversationFile.naughtyStrings().filter { !$0.unicodeScalars.starts(with: ["\u{FEFF}"]) }
        #expect(strings.count > 400)
        try expectShown(strings.enumerated().map { try line("n\($0)", everywhere: $1) })
    }

    @Test(arguments: Self.strange)
    func `strange texts show as names, subjects, labels, authors and texts, and fit`(text: String) throws {
        try expectShown([line("a", everywhere: text)])
    }

    @Test(arguments: ["a", "word ", "\n", "x\n", "订单", "שלום 12-34 ", "👩‍👩‍👧", "e\u{301}", "\u{1B}[2J"])
    func `a message as long as there can be shows whole`(unit: String) throws {
        let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
        try expectShown([line("a", messages: [text, "after it"])])
    }

    @Test func `a message of a hundred thousand lines shows every one`() throws {
        let text = (1...100_000).map { "\($0)" }.joined(separator: "\n")
        try expectShown([line("a", messages: ["before it", text])])
    }

    @Test func `a right-to-left name does not turn round the words beside it`() throws {
        let workspace = try ImportedWorkspace([
            line("a", messages: ["hi"], author: "דוד", fields: ["customer": ["name": "דוד"]])
        ])
        let detail = try workspace.detail(of: workspace.cards()[0])
        let lines = ConversationScreen(width: 80, now: ImportedWorkspace.now).lines(of: detail)
        #expect(lines.first == "\u{2068}דוד\u{2069} on web-forum")
        #expect(lines.contains("10:00 \u{2068}דוד\u{2069} (customer)"))
    }

    /// Each tries to get out of its place in another way.
    private static let strange = [
        "\u{1B}[2J\u{1B}]0;title\u{7}\u{9B}31m", "a\r\nb\rc\u{2028}d\u{85}e\u{B}f", "tab\tand\u{8}back",
        "abc\u{202E}def\u{202C}", "\u{2069}\u{2069}out\u{2066}", "طلب رقم 12345 بتاريخ 2026-05-01، شكرا",
        "הזמנה 42 (ISBN 978-3) מוכנה", "١٢٣ and 456 و ٧٨٩", "中文，English，עברית 1,000.50 元",
        String(repeating: "ﷺ", count: 90),
        "Z" + String(repeating: "\u{301}", count: 2_000) + "algo", "\u{301}a mark first", "🇩🇪🇫🇷👨‍👩‍👧‍👦👍🏿1️⃣❤️",
        String(repeating: "字", count: 4_000), String(repeating: "w", count: 60_000), "   spaces   around   ",
        "    four spaces first\n    and again", "mark\u{FEFF}and\u{200B}of\u{AD}order", "क्ष\u{200D}म ไทย 한국어 ﾊﾝｶｸ",
    ]

    private func expectShown(_ lines: [[UInt8]], _ location: SourceLocation = #_sourceLocation) throws {
        let faults = try ScreenCheck(lines).faults
        for fault in faults.prefix(5) { Issue.record("\(fault.prefix(1_000))", sourceLocation: location) }
    }

    /// A conversation in which everything that is text is this one.
    private func line(_ id: String, everywhere text: String) throws -> [UInt8] {
        try line(
            id, messages: [text, text], author: text,
            fields: [
                "customer": ["name": text, "email": text, "phone": text, "locale": text], "subject": text,
                "labels": [text], "source": text,
            ])
    }

    private func line(
        _ id: String, messages texts: [String], author: String = "ana", fields: JSONObject = [:]
    ) throws -> [UInt8] {
        let messages = texts.enumerated().map { number, text in
            [
                "id": "m\(number)", "from": number == 0 ? "customer" : "agent", "author": author, "text": text,
                "at": "2026-05-01T10:0\(number):00Z",
            ]
        }
        let line = fields.merging(["id": id, "channel": "web-forum", "messages": messages]) { first, _ in first }
        return Array(try JSONSerialization.data(withJSONObject: line))
    }
}
