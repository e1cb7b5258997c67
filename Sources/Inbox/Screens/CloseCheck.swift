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
            WHERE root=? AND sender IN (1, 2, 4) AND historic IS NULL AND EXISTS(
                SELECT 1 FROM conversation_delivery d
                WHERE d.root = m.root AND d.message = m.key AND d.event IN (\(DeliveryState.leavingCodes)))
            GROUP BY by >> 40
            """)
    }

    /// Of each branch, the oldest reply of a person's that is queued, has failed, or of which nobody knows.
    private func unsent() throws -> [Int64] {
        let records = "SELECT 1 FROM conversation_delivery d WHERE d.root = m.root AND d.message = m.key AND d.event"
        return try places(
            """
            SELECT min(by) FROM conversation_message m
            WHERE root=? AND sender = 1 AND historic IS NULL AND kind NOT IN (\(MessageKind.unsentCodes))
                AND NOT EXISTS(\(records) IN (\(DeliveryState.arrivalCodes)))
                AND (NOT EXISTS(\(records) = \(DeliveryEvent.sent.rawValue))
                    OR EXISTS(\(records) = \(DeliveryEvent.failed.rawValue)))
            GROUP BY by >> 40
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

    /// Of several records of one message the earliest counts.
    init(of row: Int64, in database: Database) throws {
        records = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT d.by, d.timer, min(d.position) >> 16 FROM conversation_delivery d
                    JOIN conversation_message m ON m.root = d.root AND m.key = d.message
                    WHERE d.root=? AND d.event = 2 AND m.sender IN (1, 4) AND m.historic IS NULL GROUP BY d.message
                    """), arguments: [row]
        ).compactMap { row in
            guard let by = row[0] as Int64?, let at = row[2] as Int64? else { return nil }
            return (by, PauseRule.Reply(at: at, timer: row[1]))
        }
    }

    /// - Parameter resumes: their changes' places.
    func replies(
        notSeenBy resumes: [Int64], past: CausalPast
    ) throws -> [(by: Int64, reply: PauseRule.Reply)] {
        try records.filter { record in try !resumes.contains { try past.holds(record.by, by: $0) } }
    }
}
