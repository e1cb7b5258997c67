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
            event, of: message, provider: receipt.providerId,
            at: receipt.at.flatMap { Instant.parse($0) }.flatMap {
                Stamp(milliseconds: UInt64(clamping: $0), counter: 0)
            }, code: receipt.code, details: nil, ids: ids)
        try requireRight(to: [operation], on: root)
        let isHere = try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation_delivery WHERE root=? AND key=?",
            arguments: [row, Data(ids.record(of: message, event).bytes)])
        guard isHere == nil else { return nil }
        return try commit([operation], on: conversation, of: root)?.id
    }

    /// What a provider tells of a message, in its own words for whom and what it means.
    public struct Word: Sendable {
        /// What happened.
        public let event: DeliveryEvent
        /// The provider's id of the message.
        public let provider: String
        /// Our id of it, as it was given along.
        public let reference: String?
        /// The provider's id of the customer.
        public let customer: String?
        /// When, in milliseconds since 1970.
        public let at: Int64?
        /// Why it failed.
        public let code: String?
        /// The same in words.
        public let words: String?

        /// A receipt.
        public init(
            event: DeliveryEvent, provider: String, reference: String?, customer: String?, at: Int64?, code: String?,
            words: String?
        ) {
            (self.event, self.provider, self.reference, self.customer) = (event, provider, reference, customer)
            (self.at, self.code, self.words) = (at, code, words)
        }
    }

    /// Notes what a provider tells of a message that went out. Told twice, it is noted once; what was sent by other
    /// means than ours is passed over.
    ///
    /// - Returns: nil if it is known already, or about nothing here.
    public func record(_ word: Word, ids: NaturalID) throws -> ChangeID? {
        guard let (row, conversation, message) = try subject(of: word, ids: ids) else { return nil }
        let root = InboxSchema.conversation
        let time = word.at.flatMap { Stamp(milliseconds: UInt64(clamping: $0), counter: 0) }
        let details = word.words.map { JSONValue.object(["evidence": .text($0)]).canonicalText }
        let operation = record(
            word.event, of: message, provider: word.provider, at: time, code: word.code, details: details, ids: ids)
        try requireRight(to: [operation], on: root)
        let isHere = try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation_delivery WHERE root=? AND key=?",
            arguments: [row, Data(ids.record(of: message, word.event).bytes)])
        guard isHere == nil else { return nil }
        return try commit([operation], on: conversation, of: root)?.id
    }

    /// By our id; else by the provider's, which a message has once the answer to sending it is noted.
    private func subject(
        of word: Word, ids: NaturalID
    ) throws -> (row: Int64, conversation: RootID, message: ElementID)? {
        let root = try word.customer.map { ids.conversation(account: try servedChannel().id, customer: $0) }
        let key = word.reference.flatMap { Base32.bytes($0) }.flatMap { ElementID(bytes: $0) }.map { Data($0.bytes) }
        let found = try Row.fetchOne(
            database,
            sql: """
                SELECT c.id, c.key, m.key FROM conversation c JOIN conversation_message m ON m.root = c.id
                WHERE (?1 IS NULL OR c.key = ?1) AND \(OutgoingReader.isOutgoing) AND (m.key = ?2 OR ?2 IS NULL AND m.key IN (
                    SELECT d.message FROM conversation_delivery d WHERE d.root = c.id AND d.provider = ?3)) LIMIT 1
                """, arguments: [root.map { Data($0.bytes) }, key, word.provider])
        guard let found, let row = found[0] as Int64?, let conversation = RootID(bytes: found[1] as Data?),
            let message = (found[2] as Data?).flatMap({ ElementID(bytes: $0) })
        else { return nil }
        return (row, conversation, message)
    }

    /// What notes an event of a message. One that was sent pauses the assistant for as long as its channel says now,
    /// whatever that says later.
    func record(
        _ event: DeliveryEvent, of message: ElementID, provider: String?, at: Stamp?, code: String?, details: String?,
        ids: NaturalID
    ) -> Operation {
        let timer = event == .sent ? (try? servedPolicy()?.timerMinutes) ?? PauseRule.standardTimer : nil
        let element = Element(
            id: ids.record(of: message, event), position: at,
            fields: [
                .init(1, .bytes(message.bytes)), .init(2, .integer(event.rawValue)),
                .init(3, code.map(Value.text) ?? .null), .init(4, provider.map(Value.text) ?? .null),
                .init(5, timer.map(Value.integer) ?? .null), .init(6, details.map(Value.text) ?? .null),
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
