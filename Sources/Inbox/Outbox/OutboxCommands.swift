public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// What people order of messages that have not left: their own or, as owners and admins, anybody's.
extension InboxWriter {
    /// Sends a message that is held or was dropped, by somebody who had been shown what the mark holds: what was said
    /// besides holds it again. One that the provider refused is tried once more.
    ///
    /// - Parameters:
    ///   - text: the start of the message's id.
    ///   - seen: a token of a displayed mark of its conversation; nil takes the newest one of this device, or nothing.
    /// - Returns: nil if it is on its way already.
    /// - Throws: `.hasLeft`, `.notYours`.
    public func release(_ text: String, seen: String?) throws -> ChangeID? {
        let message = try outgoing(text)
        switch message.state.state {
        case .queued where !message.state.isSettled: return nil
        case .failed where message.wasTaken: throw InboxFailure.hasLeft(.failed)
        case let state where state.hasLeft: throw InboxFailure.hasLeft(state)
        default: break
        }
        let basis = try transaction.basis(of: message.conversation, token: seen, otherwise: .nothing)
        return try order(1, of: message, basis: basis)
    }

    /// Does not send a message. Of one that failed, or of which nobody knows, that takes note of it.
    ///
    /// - Returns: nil if it is cancelled already.
    /// - Throws: `.hasLeft`, `.notYours`.
    public func drop(_ text: String) throws -> ChangeID? {
        let message = try outgoing(text)
        switch message.state.state {
        case .cancelled,
            .failed where message.state.isSettled, .unknown where message.state.isSettled:
            return nil
        case .sent, .delivered, .read, .played: throw InboxFailure.hasLeft(message.state.state)
        default: return try order(2, of: message, basis: .nothing)
        }
    }

    /// Puts another text in a message's place: the old one is cancelled and the new one queued, in one change.
    ///
    /// - Returns: the new message.
    /// - Throws: `.hasLeft`, `.notYours`, `.notEditable`, or what ``reply(to:with:seen:about:terms:)`` throws.
    public func edit(_ text: String, to body: String, seen: String?) throws -> Written {
        let message = try outgoing(text)
        try Self.check(body)
        guard !message.state.hasLeft else { throw InboxFailure.hasLeft(message.state.state) }
        guard message.entry.template == nil else { throw InboxFailure.notEditable }
        try checkContact(of: message.row, lengthOf: body)
        let basis = try transaction.basis(of: message.conversation, token: seen, otherwise: .nothing)
        let about: [Element.Field] = message.entry.about.map { [.init(9, .bytes($0.bytes))] } ?? []
        let append = try appending(body, kind: .text, basis: basis, fields: about + message.entry.terms.fields)
        let unseen = try unseen(beyond: basis, in: message.row)
        let cancel = try directive(2, of: message, basis: .nothing)
        guard let change = try commit([append, cancel], on: message.conversation, of: InboxSchema.conversation) else {
            preconditionFailure("an append is never empty")
        }
        return Written(
            message: ElementID(change: change.id, body: 0, operation: 0), change: change.id, unseen: unseen)
    }

    // MARK: One message

    /// A message of the team's, on its way or not.
    private struct OutgoingMessage {
        let row: Int64
        let conversation: RootID
        let entry: OutboxQueue.Entry
        /// Whether the provider took it at any time. If it failed without having refused the last attempt, it had.
        let wasTaken: Bool
        var state: OutboxState { entry.state }
    }

    private func outgoing(_ text: String) throws -> OutgoingMessage {
        let found = try OutgoingLookup(database).message(text)
        let past = CausalPast(database)
        let queue = try OutboxQueue(of: found.row, in: database, past: past, people: People(database))
        guard let entry = try queue.entry(found.key) else { throw InboxFailure.unknown(.message, text) }
        let facts = try OutgoingReader(of: found.row, in: database, past: past).facts(of: found.key)
        return OutgoingMessage(
            row: found.row, conversation: found.conversation, entry: entry,
            wasTaken: facts.records.contains { $0.event == .sent }
                || !facts.records.contains { $0.event == .failed && $0.attempt == entry.state.attempt })
    }

    private func order(_ what: Int64, of message: OutgoingMessage, basis: Basis) throws -> ChangeID? {
        try commit(
            [try directive(what, of: message, basis: basis)], on: message.conversation, of: InboxSchema.conversation)?
            .id
    }

    private func directive(_ what: Int64, of message: OutgoingMessage, basis: Basis) throws -> Operation {
        let author = try transaction.author()
        let isOwn = message.entry.author?.id == author.person
        guard isOwn || InboxSchema.keepers.contains(author.role) else { throw InboxFailure.notYours }
        let element = Element(
            basis: basis,
            fields: [
                .init(1, .bytes(message.entry.id.bytes)), .init(2, .integer(what)),
                .init(3, isOwn ? .null : .integer(1)),
            ])
        return Operation(field: InboxSchema.conversation.number(of: "directive"), action: .append(element))
    }
}

/// Finds an outgoing message by the start of its id, whatever conversation it is in.
struct OutgoingLookup {
    private let database: Database

    init(_ database: Database) { self.database = database }

    struct Found {
        let row: Int64
        let conversation: RootID
        let key: Data
    }

    /// Those that are not settled are few; only where none of them is meant, all are looked through.
    func message(_ text: String) throws -> Found {
        let (low, high) = try IDLookup(database: database).range(of: text, as: .message)
        for source in [
            "outgoing o JOIN conversation_message m ON m.id = o.message", "conversation_message m",
        ] {
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT c.id, c.key, m.key FROM \(source) JOIN conversation c ON c.id = m.root
                    WHERE m.key BETWEEN ? AND ? AND \(OutgoingReader.isOutgoing) LIMIT 2
                    """, arguments: [low, high])
            guard rows.count < 2 else { throw InboxFailure.ambiguous(.message, text) }
            if let row = rows.first, let id = row[0] as Int64?, let conversation = RootID(bytes: row[1] as Data?),
                let key = row[2] as Data?
            {
                return Found(row: id, conversation: conversation, key: key)
            }
        }
        throw InboxFailure.unknown(.message, text)
    }
}
