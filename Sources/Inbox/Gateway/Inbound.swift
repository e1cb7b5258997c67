import ChangeLog
import Foundation

/// What a line of JSON brings to a gateway.
public enum GatewayLine: Sendable {
    /// A message of a customer's, or one that went out by the business phone.
    case message(InboundMessage)
    /// What became of a message on its way to a customer.
    case receipt(Receipt)

    /// - Parameter line: UTF-8, without the line break. A receipt is what names an `event`.
    public init(line: [UInt8]) throws(LineRejection) {
        struct Kind: Decodable {
            let event: String?
        }
        let isReceipt = (try? JSONDecoder().decode(Kind.self, from: Data(line)))?.event != nil
        self = try isReceipt ? .receipt(Receipt(line: line)) : .message(InboundMessage(line: line))
    }
}

/// A customer's message as a line of JSON brings it to a gateway.
public struct InboundMessage: Decodable, Sendable {
    let channel: String
    let from: Customer
    let sender: String?
    let providerId: String
    let at: String?
    let kind: String?
    let text: String?
    /// The provider's id of the message that it answers, corrects, takes back or reacts to.
    let about: String?
    let file: File?
    let details: JSONValue?

    /// Who wrote it, as the provider knows them.
    public struct Customer: Decodable, Sendable {
        let id: String
        let name: String?
        let phone: String?
        let email: String?

        /// - Parameter id: the provider's; on WhatsApp their number in digits, or the name of one who hides it.
        public init(id: String, name: String? = nil, phone: String? = nil, email: String? = nil) {
            (self.id, self.name, self.phone, self.email) = (id, name, phone, email)
        }
    }

    /// A file, as the provider describes it.
    public struct File: Decodable, Sendable {
        let mime: String?
        let size: Int64?
        let name: String?
        /// Of its bytes, in letters and digits of base32.
        let hash: String?

        /// A file whose bytes are not here.
        public init(mime: String?, name: String?) {
            (self.mime, self.name) = (mime, name)
            (size, hash) = (nil, nil)
        }
    }

    /// What a provider brings.
    ///
    /// - Parameters:
    ///   - from: the customer, also where `sender` is `.phone`.
    ///   - at: the provider's time, in milliseconds since 1970.
    ///   - about: the provider's id of the message that it answers, corrects, takes back or reacts to.
    ///   - details: what its kind needs besides.
    /// - Throws: what `init(line:)` throws for the same as a line.
    public init(
        channel: ChannelKind, from: Customer, sender: Sender = .customer, providerID: String, at: Int64?,
        kind: MessageKind = .text, text: String? = nil, about: String? = nil, file: File? = nil,
        details: JSONValue? = nil
    ) throws(LineRejection) {
        (self.channel, self.from, self.sender) = (channel.rawValue, from, sender.name)
        (providerId, self.kind, self.text, self.about) = (providerID, kind.name, text, about)
        (self.at, self.file, self.details) = (at.map { Instant.text(milliseconds: $0) }, file, details)
        try check()
    }

    /// - Parameter line: UTF-8, without the line break.
    public init(line: [UInt8]) throws(LineRejection) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw .malformed
        }
        try check()
    }

    private func check() throws(LineRejection) {
        guard !from.id.isEmpty else { throw .missing("from.id") }
        guard !providerId.isEmpty else { throw .missing("providerId") }
        let fields =
            [from.id, providerId, channel]
            + [from.name, from.phone, from.email, about, file?.mime, file?.name, file?.hash].compactMap { $0 }
        guard (text ?? "").utf8.count <= 1 << 20,
            (details?.canonicalText.utf8.count ?? 0) <= ImportedConversation.fieldLimit,
            fields.allSatisfy({ $0.utf8.count <= ImportedConversation.fieldLimit })
        else { throw .textTooLong }
        if let kind, MessageKind(name: kind).map(\.comesFromChannels) != true { throw .unknownKind }
        if let sender, Sender(name: sender) != .customer, Sender(name: sender) != .phone { throw .badValue("sender") }
        if let at, Instant.parse(at) == nil { throw .badTime }
        if let hash = file?.hash, Base32.bytes(hash) == nil { throw .badValue("file.hash") }
        if let size = file?.size, size < 0 { throw .badValue("file.size") }
    }

    /// Whose it is.
    var author: Sender { sender.flatMap(Sender.init) ?? .customer }
}

/// What a provider tells of a message that went out.
public struct Receipt: Decodable, Sendable {
    let event: String
    /// The conversation's id.
    let conversation: String
    /// The message's id, as `nexus show --json` tells it.
    let message: String
    let providerId: String?
    let at: String?
    let code: String?

    /// - Parameter line: UTF-8, without the line break.
    public init(line: [UInt8]) throws(LineRejection) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw .malformed
        }
        guard kind != nil else { throw .badValue("event") }
        guard !message.isEmpty else { throw .missing("message") }
        guard !conversation.isEmpty else { throw .missing("conversation") }
        guard [providerId, code].compactMap({ $0 }).allSatisfy({ $0.utf8.count <= ImportedConversation.fieldLimit })
        else { throw .textTooLong }
        if let at, Instant.parse(at) == nil { throw .badTime }
    }

    /// What the provider tells; that it is about to be sent is the gateway's own word.
    var kind: DeliveryEvent? {
        let told: [DeliveryEvent] = [.sent, .delivered, .read, .played, .failed, .unknown]
        return told.first { $0.name == event }
    }
}

extension MessageKind {
    /// Whether a channel can bring such a message.
    var comesFromChannels: Bool { self != .note && self != .transcript }
}
