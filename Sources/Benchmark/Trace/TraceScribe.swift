import CRDT
import ChangeLog
import Inbox
import Storage

/// Writes a trace's user actions as the inbox would write them: one draft each.
///
/// It says neither more nor less than the trace does. A customer's message has a natural id, its provider's id and
/// time; a reply's id derives from its change. A message names its author where the device or the lead does not: one
/// device of a trace stands for many people. What a trace calls reading is a mark raised to everything the device had.
struct TraceScribe {
    private let ids: NaturalID
    private var nameByLead: [String: String] = [:]
    private var leadByConversation: [String: String] = [:]
    private var dotsByLabel: [Label: [ChangeID]] = [:]

    private static let conversation = InboxSchema.conversation
    private static let lead = InboxSchema.lead
    /// A lead's labels are its interests, where the schema has these apart.
    private static let leadLabels = lead.fields.contains { $0.name == "interests" } ? "interests" : "labels"

    /// A label on something.
    private struct Label: Hashable {
        let object: TraceObject
        let text: String
    }

    init(ids: NaturalID) { self.ids = ids }

    /// What one user action writes, root by root.
    mutating func draft(of batch: TraceBatch) -> Draft {
        var segments: [Segment] = []
        for operation in batch.operations {
            let (object, written) = write(operation, at: batch.at)
            let (kind, root) = (Self.kind(of: object), root(of: object))
            if let place = segments.firstIndex(where: { $0.root == root && $0.kind == kind.number }) {
                segments[place].operations += written
            } else {
                segments.append(Segment(kind: kind.number, root: root, operations: written))
            }
        }
        return Draft(segments: segments.filter { !$0.operations.isEmpty })
    }

    /// Remembers under which change the labels of a batch were added, for whoever removes them.
    mutating func note(_ batch: TraceBatch, as change: ChangeID) {
        for case .add(let object, let text) in batch.operations {
            dotsByLabel[Label(object: object, text: text), default: []].append(change)
        }
    }

    /// The id of a conversation or lead.
    func root(of object: TraceObject) -> RootID {
        switch object {
        case .conversation(let key): ids.importedConversation(channel: "trace", id: key)
        case .lead(let key): ids.lead(channel: "trace", customer: key)
        }
    }

    private static func kind(of object: TraceObject) -> Schema.Root {
        switch object {
        case .conversation: conversation
        case .lead: lead
        }
    }

    private mutating func write(_ operation: TraceOperation, at time: UInt64) -> (TraceObject, [Operation]) {
        switch operation {
        case .newLead(let lead, let name, let locale, let email, let phone):
            nameByLead[lead] = name
            return (
                .lead(lead),
                Self.registers(of: Self.lead, ["name": name, "locale": locale, "email": email, "phone": phone])
            )
        case .newConversation(let conversation, let lead, let channel, let subject):
            leadByConversation[conversation] = lead
            let link = Operation(
                field: Self.conversation.field(named: "lead").number,
                action: .write(.bytes(root(of: .lead(lead)).bytes)))
            return (
                .conversation(conversation),
                Self.registers(of: Self.conversation, ["channel": channel, "subject": subject]) + [link]
            )
        case .message(let conversation, let message):
            return (.conversation(conversation), [append(message, to: conversation, at: time)])
        case .set(let object, let field, let value): return (object, [Self.set(field, value, of: object)])
        case .read(let conversation):
            let reads = Self.conversation.field(named: "reads").number
            return (.conversation(conversation), [Operation(field: reads, action: .raise(.everything))])
        case .add(let object, let text):
            return (object, [Operation(field: Self.labels(of: object), action: .add(.text(text)))])
        case .remove(let object, let text): return (object, removal(of: text, from: object))
        }
    }

    /// In the order of the fields' numbers.
    private static func registers(of root: Schema.Root, _ values: [String: String?]) -> [Operation] {
        root.fields.compactMap { field in
            guard let text = values[field.name] ?? nil else { return nil }
            return Operation(field: field.number, action: .write(.text(text)))
        }
    }

    private func append(_ message: TraceMessage, to conversation: String, at time: UInt64) -> Operation {
        let sender = Sender(name: message.from) ?? .system
        let isReply = sender == .agent
        let root = root(of: .conversation(conversation))
        let customer = leadByConversation[conversation].flatMap { nameByLead[$0] }
        let isNamedByLead = sender == .customer && message.author == customer
        let element = Element(
            id: isReply ? nil : ids.message(account: root, provider: message.id),
            position: isReply ? nil : Stamp(milliseconds: time, counter: 0),
            basis: isReply ? .everything : .nothing,
            fields: [
                .init(1, .integer(sender.rawValue)), .init(2, .integer(MessageKind.text.rawValue)),
                .init(3, .text(message.text)),
                .init(4, isNamedByLead ? .null : message.author.map(Value.text) ?? .null),
                .init(8, isReply ? .null : .text(message.id)),
            ])
        return Operation(field: Self.conversation.field(named: "message").number, action: .append(element))
    }

    /// Closing says what its author had seen; nothing else does.
    private static func set(_ field: String, _ value: Value, of object: TraceObject) -> Operation {
        let number = kind(of: object).field(named: field).number
        if field == "assignee", let name = value.text {
            // A person's id, as an assignee's is.
            let person = Digest.of(name.utf8, domain: "nexus benchmark person", byteCount: ChangeID.byteCount)
            return Operation(field: number, action: .set(.bytes(person), basis: .nothing))
        }
        let isClosing = field == "status" && value == .text(ConversationStatus.closed.rawValue)
        return Operation(field: number, action: .set(value, basis: isClosing ? .everything : .nothing))
    }

    private static func labels(of object: TraceObject) -> UInt64 {
        switch object {
        case .conversation: conversation.field(named: "labels").number
        case .lead: lead.field(named: leadLabels).number
        }
    }

    private mutating func removal(of text: String, from object: TraceObject) -> [Operation] {
        guard let dots = dotsByLabel.removeValue(forKey: Label(object: object, text: text)) else { return [] }
        return [Operation(field: Self.labels(of: object), action: .remove(.text(text), dots: dots))]
    }
}
