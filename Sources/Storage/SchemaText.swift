import ChangeLog

/// A schema in words: for its reference page, and to tell whether two are alike.
extension Schema {
    /// Sixteen bytes that differ when anything does from which tables, merging or rights follow.
    ///
    /// Every opening of a replica asks for it; so nothing here is described by reflection, which is slow to begin.
    var fingerprint: [UInt8] {
        var lines: [String] = []
        for root in roots {
            lines.append("\(root.number) \(root.name)")
            for field in root.fields {
                lines.append("\(field.number) \(field.name) \(field.kind.text) \(field.writers.text)")
                lines += Role.allCases.filter(field.yielding.contains).map { "\($0.name) yields" }
                lines += field.writers.limitLines
                lines += field.kind.columns.map {
                    "\($0.number) \($0.name) \($0.type.rawValue)\($0.isIndexed ? " indexed" : "")"
                }
                if let condition = field.kind.markedCondition { lines.append(condition) }
            }
        }
        return Digest.of(Array(lines.joined(separator: "\n").utf8), domain: "nexus schema", byteCount: 16)
    }
}

extension Schema.Kind {
    /// The CRDT, and what it holds.
    public var text: String {
        switch self {
        case .register(let type): "register of \(type.rawValue)"
        case .causalRegister(let type): "causal register of \(type.rawValue)"
        case .set(let type): "observed-remove set of \(type.rawValue)"
        case .sequence: "causal sequence"
        case .mark(let sequence): "high-water mark over `\(sequence)`"
        }
    }

    var columns: [Schema.Column] { if case .sequence(let columns, _) = self { columns } else { [] } }

    fileprivate var markedCondition: String? { if case .sequence(_, let marked) = self { marked } else { nil } }
}

extension Schema.Writers {
    /// Roles by rank; those that may write their own only are followed by "(own)".
    var text: String {
        Role.allCases.compactMap { role in
            if any.contains(role) { return role.name }
            return own.contains(role) ? "\(role.name) (own)" : nil
        }.joined(separator: ", ")
    }

    /// A line for each role that has a limit, by rank.
    fileprivate var limitLines: [String] {
        Role.allCases.compactMap { role in only[role].map { "\(role.name) only \($0.exact)" } }
    }
}

extension Schema.Limit {
    /// Everything but names for people.
    fileprivate var exact: String {
        switch self {
        case .values(let values): values.map(\.exact).joined(separator: " or ")
        case .shapes(let shapes): shapes.map(\.exact).joined(separator: " or ")
        }
    }
}

extension Schema.Shape {
    fileprivate var exact: String {
        let columns = columns.sorted { $0.key < $1.key }.map { column in
            ([column.key] + column.value.map(\.exact)).joined(separator: " ")
        }
        return "\(mayBeNamed) \(mayBePlaced) " + columns.joined(separator: ", ")
    }
}

extension Value {
    /// No two values have the same.
    fileprivate var exact: String {
        switch self {
        case .null: "-"
        case .integer(let number): "\(number)"
        case .text(let text): "'\(text)'"
        case .bytes(let bytes): "x\(Base32.text(bytes))"
        }
    }
}
