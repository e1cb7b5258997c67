public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// A message that was written, and the change that holds it.
    public struct Written: Hashable, Sendable {
        /// The message.
        public let message: ElementID
        /// The change.
        public let change: ChangeID
        /// Of a reply: what was said in the conversation that its author had not been shown, in the order of the thread.
        public let unseen: [ElementID]

        init(message: ElementID, change: ChangeID, unseen: [ElementID] = []) {
            (self.message, self.change, self.unseen) = (message, change, unseen)
        }
    }

    /// Queues a reply to the customer, together with what its author had been shown.
    ///
    /// - Parameters:
    ///   - seen: a token of a displayed mark; nil takes the newest one of this device, or nothing.
    ///   - about: the start of the id of the message that it answers, where it is to be told.
    ///   - terms: how it is to be sent.
    /// - Throws: `.windowClosed` or `.notForPeople` where none may be written now, `.textTooLongForChannel`.
    public func reply(
        to text: String, with body: String, seen: String?, about: String? = nil, terms: SendingTerms = SendingTerms()
    ) throws -> Written {
        let conversation = try conversation(text)
        try Self.check(body)
        try checkContact(of: conversation.row, lengthOf: body)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        let target = try about.map { try IDLookup(database: database).message($0, in: conversation.row).key }
        let fields: [Element.Field] = target.map { [.init(9, .bytes(Array($0)))] } ?? []
        return try append(
            body, kind: .text, basis: basis, fields: fields + terms.fields, to: conversation.id,
            unseen: try unseen(beyond: basis, in: conversation.row))
    }

    /// Leaves a note among the team, which calls those whom it names with an `@`.
    ///
    /// - Throws: `.ambiguous` where a name could be several persons'.
    public func note(on text: String, _ body: String) throws -> Written {
        try Self.check(body)
        let conversation = try conversation(text).id
        let mentions = try MentionRule.people(in: body, among: People(database).all).flatMap(\.id.bytes)
        let fields: [Element.Field] = mentions.isEmpty ? [] : [.init(18, .bytes(mentions))]
        return try append(body, kind: .note, basis: .nothing, fields: fields, to: conversation)
    }

    /// - Throws: `.windowClosed`, `.notForPeople` or `.textTooLongForChannel`.
    func checkContact(of row: Int64, lengthOf body: String) throws {
        let contact = try contact(of: row)
        switch contact.window {
        case .assistantOnly where try transaction.author().role != .assistant:
            throw InboxFailure.notForPeople(contact.offers)
        case .closed(let since): throw InboxFailure.windowClosed(since: since, contact.offers)
        default: break
        }
        if let limit = contact.policy?.textLimit, body.unicodeScalars.count > limit {
            throw InboxFailure.textTooLongForChannel(limit: limit)
        }
    }

    func contact(of row: Int64) throws -> ContactState {
        let lead = try Int64.fetchOne(
            database,
            sql: "SELECT lead.id FROM conversation JOIN lead ON lead.key = conversation.lead WHERE conversation.id=?",
            arguments: [row])
        return try ContactState(
            of: row, lead: try lead.map { try LeadReader(database).lead(at: $0) }, now: now, in: database)
    }

    func append(
        _ body: String, kind: MessageKind, basis: Basis, fields: [Element.Field] = [], to conversation: RootID,
        unseen: [ElementID] = []
    ) throws -> Written {
        let operation = try appending(body, kind: kind, basis: basis, fields: fields)
        let root = InboxSchema.conversation
        guard let change = try commit([operation], on: conversation, of: root) else {
            preconditionFailure("an append is never empty")
        }
        return Written(
            message: ElementID(change: change.id, body: 0, operation: 0), change: change.id, unseen: unseen)
    }

    func appending(
        _ body: String, kind: MessageKind, basis: Basis, fields: [Element.Field]
    ) throws -> Operation {
        let role = try transaction.author().role
        guard kind != .note || InboxSchema.people.contains(role) else { throw InboxFailure.notAllowed(role) }
        let sender: Sender = role == .assistant ? .assistant : .agent
        let element = Element(
            basis: basis,
            fields: [
                .init(1, .integer(sender.rawValue)), .init(2, .integer(kind.rawValue)), .init(3, .text(body)),
            ] + fields)
        return Operation(field: InboxSchema.conversation.number(of: "message"), action: .append(element))
    }

    /// What was said that an author with that basis had not been shown.
    func unseen(beyond basis: Basis, in row: Int64) throws -> [ElementID] {
        guard basis != .everything else { return [] }
        let person = Data(try transaction.author().person.bytes)
        let thread = try LiveThread(of: row, in: database, past: CausalPast(database))
        let packed = try transaction.packed(basis)
        return try thread.news(beyond: [packed], by: nil, person: person).map(\.id)
    }
}
