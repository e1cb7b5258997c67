/// Words and phrases to look for, in any language, as data. They are compared as ``FoldedText`` has them.
struct PhraseList: Sendable {
    /// What of it stands in a text.
    struct Match: Hashable, Sendable {
        /// As listed.
        let phrase: String
        /// The place of its first word.
        let start: Int
        /// The place after its last word.
        let end: Int
    }

    private struct Entry {
        let words: [String]
        let phrase: String
    }

    private let entriesByFirstWord: [String: [Entry]]

    init(_ phrases: [String]) {
        var entries: [String: [Entry]] = [:]
        for phrase in phrases {
            let words = FoldedText(phrase).texts
            guard let first = words.first else { continue }
            entries[first, default: []].append(Entry(words: words, phrase: phrase))
        }
        // Of phrases that begin alike the longest counts.
        entriesByFirstWord = entries.mapValues { $0.sorted { $0.words.count > $1.words.count } }
    }

    /// In the order of the text; none begins within another.
    func matches(in text: FoldedText) -> [Match] {
        var matches: [Match] = []
        var place = 0
        while place < text.words.count {
            let match = match(in: text.words, at: place)
            if let match { matches.append(match) }
            place = match?.end ?? place + 1
        }
        return matches
    }

    func isIn(_ text: FoldedText) -> Bool { text.words.indices.contains { match(in: text.words, at: $0) != nil } }

    /// The first match before which, in the same part of the sentence, nothing says no.
    ///
    /// - Parameter reach: how many words after it a negation counts.
    func asserted(in text: FoldedText, reach: Int = Negation.reach) -> Match? {
        matches(in: text).first { !Negation.isBefore($0.start, in: text, reach: reach) }
    }

    private func match(in words: [FoldedText.Word], at place: Int) -> Match? {
        let entry = entriesByFirstWord[words[place].text]?.first { entry in
            words[place...].prefix(entry.words.count).map(\.text) == entry.words
        }
        return entry.map { Match(phrase: $0.phrase, start: place, end: place + $0.words.count) }
    }
}

/// Words that say no to what follows them.
enum Negation {
    /// How many words after it a negation usually counts.
    static let reach = 3

    /// "Never" is none of them: who has never been so angry is angry.
    private static let words = Set(
        FoldedText(
            """
            not no isn't wasn't aren't weren't don't doesn't didn't won't can't cannot without nothing
            nicht kein keine keinen keiner keinem ohne
            no sin tampoco
            não nao sem nem
            pas sans aucun aucune ni
            لا ليس لست ليست لم لن غير بدون مش مو
            """
        ).texts)

    /// Whether one stands shortly before a place, in the same part of the sentence.
    static func isBefore(_ place: Int, in text: FoldedText, reach: Int = Negation.reach) -> Bool {
        guard text.words.indices.contains(place) else { return false }
        return text.words[max(0, place - reach)..<place].contains { word in
            word.clause == text.words[place].clause && words.contains(word.text)
        }
    }
}
