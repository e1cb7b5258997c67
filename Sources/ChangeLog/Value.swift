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
