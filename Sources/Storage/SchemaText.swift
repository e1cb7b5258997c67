import ChangeLog

/// A schema in words: for its reference page, and to tell whether two are alike.
extension Schema {
    /// Sixteen bytes that differ when anything does from which tables, merging or rights follow.
    var fingerprint: [UInt8] {
        var lines: [String] = []
        for root in roots {
            lines.append("\(root.number) \(root.name)")
            for field in root.fields {
                lines.append("\(field.number) \(field.name) \(field.kind.text) \(field.writers.text)")
                lines += field.kind.columns.map { "\($0.number) \($0.name) \($0.type)" }
                if let condition = field.kind.markedCondition { lines.append(condition) }
            }
        }
        return Digest.of(Array(lines.joined(separator: "\n").utf8), domain: "nexus schema", byteCount: 16)
    }

    /// The reference page: every root, field and column, with its number, kind, writers and version, in Markdown.
    public var reference: String { roots.map(\.reference).joined(separator: "\n") }
}

extension Schema.Root {
    fileprivate var reference: String {
        var lines = ["## \(number). \(name)", "", about, "", "| no. | field | kind | may write | since | holds |"]
        lines.append("|---:|---|---|---|---:|---|")
        for field in fields {
            lines.append(
                "| \(field.number) | `\(field.name)` | \(field.kind.text) | \(field.writers.text) | \(field.since) "
                    + "| \(field.about) |")
        }
        for field in fields where !field.kind.columns.isEmpty {
            lines += [
                "", "An element of `\(field.name)`:", "", "| no. | column | type | holds |", "|---:|---|---|---|",
            ]
            for column in field.kind.columns {
                lines.append("| \(column.number) | `\(column.name)` | \(column.type) | \(column.about) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Schema.Kind {
    /// The CRDT, and what it holds.
    public var text: String {
        switch self {
        case .register(let type): "register of \(type)"
        case .causalRegister(let type): "causal register of \(type)"
        case .set(let type): "observed-remove set of \(type)"
        case .sequence: "causal sequence"
        case .mark(let sequence): "high-water mark over `\(sequence)`"
        }
    }

    var columns: [Schema.Column] { if case .sequence(let columns, _) = self { columns } else { [] } }

    fileprivate var markedCondition: String? { if case .sequence(_, let marked) = self { marked } else { nil } }
}

extension Schema.Writers {
    /// Roles by rank; those that may write their own only are followed by "(own)".
    public var text: String {
        Role.allCases.compactMap { role in
            if any.contains(role) { return role.name }
            return own.contains(role) ? "\(role.name) (own)" : nil
        }.joined(separator: ", ")
    }
}
