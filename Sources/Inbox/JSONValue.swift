import Foundation

/// Any JSON, as a value: what came from outside and is kept as it is.
public enum JSONValue: Codable, Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number that 64 bits hold.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A string.
    case text(String)
    /// An array.
    case list([JSONValue])
    /// An object.
    case object([String: JSONValue])

    /// - Parameter json: UTF-8.
    /// - Returns: nil for what is no JSON, or is nested deeper than `depthLimit`, so that walking it is safe on any stack.
    public init?(json: [UInt8], depthLimit: Int = 32) {
        // A zero byte is how the decoder recognises UTF-16, in which the depth cannot be counted by bytes.
        guard !json.contains(0), Self.depth(of: json) <= depthLimit else { return nil }
        guard let value = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = value
    }

    /// The first kind that fits; texts first, because most values are one and each miss costs a thrown error.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let list = try? value.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    /// As the JSON it came from.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }

    /// JSON with sorted keys and without spaces: the same for equal values.
    ///
    /// Empty only for a number that JSON has no writing for, which none that was read from JSON is.
    public var canonicalText: String {
        (try? Self.canonicalEncoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    static var canonicalEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// What an object has under that key; nil of anything else.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The string, where it is one.
    public var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The elements, where it is an array.
    public var list: [JSONValue]? {
        guard case .list(let list) = self else { return nil }
        return list
    }

    /// The same object with these fields; anything else is that object alone.
    func merging(_ fields: [String: JSONValue]) -> JSONValue {
        guard case .object(let object) = self else { return .object(fields) }
        return .object(object.merging(fields) { $1 })
    }

    /// The same without what any object in it has under that key.
    func removing(key: String) -> JSONValue {
        switch self {
        case .list(let list): .list(list.map { $0.removing(key: key) })
        case .object(let object): .object(object.filter { $0.key != key }.mapValues { $0.removing(key: key) })
        default: self
        }
    }

    /// How many arrays and objects are open at once at most, counted without recursion.
    private static func depth(of json: [UInt8]) -> Int {
        var (depth, deepest, isInText, isEscaped) = (0, 0, false, false)
        for byte in json {
            if isEscaped {
                isEscaped = false
            } else if isInText {
                isEscaped = byte == UInt8(ascii: "\\")
                isInText = byte != UInt8(ascii: "\"")
            } else if byte == UInt8(ascii: "\"") {
                isInText = true
            } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
                depth += 1
                deepest = max(deepest, depth)
            } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
                depth -= 1
            }
        }
        return deepest
    }
}
