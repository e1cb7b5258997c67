import Foundation

/// Why a line of a file was not taken. Facts only; never a piece of the line.
public enum LineRejection: Error, Hashable, Sendable {
    /// Not JSON of the shape the file must have.
    case malformed
    /// A field is missing or empty.
    case missing(String)
    /// A time that is not RFC 3339.
    case badTime
    /// A text with more bytes of UTF-8 than the format allows.
    case textTooLong
    /// The same message id twice in one conversation.
    case repeatedMessageID
    /// Of another channel than the one this gateway serves.
    case otherChannel
    /// A kind of message there is not.
    case unknownKind
    /// Not a name or a title: see ``ItemName``.
    case badName
    /// What an earlier line of the file says otherwise.
    case contradiction
    /// Not one of the values that this field can have.
    case badValue(String)
}

/// A conversation as a line of an import file holds it.
public struct ImportedConversation: Decodable, Sendable {
    let id: String
    let channel: String?
    let customer: Customer?
    let subject: String?
    let status: String?
    let messages: [Message]
    let labels: [String]?
    let source: String?

    /// Who wrote in.
    struct Customer: Decodable {
        let name: String?
        let email: String?
        let phone: String?
        let locale: String?
        let username: String?
        let attributes: JSONText?
    }

    /// One message of it.
    struct Message: Decodable {
        let id: String?
        let from: String
        let author: String?
        let text: String
        let at: String?
        let details: MessageDetails

        var fits: Bool {
            text.utf8.count <= 1 << 20 && (details.text?.utf8.count ?? 0) <= 1 << 20
                && max(author?.utf8.count ?? 0, id?.utf8.count ?? 0) <= ImportedConversation.fieldLimit
        }

        private enum Keys: String, CodingKey { case id, from, author, text, at }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            id = try values.decodeIfPresent(String.self, forKey: .id)
            from = try values.decode(String.self, forKey: .from)
            author = try values.decodeIfPresent(String.self, forKey: .author)
            text = try values.decode(String.self, forKey: .text)
            at = try values.decodeIfPresent(String.self, forKey: .at)
            details = try MessageDetails(from: decoder)
        }
    }

    /// How many messages the line holds.
    public var messageCount: Int { messages.count }

    /// - Parameter line: UTF-8, without the line break.
    public init(line: [UInt8]) throws(LineRejection) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw .malformed
        }
        guard !id.isEmpty else { throw .missing("id") }
        guard messages.allSatisfy(\.fits), fields.allSatisfy({ $0.utf8.count <= Self.fieldLimit }) else {
            throw .textTooLong
        }
        guard ImportedLabels(labels ?? []).text.utf8.count <= 1 << 19 else { throw .textTooLong }
        guard messages.allSatisfy({ $0.at.map { Instant.parse($0) != nil } ?? true }) else { throw .badTime }
        let ids = messages.compactMap(\.id)
        guard Set(ids).count == ids.count else { throw .repeatedMessageID }
    }

    /// Bytes of a field that is no message's text: all of them together fit into one change.
    static let fieldLimit = 1 << 16

    private var fields: [String] {
        let customer = [
            customer?.name, customer?.email, customer?.phone, customer?.locale, customer?.username,
            customer?.attributes?.text,
        ]
        return ([channel, subject, status, source, id] + customer).compactMap { $0 } + (labels ?? [])
    }

    var isClosed: Bool { ["solved", "closed", "spam"].contains(status) }
}

/// What a message carried besides its text: kept, not interpreted.
struct MessageDetails: Codable {
    let editedAt: String?
    let solution: Bool?
    let spam: Bool?
    let helpful: Int64?
    let unhelpful: Int64?
    let attachments: [String]?

    private enum CodingKeys: String, CodingKey {
        case editedAt = "edited_at"
        case solution, spam, helpful, unhelpful, attachments
    }

    /// JSON with sorted keys; nil where there is nothing to keep.
    var text: String? {
        guard
            editedAt != nil || solution != nil || spam != nil || helpful != nil || unhelpful != nil
                || attachments != nil
        else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The labels that imports brought: JSON, so that any text can be one.
struct ImportedLabels {
    /// Sorted, each once, none empty.
    let all: [String]

    init(_ labels: some Sequence<String>) { all = Set(labels).filter { !$0.isEmpty }.sorted() }

    init(text: String?) { self.init((try? JSONDecoder().decode([String].self, from: Data((text ?? "").utf8))) ?? []) }

    var text: String { (try? JSONEncoder().encode(all)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}

/// Any JSON, kept as text with sorted keys.
struct JSONText: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let json = try JSONValue.canonicalEncoder.encode(JSONValue(from: decoder))
        text = String(decoding: json, as: UTF8.self)
    }
}
