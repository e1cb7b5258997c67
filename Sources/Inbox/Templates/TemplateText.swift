/// A text with variables in double braces: `Hello {{1}}` or `Hello {{customer_name}}`.
public struct TemplateText: Hashable, Sendable {
    /// A stretch of it.
    public enum Piece: Hashable, Sendable {
        /// Shown as it is.
        case text(String)
        /// Stands for a value: the name between the braces.
        case variable(String)
    }

    /// As Meta has it, braces and all.
    public let source: String
    /// The source, taken apart. What is no variable for Meta, such as `{{firstName}}`, is text.
    public let pieces: [Piece]
    /// What its author gave for a variable when it was submitted, by name.
    public let examples: [String: String]

    /// - Parameter examples: by variable; those of none are dropped.
    public init(_ source: String, examples: [String: String] = [:]) {
        self.source = source
        let pieces = Self.pieces(of: source)
        self.pieces = pieces
        let variables = Set(pieces)
        self.examples = examples.filter { name, example in !example.isEmpty && variables.contains(.variable(name)) }
    }

    /// The variables' names, each once, in order of appearance.
    public var variables: [String] {
        var seen: Set<String> = []
        return pieces.compactMap { piece in
            guard case .variable(let name) = piece, seen.insert(name).inserted else { return nil }
            return name
        }
    }

    /// With its values. A value is never looked through for variables; one that is missing leaves its braces.
    public func filled(_ value: (String) -> String?) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): value(name) ?? "{{\(name)}}"
            }
        }.joined()
    }

    /// In Unicode scalars.
    var length: Int { source.unicodeScalars.count }

    /// Whether braces remain that make no variable.
    var hasStrayBraces: Bool {
        pieces.contains { piece in
            guard case .text(let text) = piece else { return false }
            return text.contains("{{") || text.contains("}}")
        }
    }

    /// Whether a name can be a variable's: lowercase letters, digits and `_`.
    static func isVariable(_ name: String) -> Bool { !name.isEmpty && name.utf8.allSatisfy(isNameByte) }

    private static func pieces(of source: String) -> [Piece] {
        let bytes = Array(source.utf8)
        var (pieces, textStart, index): ([Piece], Int, Int) = ([], 0, 0)
        func endText(at end: Int) {
            if textStart < end { pieces.append(.text(String(decoding: bytes[textStart..<end], as: UTF8.self))) }
        }
        while index < bytes.count {
            guard let name = variable(in: bytes[index...]) else {
                index += 1
                continue
            }
            endText(at: index)
            pieces.append(.variable(String(decoding: name, as: UTF8.self)))
            index += name.count + 4
            textStart = index
        }
        endText(at: bytes.count)
        return pieces
    }

    /// The name of the variable that the bytes begin with. Reads no further than the name, so that a text full of
    /// open braces is gone through once.
    private static func variable(in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.starts(with: "{{".utf8) else { return nil }
        let name = bytes.dropFirst(2).prefix(while: isNameByte)
        guard !name.isEmpty, bytes.dropFirst(2 + name.count).starts(with: "}}".utf8) else { return nil }
        return name
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}
