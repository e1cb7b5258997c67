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
        try add(touched.elements["conversation_message"] ?? [], in: database)
        var keys: Set<Message> = []
        for (table, rows) in [
            ("conversation_delivery", touched.elements["conversation_delivery"] ?? []),
            ("conversation_delivery", touched.revisited["conversation_delivery"] ?? []),
            ("conversation_directive", touched.elements["conversation_directive"] ?? []),
        ] {
            for row in rows {
                if let message = try message(namedBy: row, of: table, in: database) { keys.insert(message) }
            }
        }
        guard !keys.isEmpty else { return }
        let past = CausalPast(database)
        for message in keys { try judge(message, past: past, in: database) }
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

    /// What was said before, if anything, is judged afterwards.
    private func add(_ rows: Set<Int64>, in database: Database) throws {
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO outgoing(conversation, message, state)
                SELECT m.root, m.id, 0 FROM conversation_message m
                WHERE m.id BETWEEN ?1 AND ?2 AND \(OutgoingReader.isOutgoing)
                ON CONFLICT DO UPDATE SET state = 0
                """)
        for run in Self.runs(of: rows) { try insert.execute(arguments: [run.lowerBound, run.upperBound]) }
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

    private func message(namedBy row: Int64, of table: String, in database: Database) throws -> Message? {
        let found = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT m.root, m.id, m.key FROM \(table) n
                    JOIN conversation_message m ON m.root = n.root AND m.key = n.message
                    WHERE n.id=? AND \(OutgoingReader.isOutgoing)
                    """), arguments: [row])
        guard let found, let conversation = found[0] as Int64?, let row = found[1] as Int64?,
            let key = found[2] as Data?
        else { return nil }
        return Message(conversation: conversation, row: row, key: key)
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
