import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// What was appended stays in the log; what it does can be ended as long as it has not left.
extension UndoPlan {
    mutating func appended(
        _ element: Element, id: ElementID?, to field: Schema.Field, on target: Target
    ) throws -> [Operation] {
        guard let id else { return [] }
        switch (target.kind.number, field.name) {
        case (InboxSchema.conversation.number, "message"): return try message(element, id, on: target)
        case (InboxSchema.conversation.number, "directive"): return try directive(element, on: target)
        case (InboxSchema.lead.number, "note"): return try leadNote(element, id, on: target)
        default:
            lasting.append(.told)
            return []
        }
    }

    // MARK: Messages

    private mutating func message(_ element: Element, _ id: ElementID, on target: Target) throws -> [Operation] {
        let sender = element.value(1).integer.flatMap(Sender.init(rawValue:))
        let kind = element.value(2).integer.flatMap(MessageKind.init(rawValue:))
        guard element.value(5) == .null else { return last(.imported) }
        guard let sender, sender == .agent || sender == .assistant else { return last(.told) }
        switch kind {
        case .note: return try note(id, by: sender, on: target)
        case .revocation: return last(.takenBack)
        case .transcript: return last(.told)
        default: return try outgoing(id, on: target)
        }
    }

    private mutating func note(_ id: ElementID, by sender: Sender, on target: Target) throws -> [Operation] {
        let amendments = Amendments(of: target.row, in: database)
        let key = Data(id.bytes)
        guard try amendments.amendment(of: key, among: amendments.remarks(on: key)) != .revoked else { return [] }
        restore("message", of: target, .takenBack(id))
        let revocation = Element(fields: [
            .init(1, .integer(sender.rawValue)), .init(2, .integer(MessageKind.revocation.rawValue)),
            .init(9, .bytes(id.bytes)),
        ])
        return [Operation(field: target.kind.number(of: "message"), action: .append(revocation))]
    }

    private mutating func outgoing(_ id: ElementID, on target: Target) throws -> [Operation] {
        guard let entry = try entry(id, in: target.row, of: database), entry.state.state != .cancelled else {
            return []
        }
        guard !entry.state.hasLeft else { return last(.message(id, entry.state.state)) }
        restore("message", of: target, .dropped(id))
        return [try order(2, about: id, on: target)]
    }

    // MARK: Orders

    /// An order not to send is taken back by one to send, by somebody who has been shown nothing besides: whatever held
    /// the message before holds it again.
    private mutating func directive(_ element: Element, on target: Target) throws -> [Operation] {
        guard let id = element.value(1).bytes.flatMap({ ElementID(bytes: $0) }) else { return [] }
        guard element.value(2) == .integer(2) else { return last(.ordered(id)) }
        // The message that was put in its place is out: both must not go.
        if lasting.contains(where: { if case .message = $0 { true } else { false } }) { return last(.ordered(id)) }
        guard let entry = try entry(id, in: target.row, of: database) else { return [] }
        guard !entry.state.hasLeft else { return last(.message(id, entry.state.state)) }
        let before = try target.before.flatMap { row in
            try past.read { try self.entry(id, in: row, of: $0)?.state.state }
        }
        switch before {
        case .queued, .held: break
        case .failed, .unknown: return last(.noted(id))
        default:
            keep("message", of: target, by: nil)
            return []
        }
        guard entry.state.state == .cancelled else { return [] }
        restore("message", of: target, .queued(id))
        return [try order(1, about: id, on: target)]
    }

    private func entry(_ id: ElementID, in row: Int64, of database: Database) throws -> OutboxQueue.Entry? {
        try OutboxQueue(of: row, in: database, past: CausalPast(database), people: people).entry(Data(id.bytes))
    }

    private func order(_ what: Int64, about id: ElementID, on target: Target) throws -> Operation {
        let isOwn = try entry(id, in: target.row, of: database)?.author?.id == transaction.author().person
        let element = Element(fields: [
            .init(1, .bytes(id.bytes)), .init(2, .integer(what)), .init(3, isOwn ? .null : .integer(1)),
        ])
        return Operation(field: target.kind.number(of: "directive"), action: .append(element))
    }

    // MARK: Leads

    private mutating func leadNote(_ element: Element, _ id: ElementID, on target: Target) throws -> [Operation] {
        guard element.value(2) == .null else { return last(.takenBack) }
        let isTakenBack = try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS(SELECT 1 FROM lead_note n WHERE n.root=? AND n.key=? AND \(LeadReader.isTakenBack))",
            arguments: [target.row, Data(id.bytes)])
        guard isTakenBack != true else { return [] }
        restore("note", of: target, .takenBack(id))
        return [
            Operation(
                field: target.kind.number(of: "note"), action: .append(Element(fields: [.init(2, .bytes(id.bytes))])))
        ]
    }

    private mutating func last(_ reason: Undo.Lasting) -> [Operation] {
        lasting.append(reason)
        return []
    }
}

extension Element {
    /// What its author put into a column; null for nothing.
    func value(_ number: UInt64) -> Value { fields.first { $0.number == number }?.value ?? .null }
}
