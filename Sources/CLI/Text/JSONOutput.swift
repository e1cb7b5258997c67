/// A JSON value on its way out. Objects keep the order in which they were built, so output can be compared.
///
/// Source: RFC 8259.
enum JSONOutput: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Infinity and NaN, which JSON lacks, are written as null.
    case number(Double)
    case string(String)
    case array([JSONOutput])
    /// Keys are the builder's to keep apart; a double one is written twice.
    case object([(String, JSONOutput)])

    /// - Parameter pretty: One element or member a line, two spaces a level; otherwise no blank at all.
    func text(pretty: Bool = false) -> String {
        var bytes: [UInt8] = []
        write(to: &bytes, pretty: pretty)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the value as UTF-8, without a line end after it.
    func write(to bytes: inout [UInt8], pretty: Bool = false) {
        var writer = JSONWriter(bytes: bytes, isPretty: pretty)
        // The writer holds the only reference from here on, so appending does not copy what is there.
        bytes = []
        writer.write(self)
        bytes = writer.bytes
    }
}

private struct JSONWriter {
    var bytes: [UInt8]
    let isPretty: Bool
    private var depth = 0

    init(bytes: [UInt8], isPretty: Bool) {
        self.bytes = bytes
        self.isPretty = isPretty
    }

    mutating func write(_ value: JSONOutput) {
        switch value {
        case .null: append("null")
        case .bool(let bool): append(bool ? "true" : "false")
        case .integer(let integer): append(String(integer))
        case .number(let number): append(number.isFinite ? number.description : "null")
        case .string(let string): write(string)
        case .array(let elements): write(elements, "[", "]") { $0.write($1) }
        case .object(let members): write(members, "{", "}") { $0.write($1.0, $1.1) }
        }
    }

    private mutating func write(_ key: String, _ value: JSONOutput) {
        write(key)
        append(isPretty ? ": " : ":")
        write(value)
    }

    private mutating func write<Item>(
        _ items: [Item], _ start: Unicode.Scalar, _ end: Unicode.Scalar, each: (inout Self, Item) -> Void
    ) {
        bytes.append(UInt8(ascii: start))
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine()
            each(&self, item)
        }
        depth -= 1
        if !items.isEmpty { breakLine() }
        bytes.append(UInt8(ascii: end))
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        append("\n")
        for _ in 0..<depth { append("  ") }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    // MARK: Strings

    private mutating func write(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { writeEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies in runs: few bytes need an escape.
    private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            let length = escapedLength(text, at: index)
            guard length > 0 else { continue }
            bytes.append(contentsOf: text[start..<index])
            writeEscape(text[index + length - 1])
            start = index + length
        }
        bytes.append(contentsOf: text[start...])
    }

    /// The bytes of the character at `index` if it must not stand as it is, otherwise 0.
    ///
    /// RFC 8259 names C0, the quote and the backslash. DEL and C1 (C2 80 ... C2 9F in UTF-8) are escaped as well,
    /// as it allows: to a terminal that shows the output they are commands.
    private func escapedLength(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch text[index] {
        case 0..<0x20, 0x22, 0x5C, 0x7F: 1
        case 0xC2 where index + 1 < text.count && 0x80...0x9F ~= text[index + 1]: 2
        default: 0
        }
    }

    /// - Parameter code: of the character, below 0xA0; for C1 it is also the last byte of its UTF-8.
    private mutating func writeEscape(_ code: UInt8) {
        switch code {
        case 0x08: append(#"\b"#)
        case 0x09: append(#"\t"#)
        case 0x0A: append(#"\n"#)
        case 0x0C: append(#"\f"#)
        case 0x0D: append(#"\r"#)
        case 0x22: append(#"\""#)
        case 0x5C: append(#"\\"#)
        default:
            append(#"\u00"#)
            append(code < 0x10 ? "0" : "")
            append(String(code, radix: 16))
        }
    }
}

// MARK: Literals

extension JSONOutput: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    init(nilLiteral: ()) { self = .null }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(stringLiteral value: String) { self = .string(value) }
    init(arrayLiteral elements: JSONOutput...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, JSONOutput)...) { self = .object(members) }
}
