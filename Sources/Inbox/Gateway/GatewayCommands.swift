public import CRDT
public import ChangeLog
import GRDB
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
            id: ids.message(account: account.id, provider: message.providerId))
        guard try !isHere(inbound) else { return nil }
        let kind = InboxSchema.conversation
        let operations = try conversationHead(inbound) + [append(inbound)]
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
    }

    private func servedChannel() throws -> (id: RootID, kind: String) {
        guard let id = try LocalValues.value(.channel, in: database).bytes.flatMap({ RootID(bytes: $0) }),
            let kind = try String.fetchOne(
                database, sql: "SELECT kind FROM channel WHERE key=?", arguments: [Data(id.bytes)])
        else { throw InboxFailure.notAGateway }
        return (id, kind)
    }

    private func isHere(_ inbound: Inbound) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT 1 FROM conversation_message WHERE key=? AND sender = 0 AND historic IS NULL
                """, arguments: [Data(inbound.id.bytes)]) ?? false
    }

    private func append(_ inbound: Inbound) -> Operation {
        let kind = inbound.message.kind.flatMap(MessageKind.init) ?? .text
        let time = inbound.message.at.flatMap { Instant.parse($0) }.map { UInt64(clamping: $0) }
        let element = Element(
            id: inbound.id, position: time.flatMap { Stamp(milliseconds: $0, counter: 0) },
            fields: [
                .init(1, .integer(Sender.customer.rawValue)), .init(2, .integer(kind.rawValue)),
                .init(3, inbound.message.text.map(Value.text) ?? .null),
                .init(8, .text(inbound.message.providerId)),
            ])
        return Operation(field: InboxSchema.conversation.number(of: "message"), action: .append(element))
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
            ("name", customer.name), ("email", customer.email), ("phone", customer.phone), ("username", customer.id),
        ]
        var operations = values.compactMap { field, value -> Operation? in
            guard let value, !value.isEmpty, (held?[field] as String?) == nil else { return nil }
            return kind.write(field, .text(value))
        }
        if held == nil { operations.append(kind.set("status", .text(LeadStatus.new.rawValue))) }
        return operations.isEmpty ? nil : Segment(kind: kind.number, root: inbound.lead, operations: operations)
    }
}
