import ChangeLog
import Foundation
import TestSupport

/// The tables of rights in Docs/SCHEMA.md, as a reader of the page understands them; what the code declares is not
/// looked at.
struct RightsPage {
    /// What one role may write into one field.
    struct Cell: Equatable {
        /// Nothing else says so: "any" or "own".
        var isFree = false
        var isOwn = false
        /// "only" these: values, or names of elements.
        var values: [String] = []
        var elements: [String] = []

        var isEmpty: Bool { self == Cell() }
    }

    /// What an element of one name holds: a column's values as the page writes them, "-" for nothing; a column that may
    /// hold anything is left out.
    typealias Shape = [String: [String]]

    /// By root and field: "conversation.status".
    private(set) var cells: [String: [Role: Cell]] = [:]
    private(set) var shapes: [String: Shape] = [:]

    init() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/SCHEMA.md")
        var root = ""
        var head: [String] = []
        for line in try String(contentsOf: page, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("## ") { root = String(line.split(separator: " ").last ?? "") }
            guard line.hasPrefix("|") else {
                head = []
                continue
            }
            let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            if head.isEmpty { head = cells } else { take(cells, under: head, of: root) }
        }
    }

    private mutating func take(_ row: [String], under head: [String], of root: String) {
        guard row.count == head.count, !row[0].hasPrefix("---") else { return }
        let named = zip(head, row).dropFirst()
        if head[0] == "field" {
            for (name, text) in named {
                guard let role = Role(name: name) else { continue }
                cells["\(root).\(Self.plain(row[0]))", default: [:]][role] = Self.cell(text)
            }
        } else if head.dropFirst().first == "natural id" {
            let values = named.filter { $0.1 != "any" }.map { (Self.plain($0.0), Self.alternatives($0.1)) }
            shapes[Self.plain(row[0])] = Dictionary(uniqueKeysWithValues: values)
        }
    }

    private static func cell(_ text: String) -> Cell {
        var cell = Cell()
        for part in text.components(separatedBy: ", ") {
            if part.hasPrefix("only ") {
                let alternatives = String(part.dropFirst("only ".count))
                if alternatives.hasPrefix("*") {
                    cell.elements = self.alternatives(alternatives)
                } else {
                    cell.values = self.alternatives(alternatives)
                }
            } else if part != "-" {
                cell.isOwn = part == "own"
                cell.isFree = true
            }
        }
        if !cell.values.isEmpty || !cell.elements.isEmpty { cell.isFree = false }
        return cell
    }

    private static func alternatives(_ text: String) -> [String] { text.components(separatedBy: " or ").map(plain) }

    private static func plain(_ text: String) -> String { text.trimmingCharacters(in: ["`", "*"]) }
}

extension RightsPage.Cell {
    /// Whether the page allows what an operation says; `columns` are those of the field's elements.
    func allows(_ probe: Probe, _ shapes: [String: RightsPage.Shape]) -> Bool {
        if isFree { return true }
        switch probe.content {
        case .value(let text): return values.contains(text)
        case .element(let element):
            return elements.contains { name in
                shapes[name]?.allSatisfy { $1.contains(element[$0] ?? "-") } ?? false
            }
        case .mark: return false
        }
    }
}
