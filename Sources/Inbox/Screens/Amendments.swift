import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// What was said later of a message: elements of their own, which name it.
struct Amendments {
    private let row: Int64
    private let database: Database

    init(of row: Int64, in database: Database) { (self.row, self.database) = (row, database) }

    /// What its author made of a message.
    enum Amendment: Hashable {
        /// It was taken back; nobody sees its text any more.
        case revoked
        /// It reads so now.
        case edited(String)
    }

    /// Something that names a message.
    struct Remark {
        let kind: MessageKind
        let sender: Sender
        let text: String
        /// The bytes of the id of whoever's device wrote it; nil for nobody of the team.
        let person: Data?
    }

    /// What its own author last did to a message: nobody alters what others said. Once taken back it stays so.
    ///
    /// - Parameter remarks: those on it.
    func amendment(of message: Data, among remarks: [Remark]) throws -> Amendment? {
        let remarks = remarks.filter { $0.kind == .edit || $0.kind == .revocation }
        guard !remarks.isEmpty, let author = try author(of: message) else { return nil }
        let own = remarks.filter { remark in
            guard remark.sender == author.sender else { return false }
            return remark.sender != .agent || remark.person == author.person
        }
        if own.contains(where: { $0.kind == .revocation }) { return .revoked }
        return own.last.map { .edited($0.text) }
    }

    /// Corrections, reactions, revocations and transcripts of a message, in the order of the thread.
    func remarks(on message: Data) throws -> [Remark] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT m.kind, m.sender, CAST(m.text AS BLOB), \(Self.person(of: "m")) FROM conversation_message m
                    WHERE m.root=? AND m.about=? AND m.kind IN (\(MessageKind.unsaidCodes))
                    ORDER BY m.position, m.key
                    """), arguments: [row, message]
        ).compactMap { row in
            guard let kind = (row[0] as Int64?).flatMap(MessageKind.init(rawValue:)),
                let sender = (row[1] as Int64?).flatMap(Sender.init(rawValue:))
            else { return nil }
            let text = (row[2] as Data?).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return Remark(kind: kind, sender: sender, text: text, person: row[3])
        }
    }

    private func author(of message: Data) throws -> (sender: Sender, person: Data?)? {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT m.sender, \(Self.person(of: "m")) FROM conversation_message m WHERE m.root=? AND m.key=?
                    """), arguments: [row, message])
        guard let row, let sender = (row[0] as Int64?).flatMap(Sender.init(rawValue:)) else { return nil }
        return (sender, row[1])
    }

    /// Whether message `m` was taken back by its author, or corrects one that was: its words are nobody's any more.
    static let isTakenBack = """
        EXISTS(SELECT 1 FROM conversation_message r JOIN conversation_message t ON t.root = r.root AND t.key = r.about
            WHERE r.root = m.root AND r.kind = \(MessageKind.revocation.rawValue)
            AND r.about IN (m.key, CASE m.kind WHEN \(MessageKind.edit.rawValue) THEN m.about END)
            AND r.sender = t.sender
            AND (t.sender <> \(Sender.agent.rawValue) OR \(person(of: "r")) IS \(person(of: "t"))))
        """

    /// Whose device wrote a message.
    private static func person(of message: String) -> String {
        """
        (SELECT member.person FROM branch JOIN member
            ON member.device = substr(branch.replica, 1, \(DeviceID.byteCount)) WHERE branch.id = \(message).by >> 40)
        """
    }
}
