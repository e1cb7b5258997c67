import ChangeLog

import struct Foundation.Data
import class Foundation.JSONDecoder

/// Reads a trace of an inbox, `inbox-ops/1`: JSON Lines, a header and then an operation a line, those of one user
/// action next to each other.
struct TraceReader {
    /// How many operations a stretch has; what diverges in a measurement is taken from one.
    static let stretchOperations = 10_000

    private let nextLine: () throws -> [UInt8]?
    private let decoder = JSONDecoder()
    private var lineNumber = 0
    private var operationNumber = 0
    /// The first line of the batch after the one handed out.
    private var held: TraceLine?
    /// The agents' devices, besides the gateway.
    private(set) var agents = 0

    /// - Parameter nextLine: the lines without their breaks; nil at the end.
    init(_ nextLine: @escaping () throws -> [UInt8]?) throws {
        self.nextLine = nextLine
        lineNumber = 1
        guard let line = try nextLine(), let header = try? decoder.decode(Header.self, from: Data(line)),
            header.trace == "inbox-ops/1", (1...100).contains(header.replicas)
        else { throw BenchmarkFailure.notATrace(line: 1) }
        agents = header.replicas
    }

    private struct Header: Decodable {
        let trace: String
        let replicas: Int
    }

    /// The next user action; nil at the end.
    mutating func next() throws -> TraceBatch? {
        guard let first = try takeLine() else { return nil }
        var batch = TraceBatch(
            at: first.at, actor: first.actor, operations: [first.operation],
            stretch: operationNumber / Self.stretchOperations)
        while let line = try takeLine() {
            guard line.batch == first.batch else {
                held = line
                break
            }
            batch.operations.append(line.operation)
        }
        operationNumber += batch.operations.count
        return batch
    }

    private mutating func takeLine() throws -> TraceLine? {
        if let line = held {
            held = nil
            return line
        }
        lineNumber += 1
        guard let bytes = try nextLine() else { return nil }
        do {
            return try decoder.decode(TraceLine.self, from: Data(bytes))
        } catch {
            throw BenchmarkFailure.notATrace(line: lineNumber)
        }
    }
}

/// One line of a trace.
private struct TraceLine: Decodable {
    let at: UInt64
    let actor: TraceActor
    let batch: Int
    let operation: TraceOperation

    private enum Keys: String, CodingKey {
        case at, actor, op, lead, name, locale, email, phone, channel, subject, id, from, author, text, field, value
        case batch = "b"
        case conversation = "conv"
        case object = "obj"
        case key
    }

    private typealias Fields = KeyedDecodingContainer<Keys>

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Keys.self)
        at = try fields.decode(UInt64.self, forKey: .at)
        batch = try fields.decode(Int.self, forKey: .batch)
        guard let actor = TraceActor(name: try fields.decode(String.self, forKey: .actor)) else {
            throw Self.unknown(.actor, in: fields)
        }
        self.actor = actor
        operation = try Self.operation(in: fields)
    }

    private static func operation(in fields: Fields) throws -> TraceOperation {
        switch try fields.decode(String.self, forKey: .op) {
        case "lead.new": return try newLead(in: fields)
        case "conv.new": return try newConversation(in: fields)
        case "msg": return try message(in: fields)
        case "set": return try set(in: fields)
        case "read": return .read(conversation: try fields.decode(String.self, forKey: .conversation))
        case "add": return .add(try object(in: fields), label: try fields.decode(String.self, forKey: .value))
        case "rem": return .remove(try object(in: fields), label: try fields.decode(String.self, forKey: .value))
        default: throw unknown(.op, in: fields)
        }
    }

    private static func newLead(in fields: Fields) throws -> TraceOperation {
        .newLead(
            lead: try fields.decode(String.self, forKey: .lead), name: try fields.decode(String.self, forKey: .name),
            locale: try fields.decodeIfPresent(String.self, forKey: .locale),
            email: try fields.decodeIfPresent(String.self, forKey: .email),
            phone: try fields.decodeIfPresent(String.self, forKey: .phone))
    }

    private static func newConversation(in fields: Fields) throws -> TraceOperation {
        .newConversation(
            conversation: try fields.decode(String.self, forKey: .conversation),
            lead: try fields.decode(String.self, forKey: .lead),
            channel: try fields.decode(String.self, forKey: .channel),
            subject: try fields.decodeIfPresent(String.self, forKey: .subject))
    }

    private static func message(in fields: Fields) throws -> TraceOperation {
        let message = TraceMessage(
            id: try fields.decode(String.self, forKey: .id), from: try fields.decode(String.self, forKey: .from),
            author: try fields.decodeIfPresent(String.self, forKey: .author),
            text: try fields.decode(String.self, forKey: .text))
        return .message(conversation: try fields.decode(String.self, forKey: .conversation), message)
    }

    private static func set(in fields: Fields) throws -> TraceOperation {
        let field = try fields.decode(String.self, forKey: .field)
        let value: Value =
            field == "score"
            ? .integer(try fields.decode(Int64.self, forKey: .value))
            : .text(try fields.decode(String.self, forKey: .value))
        return .set(try object(in: fields), field: field, value)
    }

    private static func object(in fields: Fields) throws -> TraceObject {
        let key = try fields.decode(String.self, forKey: .key)
        switch try fields.decode(String.self, forKey: .object) {
        case "lead": return .lead(key)
        case "conv": return .conversation(key)
        default: throw unknown(.object, in: fields)
        }
    }

    private static func unknown(_ key: Keys, in fields: Fields) -> DecodingError {
        .dataCorruptedError(forKey: key, in: fields, debugDescription: "unknown")
    }
}
