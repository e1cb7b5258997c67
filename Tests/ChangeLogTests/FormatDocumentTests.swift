import CRDT
import Foundation
import Testing

@testable import ChangeLog

/// Holds `Docs/FORMAT.md` to the fixtures: each rule names what proves it, and nothing proves what no rule says.
struct FormatDocumentTests {
    private let document: String

    init() throws {
        let url = FixtureFolder.root.deletingLastPathComponent().appending(path: "Docs/FORMAT.md")
        document = try String(contentsOf: url, encoding: .utf8)
    }

    /// What stands between backquotes.
    private var quoted: Set<String> {
        Set(
            document.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap { index, part in
                index % 2 == 1 && !part.contains("\n") ? String(part) : nil
            })
    }

    @Test func `every fixture is named by a rule`() throws {
        let quoted = quoted
        let unnamed = try Golden.folder.get().names().filter { name in
            !quoted.contains(name) && !name.hasPrefix("bodies-")
        }
        #expect(unnamed.isEmpty)
        #expect(try Rejected.folder.get().names().filter { !quoted.contains("!\($0)") }.isEmpty)
        #expect(try Frame.folder.get().names().filter { !quoted.contains("compression/\($0)") }.isEmpty)
    }

    @Test func `every fixture that a rule names is there`() throws {
        let rejected = Set(try Rejected.folder.get().names())
        for name in quoted where name.hasPrefix("!") && name != "!name" {
            #expect(rejected.contains(String(name.dropFirst())), "\(name)")
        }
        for (prefix, names) in [
            ("signatures/", try SignatureVector.folder.get().names()),
            ("compression/", try Frame.folder.get().names()),
            ("invitations/v1/", try InvitationFile.folder.get().names()),
        ] {
            for name in quoted where name.hasPrefix(prefix) && name != prefix {
                #expect(names.contains(String(name.dropFirst(prefix.count))), "\(name)")
            }
        }
        let golden = Set(try Golden.folder.get().names())
        for rule in document.split(separator: "\n") where rule.hasPrefix("| F") {
            let cell = rule.split(separator: "|").last ?? ""
            for (index, part) in cell.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
                let isName = index % 2 == 1 && !part.contains { " !/".contains($0) } && !part.hasSuffix("-")
                guard isName, !cell.contains("Tests") else { continue }
                #expect(rule.hasPrefix("| F13") || golden.contains(String(part)), "\(part)")
            }
        }
    }

    @Test func `rules are numbered without gaps`() {
        var expected = (section: 2, rule: 1)
        for rule in document.split(separator: "\n").filter({ $0.hasPrefix("| F") }) {
            let number = rule.dropFirst(3).prefix { $0 != " " }.split(separator: ".").compactMap { Int($0) }
            #expect(number.count == 2)
            if number.first != expected.section { expected = (number.first ?? 0, 1) }
            #expect(number.last == expected.rule, "\(rule.prefix(8))")
            expected.rule += 1
        }
        #expect(expected.section == 16)
    }

    @Test func `the change taken apart is the golden one`() throws {
        let golden = try Golden.named("operation-write")
        let rows = document.split(separator: "\n").drop { !$0.hasPrefix("## 14") }.filter { $0.hasPrefix("| ") }
        var bytes: [UInt8] = []
        for row in rows {
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let at = cells.first.flatMap({ Int($0) }), cells.count > 1 else { continue }
            #expect(at == bytes.count)
            bytes += try #require([UInt8](hex: cells[1].filter { $0 != "`" }))
        }
        #expect(bytes == golden.bytes)
        let change = try golden.change(1)
        let wire = try ChangeWire(change.wire[...])
        for derived in [wire.header, wire.parts[0].hash, change.hash.bytes, change.id.bytes, golden.workspace.bytes] {
            #expect(document.contains("`\(derived.hex)`"))
        }
    }

    @Test func `the table of limits has the limits of the code`() {
        for limit in FormatLimit.every {
            let number = limit.rawValue.formatted(.number.locale(Locale(identifier: "en_US")))
            #expect(document.contains("| \(number) |"), "\(limit)")
        }
        #expect(document.contains("| 1,099,511,627,775 (2^40 - 1) |"))
        #expect(ChangeNumber.limit == 1_099_511_627_775)
    }
}

extension FormatLimit {
    fileprivate static let every: [FormatLimit] = [
        .text, .change, .delta, .segments, .operations, .causes, .dots, .acts, .changes, .elementFields,
    ]
}
