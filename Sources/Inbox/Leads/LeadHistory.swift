public import CRDT
public import ChangeLog
public import Storage

/// What became of a person's status and score: who said what, and when.
public struct LeadHistory: Sendable {
    /// Somebody set a field.
    public struct Entry: Hashable, Sendable {
        /// The change that did it.
        public let change: ChangeID
        /// On which of the person's leads.
        public let lead: RootID
        /// When, by its author's clock.
        public let stamp: Stamp
        /// The name of who wrote it, if known.
        public let author: String?
        /// What they wrote.
        public let field: Field
        /// The new value; null where a person handed the field back to the assistant.
        public let value: Value
        /// Whose word it is.
        public let source: SharedField.Source
    }

    /// A field that has a history.
    public enum Field: String, CaseIterable, Sendable {
        /// How far the lead has come.
        case status
        /// 0 to 100.
        case score
    }

    /// Everything that had effect, oldest first.
    public let entries: [Entry]

    /// From the changes in the log, over all leads of the person.
    public init(of lead: Lead, in replica: Replica) throws {
        let entries = try lead.members.flatMap { member in
            try replica.history(of: member).flatMap { Self.entries(of: $0, on: member) }
        }
        self.entries = entries.sorted { ($0.stamp, $0.change) < ($1.stamp, $1.change) }
    }

    private static func entries(of record: ChangeRecord, on lead: RootID) -> [Entry] {
        record.operations.compactMap { operation in
            guard operation.standing == .stands, let field = operation.field.flatMap({ Field(rawValue: $0.name) }),
                case .set(let value, _) = operation.operation.action
            else { return nil }
            return Entry(
                change: record.id, lead: lead, stamp: record.stamp, author: record.author?.name, field: field,
                value: value, source: operation.yields ? .assistant : .person)
        }
    }
}
