/// A text cut into sentences, each as it was written.
struct Sentence: Hashable, Sendable {
    /// Without blanks around it, its mark at the end included.
    let text: String
    let words: FoldedText
    /// Whether it asks: a question mark ends it, or a word that asks begins it.
    let isQuestion: Bool

    private init(_ text: Substring) {
        self.text = String(text)
        words = FoldedText(self.text)
        let marks = text.reversed().prefix { $0.isPunctuation || $0.isWhitespace }
        isQuestion = marks.contains { "?؟？".contains($0) } || Self.beginsAsking(words)
    }

    /// The sentences of a text: a full stop ends one only before a blank, so that `3.5` and addresses stay whole.
    static func all(in text: String) -> [Sentence] {
        var sentences: [Sentence] = []
        var start = text.startIndex
        for index in text.indices where ends(at: index, in: text) {
            let next = text.index(after: index)
            add(text[start..<next], to: &sentences)
            start = next
        }
        add(text[start...], to: &sentences)
        return sentences
    }

    private static func add(_ text: Substring, to sentences: inout [Sentence]) {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return }
        let sentence = Sentence(start[...last])
        if !sentence.words.words.isEmpty { sentences.append(sentence) }
    }

    private static func ends(at index: String.Index, in text: String) -> Bool {
        let character = text[index]
        if character.isNewline || "。！？".contains(character) { return true }
        guard ".!?؟".contains(character) else { return false }
        let next = text.index(after: index)
        return next == text.endIndex || text[next].isWhitespace
    }

    private static func beginsAsking(_ words: FoldedText) -> Bool {
        LeadWords.asking.matches(in: words).first?.start == 0
    }
}
