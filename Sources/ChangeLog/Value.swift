/// What a field can hold.
public enum Value: Hashable, Sendable {
    /// Nothing: an erased or never set field.
    case null
    /// A signed integer.
    case integer(Int64)
    /// Unicode text, at most 1 MiB of UTF-8.
    case text(String)
    /// Bytes, at most 1 MiB.
    case bytes([UInt8])
}

extension Value {
    /// Texts are equal when their bytes are, as everywhere else in a replica; Swift would take two forms of one letter
    /// for the same.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.bytes(let left), .bytes(let right)): left == right
        default: false
        }
    }

    /// Over the kind and the bytes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let number): hasher.combine(number)
        case .text(let text): for byte in text.utf8 { hasher.combine(byte) }
        case .bytes(let bytes): hasher.combine(bytes)
        }
    }

    /// The integer in it, if it is one.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    /// The text in it, if it is one.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The bytes in it, if they are.
    public var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
}

extension ByteWriter {
    /// A tag (0 null, 1 integer in zigzag, 2 text, 3 bytes), then the value.
    public mutating func value(_ value: Value) {
        switch value {
        case .null: byte(0)
        case .integer(let number):
            byte(1)
            integer(UInt64(bitPattern: number << 1 ^ number >> 63))
        case .text(let text):
            byte(2)
            self.text(text)
        case .bytes(let bytes):
            byte(3)
            sized(bytes)
        }
    }
}

extension ByteReader {
    /// A tag, then the value.
    public mutating func value() throws(FormatRejection) -> Value {
        let tag = try byte()
        switch tag {
        case 0: return .null
        case 1:
            let zigzag = try integer()
            return .integer(Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
        case 2: return .text(try text())
        case 3: return .bytes(Array(try sized(.text)))
        default: throw .unknownFormat(UInt64(tag))
        }
    }
}
