import Testing

@testable import CLI

struct TerminalTextTests {
    // MARK: Safety

    @Test func `plain text is left alone`() {
        for text in ["", "Hello, world!", "naïve café", "日本語", "Привет", "😀", "e\u{301}"] {
            #expect(field(text) == text)
        }
    }

    @Test func `terminal commands become visible`() {
        #expect(TerminalText.safe("\u{1B}[2J\u{7}\0", multiline: true) == "␛[2J␇␀")
        #expect(TerminalText.safe("\u{7F}\u{9B}31m\u{85}", multiline: true) == #"␡\u{9b}31m\u{85}"#)
    }

    @Test func `no control character survives, whatever comes before and after it`() {
        let scalars = (0..<0xA0).compactMap(Unicode.Scalar.init) + ["é", "\u{200D}", "😀", "א"]
        for first in scalars {
            for second in scalars {
                let safe = field("\(first)\(second)")
                #expect(!safe.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }

    @Test func `line ends of all kinds stay one line end, or show as a sign`() {
        let text = "a\nb\r\nc\u{2028}d\u{2029}e\rf"
        #expect(TerminalText.safe(text, multiline: true) == "a\nb\nc\nd\ne␍f")
        #expect(field(text) == "a⏎b⏎c⏎d⏎e␍f")
    }

    @Test func `a tab is a space`() {
        #expect(field("a\tb") == "a b")
    }

    @Test func `right-to-left text cannot reorder what stands beside it`() {
        #expect(field("שלום 12") == "\u{2068}שלום 12\u{2069}")
        #expect(TerminalText.safe("a\nשלום\nb", multiline: true) == "a\n\u{2068}שלום\u{2069}\nb")
    }

    @Test func `bidirectional controls are left out, so none can end our isolate`() {
        let controls = "\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}\u{61C}"
        #expect(field("a\(controls)b") == "ab")
        #expect(field("א\(controls)b") == "\u{2068}אb\u{2069}")
    }

    @Test func `what cannot be seen is left out`() {
        let hidden = (0xE0000...0xE007F).compactMap { Unicode.Scalar($0).map(String.init) }.joined()
        #expect(field("a\(hidden)b") == "ab")
        #expect(field("a\u{200B}\u{2060}\u{FEFF}\u{AD}\u{34F}\u{3164}\u{FE01}\u{FFF9}b") == "ab")
    }

    @Test func `noncharacters become replacement characters`() {
        // No literal may spell them.
        let text = [0x61, 0xFFFF, 0xFDD0, 0x62].compactMap { Unicode.Scalar($0).map(String.init) }.joined()
        #expect(field(text) == "a\u{FFFD}\u{FFFD}b")
    }

    @Test func `emoji sequences stay whole`() {
        for text in ["👨‍👩‍👧", "👩🏽‍🚀", "🏳️‍🌈", "❤️", "1️⃣", "🇩🇪", "👍🏿", "❤️‍🔥"] {
            #expect(field(text) == text)
        }
    }

    @Test func `joiners stay in scripts spelt with them, and nowhere else`() {
        #expect(field("می\u{200C}خواهم") == "\u{2068}می\u{200C}خواهم\u{2069}")
        #expect(field("क्\u{200D}ष") == "क्\u{200D}ष")
        #expect(field("a\u{200D}b\u{200C}c") == "abc")
        #expect(field("\u{200D}😀\u{200D}") == "😀")
        #expect(field("😀\u{200D}\u{200D}😀\u{FE0F}\u{FE0F}") == "😀\u{200D}😀\u{FE0F}")
    }

    @Test func `a mark without a base gets one, instead of the text before the field`() {
        #expect(field("\u{338}a") == "◌\u{338}a")
        #expect(TerminalText.safe("a\n\u{338}", multiline: true) == "a\n◌\u{338}")
    }

    @Test func `of a pile of marks a few remain, joiners between them or not`() {
        let pile = "a" + String(repeating: "\u{301}", count: 1000) + "b"
        #expect(field(pile).unicodeScalars.count == 2 + TerminalText.mostMarks)
        let joined = "क" + String(repeating: "\u{94D}\u{200D}", count: 1000)
        #expect(field(joined).unicodeScalars.count { $0 == "\u{94D}" } == TerminalText.mostMarks)
    }

    @Test func `safe text is safe already`() {
        let text = "\u{1B}שלום\u{202E}\n\u{301}👨‍👩‍👧\tx\u{9B}\r\n日本"
        for isMultiline in [true, false] {
            let once = TerminalText.safe(text, multiline: isMultiline)
            #expect(TerminalText.safe(once, multiline: isMultiline) == once)
        }
    }

    // MARK: Columns

    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
        ("ｶﾅ", 2), ("ＡＢ", 4), ("😀", 2), ("👨‍👩‍👧", 2), ("👩🏽‍🚀", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("🇩🇪", 2), ("🏳️‍🌈", 2),
        ("שלום", 4), ("\u{2068}שלום\u{2069}", 4), ("नि", 2), ("…", 1), ("⏎", 1), ("␛", 1), ("\u{3099}", 0),
        ("\u{302A}", 0), ("가\u{302E}", 4), ("䷀", 2),
        ("a\nb", 2), ("𠀀", 2),
    ])
    func `text is as wide as a terminal shows it`(text: String, columns: Int) {
        #expect(TerminalText.width(text) == columns)
    }

    @Test func `text that fits is not truncated`() {
        for text in ["", "abc", "日本", "שלום", "👨‍👩‍👧"] {
            #expect(TerminalText.truncated(text, to: TerminalText.width(text)) == text)
            #expect(TerminalText.truncated(text, to: .max) == text)
        }
    }

    @Test func `text that does not fit ends with an ellipsis, inside the columns given`() {
        #expect(TerminalText.truncated("abcdef", to: 4) == "abc…")
        #expect(TerminalText.truncated("日本語", to: 5) == "日本…")
        #expect(TerminalText.truncated("日本語", to: 4) == "日…")
        #expect(TerminalText.truncated("a👨‍👩‍👧b", to: 3) == "a…")
        #expect(TerminalText.truncated("abc", to: 1) == "…")
        #expect(TerminalText.truncated("abc", to: 0) == "")
        #expect(TerminalText.truncated("日", to: .min) == "")
    }

    @Test func `a cut isolate is closed`() {
        let text = field("שלום עולם")
        #expect(TerminalText.truncated(text, to: 5) == "\u{2068}שלום…\u{2069}")
        #expect(TerminalText.truncated(text, to: 9) == text)
    }

    @Test func `padding fills up to a width and never cuts`() {
        #expect(TerminalText.padded("日本", to: 6) == "日本  ")
        #expect(TerminalText.padded("abc", to: 2) == "abc")
        #expect(TerminalText.padded("abc", to: .min) == "abc")
        #expect(TerminalText.width(TerminalText.padded("abc", to: .max)) == TerminalText.mostColumns)
        let wide = String(repeating: "a", count: TerminalText.mostColumns + 1)
        #expect(TerminalText.padded(wide, to: .max) == wide)
    }

    // MARK: Lines

    @Test func `lines break at spaces`() {
        #expect(TerminalText.wrapped("the quick brown fox", width: 10) == ["the quick", "brown fox"])
        #expect(TerminalText.wrapped("the  quick", width: 20) == ["the  quick"])
        #expect(TerminalText.wrapped("the    quick", width: 6) == ["the", "quick"])
        #expect(TerminalText.wrapped("  indented text", width: 10) == ["  indented", "text"])
        #expect(TerminalText.wrapped("     word", width: 6) == ["word"])
    }

    @Test func `a word longer than the line is broken, between characters`() {
        #expect(TerminalText.wrapped("abcdefgh", width: 3) == ["abc", "def", "gh"])
        #expect(TerminalText.wrapped("x abcdefgh y", width: 3) == ["x", "abc", "def", "gh", "y"])
        #expect(TerminalText.wrapped("e\u{301}e\u{301}", width: 1) == ["e\u{301}", "e\u{301}"])
    }

    @Test func `wide characters need no space to break at`() {
        #expect(TerminalText.wrapped("日本語です", width: 5) == ["日本", "語で", "す"])
        #expect(TerminalText.wrapped("日a本", width: 1) == ["日", "a", "本"])
    }

    @Test func `line ends remain, and no text is one empty line`() {
        #expect(TerminalText.wrapped("", width: 10) == [""])
        #expect(TerminalText.wrapped("a\n\nb\n", width: 10) == ["a", "", "b", ""])
        #expect(TerminalText.wrapped("ab", width: .min) == ["a", "b"])
    }

    @Test func `an isolate that is broken is closed on each line and opened on the next`() {
        let text = TerminalText.safe("שלום עולם", multiline: true)
        #expect(TerminalText.wrapped(text, width: 5) == ["\u{2068}שלום\u{2069}", "\u{2068}עולם\u{2069}"])
    }

    // MARK: All of it

    /// Strings of up to three scalars from those that are treated apart, in every combination.
    @Test func `every line fits and nothing visible is lost, for all small texts`() {
        let parts = [
            "a", " ", "\n", "\r", "\u{301}", "日", "😀", "\u{200D}", "\u{FE0F}", "א", "\u{1F3FD}", "🇩", "क", "\u{94D}",
            "\u{2069}",
        ]
        for first in parts {
            for second in parts {
                for third in parts {
                    let safe = TerminalText.safe(first + second + third + "b", multiline: true)
                    for width in 2...4 {
                        let lines = TerminalText.wrapped(safe, width: width)
                        #expect(lines.allSatisfy { TerminalText.width($0) <= width || isOneCharacter($0) })
                        #expect(visible(lines.joined()) == visible(safe))
                        let cut = TerminalText.truncated(safe, to: width)
                        #expect(TerminalText.width(cut) <= width)
                    }
                }
            }
        }
    }

    @Test(
        arguments: ["a", "\u{301}", "é ", "日", "👨‍👩‍👧", "א\n", "\u{2068}", "\u{1F1E9}", "ᄒ\u{1161}", "क्\u{200D}"])
    func `the largest texts take moments`(unit: String) {
        let text = String(repeating: unit, count: 440_000 / unit.utf8.count)
        for subject in [text, TerminalText.safe(text, multiline: true)] {
            _ = field(subject)
            _ = TerminalText.width(subject)
            _ = TerminalText.truncated(subject, to: 80)
            _ = TerminalText.truncated(subject, to: 300_000)
            _ = TerminalText.padded(subject, to: 80)
            _ = TerminalText.wrapped(subject, width: 40)
        }
    }

    /// As it is shown on one line.
    private func field(_ text: String) -> String { TerminalText.safe(text, multiline: false) }

    private func isOneCharacter(_ line: String) -> Bool {
        line.count { TerminalText.width(String($0)) > 0 } == 1
    }

    private func visible(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { !" \n\u{2068}\u{2069}".unicodeScalars.contains($0) }
    }
}
