public import CRDT
import ChangeLog
import GRDB
import Storage

extension InboxWriter {
    /// A message that was written, and the change that holds it.
    public struct Written: Hashable, Sendable {
        /// The message.
        public let message: ElementID
        /// The change.
        public let change: ChangeID
    }

    /// Queues a reply to the customer, together with what its author had been shown.
    ///
    /// - Parameters:
    ///   - seen: a token of a displayed mark; nil takes the newest one of this device, or nothing.
    ///   - about: the start of the id of the message that it answers, where it is to be told.
    /// - Throws: `.windowClosed` or `.notForPeople` where none may be written now, `.textTooLongForChannel`.
    public func reply(to text: String, with body: String, seen: String?, about: String? = nil) throws -> Written {
        let conversation = try conversation(text)
        try Self.check(body)
        try checkContact(of: conversation.row, lengthOf: body)
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        let target = try about.map { try IDLookup(database: database).message($0, in: conversation.row).key }
        let fields: [Element.Field] = target.map { [.init(9, .bytes(Array($0)))] } ?? []
        return try append(body, kind: .text, basis: basis, fields: fields, to: conversation.id)
    }

    /// Leaves a note among the team.
    public func note(on text: String, _ body: String) throws -> Written {
        try Self.check(body)
        return try append(body, kind: .note, basis: .nothing, to: try conversation(text).id)
    }

    /// - Throws: `.windowClosed`, `.notForPeople` or `.textTooLongForChannel`.
    private func checkContact(of row: Int64, lengthOf body: String) throws {
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
        _ body: String, kind: MessageKind, basis: Basis, fields: [Element.Field] = [], to conversation: RootID
    ) throws -> Written {
        let role = try transaction.author().role
        guard kind != .note || InboxSchema.people.contains(role) else { throw InboxFailure.notAllowed(role) }
        let sender: Sender = role == .assistant ? .assistant : .agent
        let element = Element(
            basis: basis,
            fields: [
                .init(1, .integer(sender.rawValue)), .init(2, .integer(kind.rawValue)), .init(3, .text(body)),
            ] + fields)
        let root = InboxSchema.conversation
        let operation = Operation(field: root.number(of: "message"), action: .append(element))
        guard let change = try commit([operation], on: conversation, of: root) else {
            preconditionFailure("an append is never empty")
        }
        return Written(message: ElementID(change: change.id, body: 0, operation: 0), change: change.id)
    }
}
