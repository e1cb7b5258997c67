public import ChangeLog

/// A schema as a page for people.
extension Schema {
    /// The reference page: every root, field and column with its number, kind and version, and who may write what into
    /// it, in Markdown.
    public var reference: String { roots.map(\.reference).joined(separator: "\n") }
}

extension Schema.Root {
    fileprivate var reference: String {
        var lines = ["## \(number). \(name)", "", about, ""]
        lines += Self.table(
            ["no.", "field", "kind", "since", "holds"], aligned: ["---:", "---", "---", "---:", "---"]
        ) {
            fields.map { ["\($0.number)", "`\($0.name)`", $0.kind.text, "\($0.since)", $0.about] }
        }
        lines += ["", "Who may write what into a `\(name)`:", ""]
        lines += Self.table(["field"] + Role.allCases.map(\.name)) {
            fields.map { field in ["`\(field.name)`"] + Role.allCases.map(field.cell) }
        }
        for field in fields where !field.kind.columns.isEmpty { lines += Self.elements(of: field) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func elements(of field: Schema.Field) -> [String] {
        let columns = field.kind.columns
        var lines = ["", "An element of `\(field.name)`:", ""]
        lines += table(["no.", "column", "type", "holds"], aligned: ["---:", "---", "---", "---"]) {
            columns.map { ["\($0.number)", "`\($0.name)`", $0.type.rawValue, $0.about] }
        }
        let shapes = field.writers.shapes
        guard !shapes.isEmpty else { return lines }
        lines += ["", "By what it holds, it is:", ""]
        lines += shapes.map { "- *\($0.name)*: \($0.about)" }
        lines += [""]
        lines += table(["", "natural id", "own position"] + columns.map { "`\($0.name)`" }) {
            shapes.map { shape in
                ["*\(shape.name)*", shape.mayBeNamed ? "any" : "-", shape.mayBePlaced ? "any" : "-"]
                    + columns.map { shape.columns[$0.name]?.map(\.cell).joined(separator: " or ") ?? "any" }
            }
        }
        return lines
    }

    private static func table(_ head: [String], aligned: [String]? = nil, _ rows: () -> [[String]]) -> [String] {
        let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
        let alignment = aligned ?? head.map { _ in "---" }
        return [line(head), "|" + alignment.joined(separator: "|") + "|"] + rows().map(line)
    }
}

extension Schema.Field {
    /// What a role may write, as in the page's table.
    fileprivate func cell(of role: Role) -> String {
        writers.cell(of: role) + (yielding.contains(role) ? ", yields" : "")
    }
}

extension Schema.Writers {
    /// What a role may write, in a word or a few: "any", "own", "only" with what it may, or "-" for nothing.
    public func cell(of role: Role) -> String {
        guard contains(role) else { return "-" }
        let limit = only[role].map { "only \($0.cell)" }
        if any.contains(role) { return limit ?? "any" }
        return limit.map { "own, \($0)" } ?? "own"
    }

    /// Every shape that a role is limited to, once, by the roles' rank.
    fileprivate var shapes: [Schema.Shape] {
        var shapes: [Schema.Shape] = []
        for role in Role.allCases {
            guard case .shapes(let own) = only[role] else { continue }
            shapes += own.filter { !shapes.contains($0) }
        }
        return shapes
    }
}

extension Schema.Limit {
    fileprivate var cell: String {
        switch self {
        case .values(let values): values.map(\.cell).joined(separator: " or ")
        case .shapes(let shapes): shapes.map { "*\($0.name)*" }.joined(separator: " or ")
        }
    }
}

extension Value {
    fileprivate var cell: String {
        switch self {
        case .null: "-"
        case .integer(let number): "`\(number)`"
        case .text(let text): "`\(text)`"
        case .bytes(let bytes): "`\(Base32.text(bytes))`"
        }
    }
}
