import Foundation

/// Which conversations have a word, by looking through all texts.
struct NaiveSearch {
    private let texts: [(conversation: NaiveConversation, folded: [String])]

    init(_ conversations: [NaiveConversation]) {
        texts = conversations.map { ($0, $0.texts.map(Self.folded)) }
    }

    /// A few words of the texts: whole ones in Latin letters, and two characters out of the middle of a Chinese sentence.
    var words: [String] {
        stride(from: 0, to: texts.count, by: max(1, texts.count / 5)).compactMap { place in
            let text = texts[place].folded.first ?? ""
            let words = text.split { !$0.isLetter && !$0.isNumber }
            if let run = words.first(where: { $0.count > 4 && $0.unicodeScalars.allSatisfy(Self.isChinese) }) {
                return String(run.dropFirst().prefix(2))
            }
            let latin = words.filter { $0.utf8.allSatisfy { 0x61...0x7A ~= $0 } }
            return latin.max { $0.count < $1.count }.map(String.init)
        }
    }

    /// - Parameter name: the customer's, which counts wherever in it the word is.
    func ids(with word: String, name: (NaiveConversation) -> String) -> [String] {
        texts.filter { conversation, folded in
            folded.contains { finds(word, in: $0) } || name(conversation).lowercased().contains(word)
        }.map(\.conversation.id)
    }

    /// Chinese anywhere, else at the beginning of a word.
    private func finds(_ word: String, in text: String) -> Bool {
        if word.unicodeScalars.contains(where: Self.isChinese) { return text.contains(word) }
        return text.ranges(of: word).contains { range in
            guard range.lowerBound > text.startIndex else { return true }
            let before = text[text.index(before: range.lowerBound)]
            return !before.isLetter && !before.isNumber
        }
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    private static func isChinese(_ scalar: Unicode.Scalar) -> Bool { 0x4E00...0x9FFF ~= scalar.value }
}
