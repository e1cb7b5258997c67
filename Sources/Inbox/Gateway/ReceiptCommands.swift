public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// Notes what a provider tells of a message that went out. Told twice, it is noted once.
    ///
    /// - Returns: nil if it is known already.
    /// - Throws: ``LineRejection`` for a conversation or a message that is not here.
    public func record(_ receipt: Receipt, ids: NaturalID) throws -> ChangeID? {
        guard let event = receipt.kind else { throw LineRejection.badValue("event") }
        let (row, conversation) = try named("conversation") { try self.conversation(receipt.conversation) }
        let message = try self.message(receipt.message, in: row)
        let root = InboxSchema.conversation
        let operation = record(
            event, of: message, provider: receipt.providerId, at: receipt.at, code: receipt.code, ids: ids)
        try requireRight(to: [operation], on: root)
        let isHere = try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation_delivery WHERE root=? AND key=?",
            arguments: [row, Data(ids.record(of: message, event).bytes)])
        guard isHere == nil else { return nil }
        return try commit([operation], on: conversation, of: root)?.id
    }

    /// What notes an event of a message. One that was sent pauses the assistant for as long as its channel says now,
    /// whatever that says later.
    func record(
        _ event: DeliveryEvent, of message: ElementID, provider: String?, at: String?, code: String?, ids: NaturalID
    ) -> Operation {
        let time = at.flatMap { Instant.parse($0) }.flatMap { Stamp(milliseconds: UInt64(clamping: $0), counter: 0) }
        let timer = event == .sent ? (try? servedPolicy()?.timerMinutes) ?? PauseRule.standardTimer : nil
        let element = Element(
            id: ids.record(of: message, event), position: time,
            fields: [
                .init(1, .bytes(message.bytes)), .init(2, .integer(event.rawValue)),
                .init(3, code.map(Value.text) ?? .null), .init(4, provider.map(Value.text) ?? .null),
                .init(5, timer.map(Value.integer) ?? .null),
            ])
        return Operation(field: InboxSchema.conversation.number(of: "delivery"), action: .append(element))
    }

    /// What the channel account that this gateway serves allows.
    func servedPolicy() throws -> ChannelPolicy? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT kind, window, timer, media, patience FROM channel
                WHERE key = (SELECT value FROM local WHERE key='\(LocalValues.Key.channel.rawValue)')
                """)
        guard let row, let kind = (row["kind"] as String?).flatMap(ChannelKind.init) else { return nil }
        return ChannelPolicy(
            kind: kind, window: row["window"], timer: row["timer"], media: row["media"],
            patience: row["patience"])
    }

    /// What a field of a line names: where it names nothing, the line is at fault.
    private func named<Found>(_ field: String, _ find: () throws -> Found) throws -> Found {
        do {
            return try find()
        } catch is InboxFailure {
            throw LineRejection.badValue(field)
        }
    }

    /// A message of the team's, by the start of its id.
    private func message(_ text: String, in conversation: Int64) throws -> ElementID {
        let key = try named("message") { try IDLookup(database: database).message(text, in: conversation).key }
        let isOurs = try Bool.fetchOne(
            database,
            sql: """
                SELECT 1 FROM conversation_message
                WHERE root=? AND key=? AND historic IS NULL AND sender IN (1, 2) AND kind NOT IN (\(MessageKind.unsentCodes))
                """, arguments: [conversation, key])
        guard isOurs != nil, let id = ElementID(bytes: key) else { throw LineRejection.badValue("message") }
        return id
    }
}
