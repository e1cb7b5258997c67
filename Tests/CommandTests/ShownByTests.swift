import Foundation
import Testing

/// Holds pages to the suite: what they say is shown by a test is shown by one of that name.
struct ShownByTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: ["SECURITY", "INBOX", "SYNC"])
    func `every test that a page names is there`(name: String) throws {
        let page = try String(contentsOf: Self.root.appending(path: "Docs/\(name).md"), encoding: .utf8)
        let names = page.matches(of: /`([a-z][^`]* [^`]*)`/).map {
            $0.output.1.replacing(/\n */, with: " ")
        }.filter { !$0.hasPrefix("nexus ") }
        #expect(names.count > (name == "SYNC" ? 8 : 60))
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
