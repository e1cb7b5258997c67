import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Whether whoever wrote on a conversation had seen what counts: the customer's messages, and the replies that left.
struct CloseCheck {
    private let row: Int64
    private let database: Database
    private let past: CausalPast

    init(of row: Int64, in database: Database, past: CausalPast) {
        (self.row, self.database, self.past) = (row, database, past)
    }

    /// What keeps a close from closing; nil if nothing does.
    func obstacle(to close: CurrentWrite) throws -> StatusRule.Obstacle? {
        guard try hasSeenAllCustomers(close.basis) else { return .unseen }
        let closer = try person(at: close.by)
        if try unsent().contains(where: { try person(at: $0) == closer && past.holds($0, by: close.by) }) {
            return .ownReply
        }
        let hasSeenReplies = try left().allSatisfy { reply in
            if try past.holds(reply, in: close.basis) { return true }
            // Nobody needs to be shown their own words.
            return try person(at: reply) == closer && past.holds(reply, by: close.by)
        }
        return hasSeenReplies ? nil : .unseen
    }

    /// - Parameter heads: packed.
    func hasSeenAllCustomers(_ heads: [UInt8]) throws -> Bool {
        // One branch's messages are seen in order, so the newest of each branch speaks for the rest.
        var below = Int64.max
        while let newest = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT by FROM conversation_message WHERE root=? AND by < ? AND sender = 0 AND historic IS NULL
                    ORDER BY by DESC LIMIT 1
                    """), arguments: [row, below])
        {
            guard try past.holds(newest, in: heads) else { return false }
            below = CausalPast.branchStart(of: newest)
        }
        return true
    }

    /// Of each branch, the newest message of the team that left: who has seen it has seen the others.
    private func left() throws -> [Int64] {
        try places(
            """
            SELECT max(by) FROM conversation_message m
            WHERE root=? AND sender IN (1, 2, 4) AND historic IS NULL AND \(OutgoingReader.hasLeft) GROUP BY by >> 40
            """)
    }

    /// Of each branch, the oldest reply of a person's that is queued, held or has failed, or of which nobody knows.
    private func unsent() throws -> [Int64] {
        try places(
            """
            SELECT min(m.by) FROM outgoing o JOIN conversation_message m ON m.id = o.message
            WHERE o.conversation=? AND m.sender = 1 AND o.state <> \(OutboxCode.dispatching.rawValue) GROUP BY m.by >> 40
            """)
    }

    private func places(_ sql: String) throws -> [Int64] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [row]).compactMap { $0[0] as Int64? }
    }

    private func person(at place: Int64) throws -> Data? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT member.person FROM branch JOIN member
                    ON member.device = substr(branch.replica, 1, \(DeviceID.byteCount)) WHERE branch.id = ? >> 40
                    """), arguments: [place]
        ).flatMap { $0[0] as Data? }
    }
}

/// A conversation's replies by people that have left: what pauses the assistant.
struct LeavingReplies {
    private let records: [(by: Int64, reply: PauseRule.Reply)]

    /// From when the relay gave leave; of what is known to be sent without, the earliest record counts.
    init(of row: Int64, in database: Database) throws {
        let granted = try Self.records(
            """
            SELECT m.key, r.place, d.timer, c.at >> 16 FROM conversation_message m CROSS JOIN bid b ON b.subject = m.key
            JOIN ruling r ON r.bid = b.place AND r.refusal = 0 JOIN change c ON c.place = r.place
            LEFT JOIN conversation_delivery d ON d.root = m.root AND d.message = m.key AND d.by = b.place
            WHERE m.root=? AND m.sender = 1 AND m.historic IS NULL AND \(OutgoingReader.hasNotFailed)
            """, of: row, in: database)
        let sent = try Self.records(
            """
            SELECT d.message, d.by, d.timer, min(d.position) >> 16 FROM conversation_delivery d
            JOIN conversation_message m ON m.root = d.root AND m.key = d.message
            WHERE d.root=? AND d.event = 2 AND m.sender IN (1, 4) AND m.historic IS NULL GROUP BY d.message
            """, of: row, in: database)
        records = Array(sent.merging(granted) { _, granted in granted }.values)
    }

    private static func records(
        _ sql: String, of row: Int64, in database: Database
    ) throws -> [Data: (by: Int64, reply: PauseRule.Reply)] {
        let rows = try Row.fetchAll(database.cachedStatement(sql: sql), arguments: [row])
        var records: [Data: (Int64, PauseRule.Reply)] = [:]
        for row in rows {
            guard let message = row[0] as Data?, let by = row[1] as Int64?, let at = row[3] as Int64? else { continue }
            records[message] = (by, PauseRule.Reply(at: at, timer: row[2]))
        }
        return records
    }

    /// - Parameter resumes: their changes' places.
    func replies(
        notSeenBy resumes: [Int64], past: CausalPast
    ) throws -> [(by: Int64, reply: PauseRule.Reply)] {
        try records.filter { record in try !resumes.contains { try past.holds(record.by, by: $0) } }
    }
}
