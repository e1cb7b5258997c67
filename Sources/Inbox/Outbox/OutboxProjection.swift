import CRDT
public import GRDB
public import Storage

import struct Foundation.Data

/// The outgoing messages that are not settled: what a gateway looks at, and people have to. Settled ones are history.
public struct OutboxProjection: Projection {
    /// A projection without options.
    public init() {}

    /// `state` is a code of ``OutboxCode``.
    public func definition(in name: String) -> String {
        """
        CREATE TABLE \(name).outgoing(
            conversation INTEGER NOT NULL, message INTEGER NOT NULL, state INTEGER NOT NULL,
            PRIMARY KEY(conversation, message)) WITHOUT ROWID;
        """
    }

    /// New messages come in; what was noted, ordered or granted may settle some.
    public func refresh(_ touched: Touched, in database: Database) throws {
        var messages = try add(touched.elements["conversation_message"] ?? [], in: database)
        for table in ["conversation_delivery", "conversation_directive"] {
            for row in touched.elements[table] ?? [] {
                try messages.formUnion(self.messages(namedBy: row, of: table, in: database))
            }
        }
        for subject in touched.ruled {
            try messages.formUnion(Self.messages("m.key = ?", [Data(subject.bytes)], in: database))
        }
        guard !messages.isEmpty else { return }
        let past = CausalPast(database)
        for message in messages { try judge(message, past: past, in: database) }
    }

    /// Takes it out; if it comes again, so does this.
    public func willReplace(_ row: Int64, of sequence: String, in database: Database) throws {
        switch sequence {
        case "conversation_message":
            try database.cachedStatement(
                sql: """
                    DELETE FROM outgoing WHERE message=?1
                    AND conversation = (SELECT root FROM conversation_message WHERE id=?1)
                    """
            ).execute(arguments: [row])
        default: break
        }
    }

    /// Each by its conversation's and its own id.
    public func comparison(in name: String) -> ProjectionComparison? {
        ProjectionComparison(queries: [
            (
                "outgoing",
                """
                SELECT c.key, m.key, o.state FROM \(name).outgoing o JOIN \(name).conversation c ON c.id = o.conversation
                JOIN \(name).conversation_message m ON m.id = o.message
                """
            )
        ])
    }

    // MARK: Messages

    private struct Message: Hashable {
        let conversation: Int64
        let row: Int64
        let key: Data
    }

    /// - Returns: those that the relay was asked about already. What was said of them otherwise is new, too.
    private func add(_ rows: Set<Int64>, in database: Database) throws -> Set<Message> {
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO outgoing(conversation, message, state)
                SELECT m.root, m.id, 0 FROM conversation_message m
                WHERE m.id BETWEEN ?1 AND ?2 AND \(OutgoingReader.isOutgoing)
                ON CONFLICT DO UPDATE SET state = 0
                """)
        var asked: Set<Message> = []
        for run in Self.runs(of: rows) {
            try insert.execute(arguments: [run.lowerBound, run.upperBound])
            try asked.formUnion(
                Self.messages(
                    "m.id BETWEEN ? AND ? AND EXISTS(SELECT 1 FROM bid WHERE bid.subject = m.key)",
                    [run.lowerBound, run.upperBound], in: database))
        }
        return asked
    }

    /// Neighbours together: a transaction's new rows mostly are.
    private static func runs(of rows: Set<Int64>) -> [ClosedRange<Int64>] {
        var runs: [ClosedRange<Int64>] = []
        for row in rows.sorted() {
            if let last = runs.last, last.upperBound == row - 1 {
                runs[runs.count - 1] = last.lowerBound...row
            } else {
                runs.append(row...row)
            }
        }
        return runs
    }

    private func messages(namedBy row: Int64, of table: String, in database: Database) throws -> [Message] {
        try Self.messages(
            "(m.root, m.key) = (SELECT n.root, n.message FROM \(table) n WHERE n.id = ?)", [row], in: database)
    }

    private static func messages(
        _ condition: String, _ arguments: StatementArguments, in database: Database
    ) throws -> [Message] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT m.root, m.id, m.key FROM conversation_message m
                    WHERE \(condition) AND \(OutgoingReader.isOutgoing)
                    """), arguments: arguments
        ).compactMap { found in
            guard let conversation = found[0] as Int64?, let row = found[1] as Int64?, let key = found[2] as Data?
            else { return nil }
            return Message(conversation: conversation, row: row, key: key)
        }
    }

    private func judge(_ message: Message, past: CausalPast, in database: Database) throws {
        let state = try OutgoingReader(of: message.conversation, in: database, past: past).state(of: message.key)
        if state.isSettled {
            try database.cachedStatement(sql: "DELETE FROM outgoing WHERE conversation=? AND message=?")
                .execute(arguments: [message.conversation, message.row])
        } else {
            try database.cachedStatement(
                sql: """
                    INSERT INTO outgoing(conversation, message, state) VALUES(?,?,?)
                    ON CONFLICT DO UPDATE SET state=excluded.state
                    """
            ).execute(arguments: [message.conversation, message.row, OutboxCode(state.state).rawValue])
        }
    }
}

/// How the state of a message that is not settled is stored.
enum OutboxCode: Int64 {
    case queued = 0
    case held = 1
    case dispatching = 2
    case unknown = 3
    case failed = 4

    /// The state that it stands for.
    var state: DeliveryState {
        switch self {
        case .queued: .queued
        case .held: .held
        case .dispatching: .dispatching
        case .unknown: .unknown
        case .failed: .failed
        }
    }

    init(_ state: DeliveryState) {
        switch state {
        case .held: self = .held
        case .dispatching: self = .dispatching
        case .unknown: self = .unknown
        case .failed: self = .failed
        default: self = .queued
        }
    }
}
