import Foundation
import Inbox

/// A text as words that can be compared: in small letters and without accents, as the search of messages has them.
struct FoldedText: Hashable, Sendable {
    /// A word, and in which part of a sentence it stands.
    struct Word: Hashable, Sendable {
        let text: String
        /// Rises at each full stop, comma and the like.
        let clause: Int
    }

    let words: [Word]

    /// Of a very long text the beginning: nobody's question is longer.
    init(_ text: String, lengthLimit: Int = 20_000) {
        var splitter = Splitter()
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(lengthLimit)))
        for scalar in Self.folded(start).unicodeScalars { splitter.take(scalar) }
        words = splitter.finished()
    }

    var texts: [String] { words.map(\.text) }

    /// Without regard to case, accents, width, Arabic vowel signs and the spellings of alif, ya and ta marbuta.
    private static func folded(_ text: String) -> String {
        let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        return String(
            String.UnicodeScalarView(
                folded.unicodeScalars.map { scalar in
                    switch scalar {
                    case "\u{0629}": "\u{0647}"
                    case "\u{0649}": "\u{064A}"
                    case "\u{0622}", "\u{0623}", "\u{0625}": "\u{0627}"
                    default: scalar
                    }
                }))
    }

    /// Cuts into words. Of a script that puts no space between words every two characters that stand together are one.
    private struct Splitter {
        private var words: [Word] = []
        private var word = String.UnicodeScalarView()
        private var isUnspaced = false
        private var clause = 0

        mutating func take(_ scalar: Unicode.Scalar) {
            if Self.joins(scalar) { return }
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                if scalar.isUnspaced != isUnspaced { endWord() }
                isUnspaced = scalar.isUnspaced
                word.append(scalar)
            } else {
                endWord()
                if Self.ends(scalar) { clause += 1 }
            }
        }

        mutating func finished() -> [Word] {
            endWord()
            return words
        }

        private mutating func endWord() {
            guard !word.isEmpty else { return }
            if isUnspaced, word.count > 1 {
                for (left, right) in zip(word, word.dropFirst()) {
                    add(String(String.UnicodeScalarView([left, right])))
                }
            } else {
                add(String(word))
            }
            word.removeAll()
        }

        private mutating func add(_ text: String) { words.append(Word(text: text, clause: clause)) }

        /// An apostrophe, or what folding leaves of Arabic: tatweel and vowel signs. So don't is one word, dont.
        private static func joins(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar {
            case "'", "\u{2019}", "\u{0640}", "\u{064B}"..."\u{065F}", "\u{0670}": true
            default: scalar.properties.generalCategory == .nonspacingMark && !scalar.properties.isAlphabetic
            }
        }

        private static func ends(_ scalar: Unicode.Scalar) -> Bool {
            ".,;:!?\n()،؛؟。，！？".unicodeScalars.contains(scalar)
        }
    }
}
