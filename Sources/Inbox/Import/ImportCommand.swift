import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// How many bytes of operations go into one change of an import, about.
    static let importPartByteCount = 1 << 20

    /// Takes a conversation of a file in: what of it is not here yet. Its messages become *historic*: terminal, never
    /// sent, not unread, without part in any rule.
    ///
    /// - Returns: how many changes that made; 0 when everything is here.
    public func importConversation(_ file: ImportedConversation, ids: NaturalID) throws -> Int {
        let role = try transaction.author().role
        guard role == .owner || role == .admin else { throw InboxFailure.notAllowed(role) }
        let plan = try ImportPlan(file, ids: ids, database: database)
        for part in plan.parts { try transaction.commit(part) }
        return plan.parts.count
    }
}

/// What of an imported conversation is new here, cut into changes.
private struct ImportPlan {
    private(set) var parts: [Draft] = []
    private let file: ImportedConversation
    private let conversation: RootID
    private let lead: RootID
    private let row: Int64?
    private let database: Database
    private let root = InboxSchema.conversation

    init(_ file: ImportedConversation, ids: NaturalID, database: Database) throws {
        (self.file, self.database) = (file, database)
        conversation = ids.importedConversation(channel: file.channel ?? "", id: file.id)
        let isDeleted = file.labels?.contains("deleted-account") ?? false
        let customer = [file.customer?.username, file.customer?.name].compactMap { $0 }.first { !$0.isEmpty }
        if let customer, !isDeleted {
            lead = ids.lead(channel: file.channel ?? "", customer: customer)
        } else {
            lead = ids.lead(of: conversation)
        }
        row = try Int64.fetchOne(
            database, sql: "SELECT id FROM conversation WHERE key=?", arguments: [Data(conversation.bytes)])

        var operations = try headOperations()
        operations += try messageOperations(ids: ids)
        if file.isClosed, try row.map(hasStatus) != true {
            operations.append(
                root.set("status", .text(ConversationStatus.closed.rawValue), basis: .everything))
        }
        try cut(operations)
    }

    /// The conversation's registers and labels, as far as they are not as the file says already.
    private func headOperations() throws -> [Operation] {
        let labels = ImportedLabels(file.labels ?? [])
        guard let row else {
            let registers: [(String, String?)] = [
                ("channel", file.channel), ("subject", file.subject), ("locale", file.customer?.locale),
                ("source", file.source), ("origin", labels.all.isEmpty ? nil : labels.text),
            ]
            return [root.write("lead", .bytes(lead.bytes))]
                + registers.compactMap { field, value in value.map { root.write(field, .text($0)) } }
                + labels.all.map { root.add("labels", $0) }
        }
        // What an earlier import brought and somebody took away since is not brought again.
        let origin = try String.fetchOne(database, sql: "SELECT origin FROM conversation WHERE id=?", arguments: [row])
        let known = Set(ImportedLabels(text: origin).all)
        let fresh = labels.all.filter { !known.contains($0) }
        guard !fresh.isEmpty else { return [] }
        return [root.write("origin", .text(ImportedLabels(known.union(fresh)).text))]
            + fresh.map { root.add("labels", $0) }
    }

    private func hasStatus(_ row: Int64) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT 1 FROM conversation_current WHERE root=? AND field=?",
            arguments: [row, Int64(root.number(of: "status"))]) ?? false
    }

    private func messageOperations(ids: NaturalID) throws -> [Operation] {
        var held: Set<Data> = []
        if let row {
            held = try Data.fetchSet(
                database, sql: "SELECT key FROM conversation_message WHERE root=?", arguments: [row])
        }
        return ordered().compactMap { index, message, position in
            let id = ids.importedMessage(conversation: conversation, id: message.id, index: index, text: message.text)
            guard !held.contains(Data(id.bytes)) else { return nil }
            return Operation(
                field: root.number(of: "message"),
                action: .append(element(message, id: id, position: position)))
        }
    }

    private func element(_ message: ImportedConversation.Message, id: ElementID, position: Stamp) -> Element {
        let sender = Sender(name: message.from) ?? .system
        return Element(
            id: id, position: position,
            fields: [
                .init(1, .integer(sender.rawValue)), .init(2, .integer(MessageKind.text.rawValue)),
                .init(3, .text(message.text)), .init(4, message.author.map(Value.text) ?? .null),
                .init(5, .integer(1)), .init(6, message.at == nil ? .integer(1) : .null),
                .init(7, message.details.text.map(Value.text) ?? .null),
            ])
    }

    /// The messages in order of time, each with a position. One without a time stays behind the one before it in the
    /// file; positions of one millisecond are told apart by the counter.
    private func ordered() -> [(index: Int, message: ImportedConversation.Message, position: Stamp)] {
        var time: UInt64 = 0
        let timed = file.messages.enumerated().map { index, message in
            if let at = message.at.flatMap({ Instant.parse($0) }) { time = UInt64(clamping: at) }
            return (index: index, message: message, time: time)
        }
        var last: Stamp?
        return timed.sorted { ($0.time, $0.index) < ($1.time, $1.index) }.map { entry in
            let wall = Stamp(milliseconds: min(entry.time, Stamp.millisecondsLimit), counter: 0) ?? .zero
            let position = max(wall, last?.next ?? wall)
            last = position
            return (entry.index, entry.message, position)
        }
    }

    private mutating func cut(_ operations: [Operation]) throws {
        guard !operations.isEmpty else { return }
        var part: [Operation] = []
        var bytes = 0
        for operation in operations {
            let size = operation.approximateByteCount
            if !part.isEmpty, bytes + size > InboxWriter.importPartByteCount || part.count == 60_000 {
                try close(&part)
                bytes = 0
            }
            part.append(operation)
            bytes += size
        }
        try close(&part)
    }

    private mutating func close(_ part: inout [Operation]) throws {
        var segments = [Segment(kind: root.number, root: conversation, operations: part)]
        if parts.isEmpty, let segment = try leadSegment() { segments.insert(segment, at: 0) }
        parts.append(Draft(segments: segments))
        part = []
    }

    /// The lead's registers that have no value here yet.
    private func leadSegment() throws -> Segment? {
        let kind = InboxSchema.lead
        let held = try Row.fetchOne(database, sql: "SELECT * FROM lead WHERE key=?", arguments: [Data(lead.bytes)])
        let values: [(String, String?)] = [
            ("name", file.customer?.name), ("email", file.customer?.email), ("phone", try phone()),
            ("username", file.customer?.username), ("locale", file.customer?.locale),
            ("attributes", file.customer?.attributes?.text),
        ]
        let operations = values.compactMap { field, value -> Operation? in
            guard let value, !value.isEmpty, (held?[field] as String?) == nil else { return nil }
            return kind.write(field, .text(value))
        }
        guard held == nil || !operations.isEmpty else { return nil }
        return Segment(kind: kind.number, root: lead, operations: operations)
    }

    /// In E.164 where it can be read.
    private func phone() throws -> String? {
        guard let phone = file.customer?.phone, !phone.isEmpty else { return nil }
        return try WorkspaceSettings(database).storedPhone(phone)
    }
}

extension Operation {
    /// About how many bytes this takes in a change: enough to cut by.
    fileprivate var approximateByteCount: Int {
        switch action {
        case .append(let element):
            element.fields.reduce(64) { sum, field in
                if case .text(let text) = field.value { sum + text.utf8.count + 8 } else { sum + 8 }
            }
        case .write(.text(let text)), .add(.text(let text)): text.utf8.count + 16
        default: 64
        }
    }
}
