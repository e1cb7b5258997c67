import Foundation
import Testing

/// Holds `Docs/SECURITY.md` to the suite: what it says is shown by a test is shown by one of that name.
struct SecurityDocumentTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `every test that the threat model names is there`() throws {
        let page = try String(contentsOf: Self.root.appending(path: "Docs/SECURITY.md"), encoding: .utf8)
        let names = page.matches(of: /`([a-z][^`]* [^`]*)`/).map { String($0.output.1) }.filter {
            !$0.hasPrefix("nexus ")
        }
        #expect(names.count > 60)
        let tests = try sources().joined(separator: "\n")
        let missing = names.filter { !tests.contains("func `\($0)`") }
        #expect(missing == [])
    }

    private func sources() throws -> [String] {
        let folder = Self.root.appending(path: "Tests")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
            try String(contentsOf: $0, encoding: .utf8)
        }
    }
}
