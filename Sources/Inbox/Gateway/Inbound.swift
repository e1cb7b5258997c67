import Foundation

/// A customer's message as a line of JSON brings it to a gateway.
public struct InboundMessage: Decodable, Sendable {
    let channel: String
    let from: Customer
    let providerId: String
    let at: String?
    let kind: String?
    let text: String?

    /// Who wrote it, as the provider knows them.
    struct Customer: Decodable {
        let id: String
        let name: String?
        let phone: String?
        let email: String?
    }

    /// - Parameter line: UTF-8, without the line break.
    public init(line: [UInt8]) throws(LineRejection) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw .malformed
        }
        guard !from.id.isEmpty else { throw .missing("from.id") }
        guard !providerId.isEmpty else { throw .missing("providerId") }
        let fields = [from.id, providerId, channel] + [from.name, from.phone, from.email].compactMap { $0 }
        guard (text ?? "").utf8.count <= 1 << 20,
            fields.allSatisfy({ $0.utf8.count <= ImportedConversation.fieldLimit })
        else { throw .textTooLong }
        if let kind, MessageKind(name: kind) == nil || kind == "note" { throw .unknownKind }
        if let at, Instant.parse(at) == nil { throw .badTime }
    }
}
