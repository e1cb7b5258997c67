public import CRDT
public import ChangeLog
import GRDB
import PhoneNumbers
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// Writes the root of the channel account this gateway serves, once.
    ///
    /// - Parameter account: the provider's id of the account; without one, the name stands for it.
    public func openChannel(
        _ kind: ChannelKind, name: String, account: String?, ids: NaturalID
    ) throws -> RootID {
        let id = ids.channel(kind: kind.rawValue, account: account ?? name)
        let root = InboxSchema.channel
        var operations = [root.write("kind", .text(kind.rawValue)), root.write("name", .text(name))]
        if let account { operations.append(root.write("account", .text(account))) }
        _ = try commit(operations, on: id, of: root)
        try LocalValues.set(.channel, .bytes(id.bytes), in: database)
        return id
    }

    /// Takes a customer's message in: one change, which also makes the lead and the conversation on first contact.
    ///
    /// - Returns: nil if a message with that provider id is here already.
    public func receive(_ message: InboundMessage, ids: NaturalID) throws -> ChangeID? {
        let account = try servedChannel()
        guard message.channel == account.kind else { throw LineRejection.otherChannel }
        let inbound = Inbound(
            message: message, account: account.id,
            conversation: ids.conversation(account: account.id, customer: message.from.id),
            lead: ids.lead(channel: account.kind, customer: message.from.id),
            id: ids.message(account: account.id, provider: message.providerId), ids: ids)
        guard try !isHere(inbound) else { return nil }
        let kind = InboxSchema.conversation
        var operations = try conversationHead(inbound) + [append(inbound)]
        // What went out by the phone has left: it pauses the assistant as any person's reply does.
        if message.author == .phone {
            operations.append(
                record(
                    .sent, of: inbound.id, provider: message.providerId, at: Self.position(message.at), code: nil,
                    details: nil, ids: ids))
        }
        try requireRight(to: operations, on: kind)
        var segments = try leadSegment(for: inbound).map { [$0] } ?? []
        segments.append(Segment(kind: kind.number, root: inbound.conversation, operations: operations))
        return try transaction.commit(Draft(segments: segments)).id
    }

    private struct Inbound {
        let message: InboundMessage
        let account: RootID
        let conversation: RootID
        let lead: RootID
        let id: ElementID
        let ids: NaturalID

        func named(_ provider: String) -> ElementID { ids.message(account: account, provider: provider) }

        /// Both kinds of WhatsApp name their people alike.
        var isWhatsApp: Bool {
            [ChannelKind.whatsapp, .whatsappDirect].map(\.rawValue).contains(message.channel)
        }

        /// The name on the channel that only this customer has.
        var identity: String {
            "\(isWhatsApp ? ChannelKind.whatsapp.rawValue : message.channel):\(message.from.id)"
        }
    }

    func servedChannel() throws -> (id: RootID, kind: String) {
        guard let id = try LocalValues.value(.channel, in: database).bytes.flatMap({ RootID(bytes: $0) }),
            let kind = try String.fetchOne(
                database, sql: "SELECT kind FROM channel WHERE key=?", arguments: [Data(id.bytes)])
        else { throw InboxFailure.notAGateway }
        return (id, kind)
    }

    private func isHere(_ inbound: Inbound) throws -> Bool {
        let key = Data(inbound.id.bytes)
        // A customer's is found whatever conversation it was taken for: one id with the provider is one message.
        let isCustomers = try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation_message WHERE key=? AND sender = 0 AND historic IS NULL",
            arguments: [key])
        let isInConversation = try Bool.fetchOne(
            database,
            sql: "SELECT 1 FROM conversation_message m JOIN conversation c ON c.id = m.root WHERE c.key=? AND m.key=?",
            arguments: [Data(inbound.conversation.bytes), key])
        return isCustomers ?? isInConversation ?? false
    }

    private func append(_ inbound: Inbound) throws -> Operation {
        let message = inbound.message
        let kind = message.kind.flatMap(MessageKind.init) ?? .text
        var fields: [Element.Field] = [
            .init(1, .integer(message.author.rawValue)), .init(2, .integer(kind.rawValue)),
            .init(8, .text(message.providerId)),
        ]
        if let text = message.text { fields.append(.init(3, .text(text))) }
        if let details = message.details { fields.append(.init(7, .text(details.canonicalText))) }
        if let target = try target(of: inbound) { fields.append(.init(9, .bytes(target))) }
        if let file = message.file { fields += Self.fields(of: file) }
        fields.sort { $0.number < $1.number }
        let element = Element(id: inbound.id, position: Self.position(message.at), fields: fields)
        return Operation(field: InboxSchema.conversation.number(of: "message"), action: .append(element))
    }

    private static func fields(of file: InboundMessage.File) -> [Element.Field] {
        var fields: [Element.Field] = []
        if let hash = file.hash.flatMap({ Base32.bytes($0) }) { fields.append(.init(10, .bytes(hash))) }
        if let mime = file.mime { fields.append(.init(11, .text(mime))) }
        if let size = file.size { fields.append(.init(12, .integer(size))) }
        if let name = file.name { fields.append(.init(13, .text(name))) }
        return fields
    }

    private static func position(_ at: String?) -> Stamp? {
        at.flatMap { Instant.parse($0) }.flatMap { Stamp(milliseconds: UInt64(clamping: $0), counter: 0) }
    }

    /// The message that an inbound one names by the provider's id: one of the team's that was sent, or a customer's.
    private func target(of inbound: Inbound) throws -> [UInt8]? {
        guard let provider = inbound.message.about else { return nil }
        let sent = try Data.fetchOne(
            database,
            sql: """
                SELECT d.message FROM conversation_delivery d JOIN conversation c ON c.id = d.root
                WHERE c.key=? AND d.provider=? AND d.message IS NOT NULL LIMIT 1
                """, arguments: [Data(inbound.conversation.bytes), provider])
        return sent.map(Array.init) ?? inbound.named(provider).bytes
    }

    private func conversationHead(_ inbound: Inbound) throws -> [Operation] {
        let isHere = try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation WHERE key=?", arguments: [Data(inbound.conversation.bytes)])
        guard isHere == nil else { return [] }
        let root = InboxSchema.conversation
        return [
            root.write("channel", .text(inbound.message.channel)), root.write("lead", .bytes(inbound.lead.bytes)),
            root.write("account", .bytes(inbound.account.bytes)),
        ]
    }

    /// What the provider tells of the customer and this replica does not know yet.
    private func leadSegment(for inbound: Inbound) throws -> Segment? {
        let kind = InboxSchema.lead
        let held = try Row.fetchOne(
            database, sql: "SELECT name, email, phone, username FROM lead WHERE key=?",
            arguments: [Data(inbound.lead.bytes)])
        let customer = inbound.message.from
        let values: [(String, String?)] = [
            ("name", customer.name), ("email", customer.email), ("phone", try phone(of: inbound)),
            ("username", customer.id),
        ]
        var operations = values.compactMap { field, value -> Operation? in
            guard let value, !value.isEmpty, (held?[field] as String?) == nil else { return nil }
            return kind.write(field, .text(value))
        }
        if held == nil {
            operations.append(kind.set("status", .text(LeadStatus.new.rawValue)))
            operations.append(kind.add("identities", inbound.identity))
        }
        return operations.isEmpty ? nil : Segment(kind: kind.number, root: inbound.lead, operations: operations)
    }

    /// In E.164 where it can be read. On WhatsApp the customer's id is one.
    private func phone(of inbound: Inbound) throws -> String? {
        if let phone = inbound.message.from.phone, !phone.isEmpty {
            return try WorkspaceSettings(database).storedPhone(phone)
        }
        return inbound.isWhatsApp ? PhoneNumber(whatsAppID: inbound.message.from.id)?.e164 : nil
    }
}
