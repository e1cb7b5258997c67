import Foundation
import Inbox

/// Ranks articles by how well they fit a question: BM25 over folded words, the title's counted several times.
///
/// Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009; the inverse document
/// frequency is the one that is never below 0.
struct ArticleIndex: Sendable {
    /// How many times a word of the title counts.
    static let titleWeight = 3
    /// How soon more of one word stops to matter.
    static let saturation = 1.2
    /// How much the length of an article matters, from 0 to 1.
    static let lengthShare = 0.75

    /// An article that has words of the question.
    struct Hit: Sendable {
        let article: Article
        /// Above 0; comparable within one question only.
        let score: Double
        /// How sure it is that this is the answer, from 0 to 1.
        let confidence: Double
    }

    private struct Document: Sendable {
        let article: Article
        let countByTerm: [String: Int]
        let titleTerms: Set<String>
        let length: Int
    }

    private struct Scored: Comparable {
        let document: Document
        let score: Double

        static func == (left: Self, right: Self) -> Bool {
            left.score == right.score && left.document.article.id == right.document.article.id
        }

        static func < (left: Self, right: Self) -> Bool {
            guard left.score == right.score else { return left.score > right.score }
            return left.document.article.id < right.document.article.id
        }
    }

    private let documents: [Document]
    private let documentCountByTerm: [String: Int]
    private let averageLength: Double

    init(_ articles: [Article]) {
        documents = articles.map(Self.document)
        documentCountByTerm = documents.reduce(into: [:]) { counts, document in
            for term in document.countByTerm.keys { counts[term, default: 0] += 1 }
        }
        averageLength = Double(documents.map(\.length).reduce(0, +)) / Double(max(documents.count, 1))
    }

    /// All that have a word of the question, the best first; of equal ones the one with the lower id.
    func hits(for question: FoldedText) -> [Hit] {
        let terms = Set(Terms.of(question))
        let ranked = documents.map { Scored(document: $0, score: score(terms, $0)) }.filter { $0.score > 0 }.sorted()
        return ranked.indices.map { place in
            let hit = ranked[place]
            let rival = ranked.indices.contains(place + 1) ? ranked[place + 1].score / hit.score : 0
            return Hit(
                article: hit.document.article, score: hit.score,
                confidence: confidence(terms, hit.document, rival: rival))
        }
    }

    /// How rare a word is among the articles.
    func weight(of term: String) -> Double {
        let count = Double(documentCountByTerm[term] ?? 0)
        return log(1 + (Double(documents.count) - count + 0.5) / (count + 0.5))
    }

    private func score(_ terms: Set<String>, _ document: Document) -> Double {
        // In order: of the same numbers in another order the sum may differ in its last bits.
        terms.sorted().reduce(0) { sum, term in
            guard let count = document.countByTerm[term].map(Double.init) else { return sum }
            let length = 1 - Self.lengthShare + Self.lengthShare * Double(document.length) / averageLength
            return sum + weight(of: term) * count * (Self.saturation + 1) / (count + Self.saturation * length)
        }
    }

    private static func document(_ article: Article) -> Document {
        let title = Terms.of(FoldedText(article.title))
        var terms = Array(repeating: title, count: titleWeight).flatMap(\.self)
        terms += Terms.of(FoldedText(article.text))
        for label in article.labels { terms += Terms.of(FoldedText(label)) }
        let counts: [String: Int] = terms.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return Document(article: article, countByTerm: counts, titleTerms: Set(title), length: terms.count)
    }

    // MARK: Confidence

    /// Three tenths for how much of the question the article has, seven for how well question and title cover each other
    /// (the harmonic mean of both shares), words weighed by how rare they are; less where the next article is as good.
    ///
    /// - Parameter rival: the next one's share of the score.
    private func confidence(_ terms: Set<String>, _ document: Document, rival: Double) -> Double {
        let question = weight(of: terms)
        let title = weight(of: document.titleTerms)
        guard question > 0 else { return 0 }
        let inText = weight(of: terms.filter { document.countByTerm[$0] != nil }) / question
        let shared = weight(of: terms.intersection(document.titleTerms))
        let overlap = shared > 0 ? 2 * shared / (question + title) : 0
        return (0.3 * inText + 0.7 * overlap) * (1 - 0.5 * pow(rival, 4))
    }

    private func weight(of terms: Set<String>) -> Double { terms.sorted().reduce(0) { $0 + weight(of: $1) } }
}

/// The words of a text that say what it is about, each brought to one form.
enum Terms {
    /// Small words are left out.
    static func of(_ text: FoldedText) -> [String] {
        text.texts.filter { !StopWords.all.contains($0) }.map(stem)
    }

    /// Without a plural's ending in languages that form it with an s, and without the Arabic article.
    static func stem(_ word: String) -> String {
        if word.count > 4, word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        if word.count > 3, word.hasSuffix("s"), !word.hasSuffix("ss") { return String(word.dropLast()) }
        if word.count > 4, word.hasPrefix("ال") { return String(word.dropFirst(2)) }
        return word
    }
}
