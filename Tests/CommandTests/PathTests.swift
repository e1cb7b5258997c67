import Foundation
import Testing

/// Holds the story in the documents to the code.
struct PathTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `every stop of a change is marked once, in the file that the architecture names`() throws {
        let marked = try Self.markedStops()
        #expect(marked.map(\.stop).sorted() == Array(1...10))
        let table = try String(contentsOf: Self.root.appendingPathComponent("Docs/ARCHITECTURE.md"), encoding: .utf8)
        for (stop, file) in marked { #expect(table.contains("| \(stop) | `\(file)` |"), "stop \(stop) is in \(file)") }
    }

    @Test func `every document that a document points to is there`() throws {
        let documents = try Self.files(in: "Docs", ending: ".md") + ["README.md"]
        for document in documents {
            let url = Self.root.appendingPathComponent(document)
            for link in try String(contentsOf: url, encoding: .utf8).matches(of: /\]\(([A-Za-z][^):#]*)\)/) {
                let target = url.deletingLastPathComponent().appendingPathComponent(String(link.output.1))
                #expect(FileManager.default.fileExists(atPath: target.path), "\(document) points to \(link.output.1)")
            }
        }
    }

    private static func markedStops() throws -> [(stop: Int, file: String)] {
        try files(in: "Sources", ending: ".swift").flatMap { file in
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            return text.matches(of: /Path of a change, stop ([0-9]+):/).compactMap { match in
                Int(match.output.1).map { ($0, String(file.dropFirst("Sources/".count))) }
            }
        }
    }

    private static func files(in folder: String, ending: String) throws -> [String] {
        let path = root.appendingPathComponent(folder).path
        return try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(ending) }
            .map { folder + "/" + $0 }
    }
}
