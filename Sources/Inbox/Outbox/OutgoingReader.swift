import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Reads what is known of a conversation's outgoing messages, and puts it through the rule.
struct OutgoingReader {
    private let row: Int64
    private let database: Database
    private let past: CausalPast
    /// Few conversations have any, and then nothing is looked for.
    private let hasDirectives: Bool

    init(of row: Int64, in database: Database, past: CausalPast) throws {
        (self.row, self.database, self.past) = (row, database, past)
        hasDirectives =
            try Bool.fetchOne(
                database.cachedStatement(sql: "SELECT EXISTS(SELECT 1 FROM conversation_directive WHERE root=?)"),
                arguments: [row]) ?? false
    }

    /// What has become of one message.
    ///
    /// - Parameter message: its key.
    func state(of message: Data) throws -> OutboxState { try state(facts(of: message)) }

    func state(_ facts: OutboxRule.Facts) throws -> OutboxState {
        try OutboxRule.state(facts) { place, by in try past.holds(place, by: by) }
    }

    /// What is known of one message.
    func facts(of message: Data) throws -> OutboxRule.Facts {
        var facts = OutboxRule.Facts()
        facts.records = try records(of: message)
        facts.grants = try grants(for: message)
        facts.directives = try directives(of: message)
        return facts
    }

    private func records(of message: Data) throws -> [OutboxRule.Record] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT event, code, attempt, by, position >> 16 FROM conversation_delivery
                    WHERE root=? AND message=? ORDER BY position, key
                    """), arguments: [row, message]
        ).compactMap { row in
            guard let event = (row[0] as Int64?).flatMap(DeliveryEvent.init(rawValue:)), let by = row[3] as Int64?,
                let at = row[4] as Int64?
            else { return nil }
            return OutboxRule.Record(event, code: row[1], attempt: row[2], by: by, at: at)
        }
    }

    /// By the bids themselves: what a gateway noted with one does not count where it was cut off, the leave does.
    private func grants(for message: Data) throws -> [OutboxRule.Grant] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT b.attempt, c.at >> 16 FROM bid b JOIN ruling r ON r.bid = b.place AND r.refusal = 0
                    JOIN change c ON c.place = r.place WHERE b.subject = ?
                    """), arguments: [message]
        ).compactMap { row in
            guard let attempt = row[0] as Int64?, let at = row[1] as Int64? else { return nil }
            return OutboxRule.Grant(attempt: attempt, at: at)
        }
    }

    /// Those of whoever wrote the message, and of owners and admins; none that had not seen it.
    private func directives(of message: Data) throws -> [OutboxRule.Directive] {
        try directiveRows(of: message).map { OutboxRule.Directive(sends: $0.sends, by: $0.by) }
    }

    /// A person's order about a message, with what they had been shown.
    struct DirectiveRow {
        let sends: Bool
        let by: Int64
        /// When, in milliseconds since 1970.
        let at: Int64
        /// Packed.
        let basis: [UInt8]
    }

    func directiveRows(of message: Data) throws -> [DirectiveRow] {
        guard hasDirectives else { return [] }
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT d.what, d.by, d.at >> 16, d.basis, m.by,
                        d."any" = 1 OR \(Self.person(of: "d")) IS \(Self.person(of: "m"))
                    FROM conversation_directive d JOIN conversation_message m ON m.root = d.root AND m.key = d.message
                    WHERE d.root=? AND d.message=? ORDER BY d.position, d.key
                    """), arguments: [row, message])
        return try rows.compactMap { row in
            guard let what = row[0] as Int64?, what == 1 || what == 2, let by = row[1] as Int64?,
                let at = row[2] as Int64?, let message = row[4] as Int64?, (row[5] as Bool?) ?? false,
                try past.holds(message, by: by)
            else { return nil }
            return DirectiveRow(
                sends: what == 1, by: by, at: at, basis: (row[3] as Data?).map(Array.init) ?? [])
        }
    }

    /// Whose device wrote an element.
    static func person(of element: String) -> String {
        """
        (SELECT member.person FROM branch JOIN member
            ON member.device = substr(branch.replica, 1, \(DeviceID.byteCount)) WHERE branch.id = \(element).by >> 40)
        """
    }

    /// Whether message `m` is one that goes to a customer.
    static let isOutgoing = """
        m.sender IN (\(Sender.agent.rawValue), \(Sender.assistant.rawValue)) AND m.historic IS NULL
            AND m.kind NOT IN (\(MessageKind.unsentCodes))
        """
    /// Whether message `m` may be on the customer's screen.
    static let hasLeft = """
        (EXISTS(SELECT 1 FROM conversation_delivery d WHERE d.root = m.root AND d.message = m.key
            AND d.event IN (\(DeliveryEvent.leavingCodes)))
        OR EXISTS(SELECT 1 FROM bid b JOIN ruling r ON r.bid = b.place AND r.refusal = 0
            WHERE b.subject = m.key AND \(hasNotFailed)))
        """

    /// Whether what bid `b` was for, to send message `m`, has not come to nothing.
    static let hasNotFailed = """
        NOT EXISTS(SELECT 1 FROM conversation_delivery e WHERE e.root = m.root AND e.message = m.key
            AND e.attempt = b.attempt
            AND e.event IN (\(DeliveryEvent.failed.rawValue), \(DeliveryEvent.abandoned.rawValue)))
        """
}
