import ChangeLog
import Foundation
import Inbox
import Testing

@testable import Assistant

/// Real questions about real articles, and about something else, which are not part of this package.
@Suite(.enabled(if: Questions.areHere, "the questions are not beside the package"))
struct RealQuestionTests {
    /// What the thresholds are documented to do, measured anew.
    @Test func `from the threshold on five of six answers are right, and nothing else is answered`() throws {
        let (articles, same, others) = try Questions.all()
        let index = ArticleIndex(articles)
        let thresholds = BuiltInAssistant.Thresholds()
        func best(_ text: String) -> ArticleIndex.Hit? { index.hits(for: FoldedText(text)).first }
        let answered = same.compactMap { query in
            best(query.text).flatMap { $0.confidence >= thresholds.answer ? $0.article.id == query.article : nil }
        }
        let right = answered.filter(\.self).count
        #expect(same.count == 206)
        #expect(answered.count * 100 >= same.count * 25, "\(answered.count) of \(same.count)")
        #expect(right * 6 >= answered.count * 5, "\(right) of \(answered.count) are right")
        let foreign = others.map { best($0)?.confidence ?? 0 }
        let wrong = foreign.filter { $0 >= thresholds.answer }.count
        let escalated = foreign.filter { $0 >= thresholds.escalation }.count
        #expect(wrong * 1_000 <= others.count * 2, "\(wrong) of \(others.count) are answered")
        #expect(escalated * 100 <= others.count * 6, "\(escalated) of \(others.count) are handed over")
    }
}

private enum Questions {
    static let directory: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        return (shared ?? package.deletingLastPathComponent().appending(path: "shared")).appending(path: "data/faq")
    }()

    static var areHere: Bool {
        FileManager.default.fileExists(atPath: directory.appending(path: "cdc-faq.jsonl.gz").path)
    }

    struct Query {
        let text: String
        let article: RootID
    }

    static func all() throws -> (articles: [Article], same: [Query], others: [String]) {
        let faq = try lines("cdc-faq.jsonl.gz")
        let ids = Dictionary(
            uniqueKeysWithValues: faq.enumerated().map { ($1["id"] as? String ?? "", RootID(high: 6, low: UInt64($0))) }
        )
        let articles = faq.enumerated().map {
            Lamps.article(UInt64($0), $1["question"] as? String ?? "", $1["answer"] as? String ?? "")
        }
        let same = try lines("cdc-faq-queries.jsonl.gz").filter { $0["same_question"] as? Bool == true }
        let queries = same.compactMap { line in
            ids[line["faq_id"] as? String ?? ""].map { Query(text: line["query"] as? String ?? "", article: $0) }
        }
        let others = try lines("banking77-queries.jsonl.gz").compactMap { $0["text"] as? String }
        // One of eighteen: enough to tell, and soon done.
        return (articles, queries, others.enumerated().filter { $0.offset % 18 == 0 }.map(\.element))
    }

    private static func lines(_ name: String) throws -> [[String: Any]] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", directory.appending(path: name).path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return data.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
        }
    }
}
