import Foundation
import Testing

@testable import CLI

/// A file of real conversations; none of them is part of this package.
struct ConversationFile: Sendable, CustomTestStringConvertible {
    let name: String
    /// One conversation in so many is taken; all with `NEXUS_ALL_CONVERSATIONS=1` in the environment.
    let stride: Int

    var testDescription: String { name }

    /// Those with texts of many kinds are taken whole, of long ones of one kind enough to be quick.
    static let all = [
        ConversationFile(name: "sample.jsonl", stride: 1),
        ConversationFile(name: "abcd-sample.jsonl.gz", stride: 1),
        ConversationFile(name: "crosswoz-zh-valtest.jsonl.gz", stride: 4),
        ConversationFile(name: "multiwoz-valtest.jsonl.gz", stride: 10),
        ConversationFile(name: "ubuntu-irc.jsonl.gz", stride: 20),
        ConversationFile(name: "thunderbird-support-2023.jsonl.gz", stride: 80),
        ConversationFile(name: "thunderbird-support-2024.jsonl.gz", stride: 80),
        ConversationFile(name: "thunderbird-support-2025.jsonl.gz", stride: 80),
        ConversationFile(name: "thunderbird-support-2026.jsonl.gz", stride: 40),
    ]

    static var areHere: Bool { FileManager.default.fileExists(atPath: directory.path) }

    /// Strings that have broken programs.
    static func naughtyStrings() throws -> [String] {
        let file = directory.appending(path: "unicode/blns.json")
        return try JSONDecoder().decode([String].self, from: Data(contentsOf: file))
    }

    /// The conversations that are taken, a line of JSON each.
    func lines() throws -> [[UInt8]] {
        let stride = ProcessInfo.processInfo.environment["NEXUS_ALL_CONVERSATIONS"] == "1" ? 1 : stride
        var reader = try LineReader(path: Self.directory.appending(path: name).path)
        defer { reader.close() }
        var lines: [[UInt8]] = []
        var number = 0
        while let line = try reader.next() {
            if number % stride == 0 { lines.append(line) }
            number += 1
        }
        return lines
    }

    private static let directory: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        let beside = package.deletingLastPathComponent().appending(path: "shared")
        return (shared ?? beside).appending(path: "data")
    }()
}
