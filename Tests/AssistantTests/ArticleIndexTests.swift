import ChangeLog
import Foundation
import Inbox
import TestSupport
import Testing

@testable import Assistant

/// The ranking, against one that is written down as the formula reads.
struct ArticleIndexTests {
    @Test(arguments: Seed.several(30))
    func `every score is what the formula says`(seed: Seed) {
        var dice = Dice(seed)
        let words = (0..<40).map { "word\($0)x" }
        func text(_ lengths: ClosedRange<Int>) -> String {
            (0..<dice.number(lengths)).map { _ in words[min(dice.number(0...39), dice.number(0...39))] }
                .joined(separator: " ")
        }
        let articles = (0..<UInt64(dice.number(1...25))).map { Lamps.article($0, text(1...6), text(0...60)) }
        let index = ArticleIndex(articles)
        for _ in 0..<10 {
            let question = text(1...8)
            let naive = Naive(articles).scores(question)
            let hits = index.hits(for: FoldedText(question))
            #expect(hits.count == naive.count)
            for hit in hits {
                let expected = naive[hit.article.id] ?? -1
                #expect(abs(hit.score - expected) < 1e-9 * max(1, expected))
                #expect((0...1).contains(hit.confidence))
            }
            #expect(hits.map(\.score) == hits.map(\.score).sorted(by: >))
        }
    }

    @Test func `a title that is asked for word for word is certain, and a rival takes from that`() {
        let one = ArticleIndex([Lamps.article(1, "Opening hours", "Nine to five")])
        #expect(one.hits(for: FoldedText("opening hours"))[0].confidence == 1)
        let two = ArticleIndex([1, 2].map { Lamps.article($0, "Opening hours", "Nine to five") })
        #expect(two.hits(for: FoldedText("opening hours")).map(\.confidence) == [0.5, 1])
    }

    @Test func `small words, unknown words and no words find nothing, and no articles are no harm`() {
        let index = ArticleIndex(Lamps.articles)
        for text in ["", "what is the", "zebra", "?!", "\u{0}", String(repeating: "zebra ", count: 20_000)] {
            #expect(index.hits(for: FoldedText(text)).isEmpty)
        }
        #expect(ArticleIndex([]).hits(for: FoldedText("opening hours")).isEmpty)
    }

    @Test func `words are compared without case, accents, plurals and Arabic vowel signs`() {
        for (left, right) in [
            ("ÖFFNUNGSZEITEN", "offnungszeiten"), ("Café", "cafe"), ("deliveries", "delivery"), ("don't", "dont"),
            ("السَّاعَة", "ساعه"), ("ﬁve", "five"), ("Ｈａｌｏ", "halo"),
        ] {
            #expect(FoldedText(left).texts.map(Terms.stem) == FoldedText(right).texts.map(Terms.stem), "\(left)")
        }
        #expect(FoldedText("営業時間は").texts == ["営業", "業時", "時間", "間は"])
        #expect(FoldedText("3.5 kg, ok").words.map(\.clause) == [0, 1, 1, 2])
    }
}

/// BM25 without any index.
private struct Naive {
    private let articles: [Article]

    init(_ articles: [Article]) { self.articles = articles }

    private func terms(of article: Article) -> [String] {
        let title = article.title.split(separator: " ").map(String.init)
        return title + title + title + article.text.split(separator: " ").map(String.init)
    }

    func scores(_ question: String) -> [RootID: Double] {
        let documents = articles.map(terms)
        let average = Double(documents.map(\.count).reduce(0, +)) / Double(documents.count)
        var scores: [RootID: Double] = [:]
        for (article, document) in zip(articles, documents) {
            var score = 0.0
            for term in Set(question.split(separator: " ").map(String.init)) {
                let holding = Double(documents.filter { $0.contains(term) }.count)
                let rarity = log(1 + (Double(documents.count) - holding + 0.5) / (holding + 0.5))
                let times = Double(document.filter { $0 == term }.count)
                score += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * Double(document.count) / average))
            }
            if score > 0 { scores[article.id] = score }
        }
        return scores
    }
}
