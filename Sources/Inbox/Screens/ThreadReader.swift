import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Reads a conversation's messages in the order of the thread: by their positions, those of sent ones by the gateway's
/// time of sending.
///
/// What says something of an earlier message is shown with that one; where that one is not here, by itself.
struct ThreadReader {
    private let row: Int64
    private let customer: String?
    private let people: People
    private let past: CausalPast
    private let database: Database

    init(of row: Int64, customer: String?, people: People, past: CausalPast, in database: Database) {
        (self.row, self.customer, self.people) = (row, customer, people)
        (self.past, self.database) = (past, database)
    }

    /// - Parameters:
    ///   - limit: how many, the last ones; 0 is all.
    ///   - before: only what stands above the message whose id begins so.
    func messages(limit: Int, before: String?) throws -> [MessageDetail] {
        let end = try before.map(place(of:)) ?? (position: Int64.max, key: Data())
        let arguments: StatementArguments = [row, end.position, end.key, limit == 0 ? -1 : limit]
        let items = try [Self.unsent, Self.sent].flatMap { sql in
            try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments).compactMap(Item.init)
        }.sorted()
        let live = try LiveThread(of: row, in: database, past: past)
        let outgoing = try OutgoingReader(of: row, in: database, past: past)
        let shown = limit == 0 ? items[...] : items.suffix(limit)
        return try shown.map { try detail(of: $0, live: live, outgoing: outgoing) }
    }

    /// Where a message stands.
    private func place(of text: String) throws -> (position: Int64, key: Data) {
        let found = try IDLookup(database: database).message(text, in: row)
        let sent = try Int64.fetchOne(
            database,
            sql: "SELECT min(position) FROM conversation_delivery WHERE root=? AND message=? AND event = 2",
            arguments: [row, found.key])
        return (sent ?? found.position, found.key)
    }

    // MARK: Rows

    /// A row of either statement.
    private struct Item: Comparable {
        let row: Row
        let id: ElementID
        let position: Int64
        let by: Int64

        init?(_ row: Row) {
            guard let key = row["key"] as Data?, let id = ElementID(bytes: key), let by = row["by"] as Int64?,
                let position = row["place"] as Int64?
            else { return nil }
            (self.row, self.id, self.position, self.by) = (row, id, position, by)
        }

        static func == (left: Self, right: Self) -> Bool { left.id == right.id && left.position == right.position }
        static func < (left: Self, right: Self) -> Bool { (left.position, left.id) < (right.position, right.id) }
    }

    private static let columns = """
        m.*, CAST(m.text AS BLOB) AS body, substr(branch.replica, 1, \(DeviceID.byteCount)) AS device
        """
    /// Messages that stand by themselves: all but what is shown with an earlier one.
    private static let isShown = """
        (m.kind IS NULL OR m.kind NOT IN (\(MessageKind.unsaidCodes)) OR NOT EXISTS(
            SELECT 1 FROM conversation_message t WHERE t.root = m.root AND t.key = m.about))
        """
    private static let unsent = """
        SELECT \(columns), m.position AS place
        FROM conversation_message m JOIN branch ON branch.id = m.by >> 40
        WHERE m.root = ?1 AND (m.position, m.key) < (?2, ?3) AND \(isShown) AND NOT EXISTS(
            SELECT 1 FROM conversation_delivery d WHERE d.root = m.root AND d.message = m.key AND d.event = 2)
        ORDER BY m.position DESC, m.key DESC LIMIT ?4
        """
    /// Of several records that a message was sent the first counts.
    private static let sent = """
        SELECT \(columns), d.position AS place
        FROM conversation_delivery d JOIN conversation_message m ON m.root = d.root AND m.key = d.message
        JOIN branch ON branch.id = m.by >> 40
        WHERE d.root = ?1 AND (d.position, m.key) < (?2, ?3) AND d.event = 2 AND \(isShown) AND NOT EXISTS(
            SELECT 1 FROM conversation_delivery e WHERE e.root = d.root AND e.message = d.message AND e.event = 2
            AND (e.position, e.key) < (d.position, d.key))
        ORDER BY d.position DESC, d.key DESC LIMIT ?4
        """

    // MARK: Messages

    private func detail(of item: Item, live: LiveThread, outgoing: OutgoingReader) throws -> MessageDetail {
        let row = item.row
        let sender = (row["sender"] as Int64?).flatMap(Sender.init(rawValue:)) ?? .system
        let kind = (row["kind"] as Int64?).map { MessageKind(rawValue: $0) ?? .unsupported } ?? .text
        let isHistoric = (row["historic"] as Int64?) != nil
        let person = people.person(ofDevice: (row["device"] as Data?) ?? Data())
        let amendments = Amendments(of: self.row, in: database)
        let key = Data(item.id.bytes)
        let remarks = try amendments.remarks(on: key)
        let amendment = try amendments.amendment(of: key, among: remarks)
        let outbox = try Self.isSent(sender, kind) ? isHistoric ? .historic : outgoing.state(of: key) : nil
        return MessageDetail(
            id: item.id, sender: sender,
            author: isHistoric ? row["author"] : author(sender, person), kind: kind,
            text: Self.text(of: row, amendment), isEdited: amendment.map { $0 != .revoked } ?? false,
            isRevoked: amendment == .revoked, at: (row["timeless"] as Int64?) == nil ? item.position >> 16 : nil,
            state: outbox?.state ?? (sender == .phone ? .sent : nil), outbox: outbox,
            unseen: try isHistoric || kind == .note ? [] : unseen(item, by: sender, person, live),
            isLate: try sender == .customer && !isHistoric && live.isLate(at: item.position, by: item.by),
            about: (row["about"] as Data?).flatMap { ElementID(bytes: $0) }, reactions: Self.reactions(among: remarks),
            transcript: remarks.last { $0.kind == .transcript }?.text, file: Self.file(of: row),
            details: row["details"], template: RootID(bytes: row["template"] as Data?),
            mentions: kind == .note && amendment != .revoked ? people.people(in: row["mentions"]) : [])
    }

    private func author(_ sender: Sender, _ person: Person?) -> String? {
        switch sender {
        case .customer: customer
        case .phone: nil
        default: person?.name
        }
    }

    private func unseen(_ item: Item, by sender: Sender, _ person: Person?, _ live: LiveThread) throws -> [ElementID] {
        switch sender {
        case .customer: return live.notLeft(at: item.position)
        // Nobody knows what the phone had shown.
        case .phone: return []
        default:
            let basis = (item.row["basis"] as Data?).map(Array.init) ?? []
            return try live.unseen(
                at: item.position, by: item.by, person: person.map { Data($0.id.bytes) }, basis: basis)
        }
    }

    /// Whether such a message goes to the customer from here.
    private static func isSent(_ sender: Sender, _ kind: MessageKind) -> Bool {
        (sender == .agent || sender == .assistant) && kind != .note && kind != .transcript
    }

    /// Read as bytes: as text, GRDB would end it at the first NUL.
    private static func text(of row: Row, _ amendment: Amendments.Amendment?) -> String {
        switch amendment {
        case .revoked: ""
        case .edited(let text): text
        case nil: (row["body"] as Data?).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }

    /// Each one's last word; an empty one takes theirs back.
    private static func reactions(among remarks: [Amendments.Remark]) -> [MessageDetail.Reaction] {
        struct Who: Hashable {
            let sender: Sender
            let person: Data?
        }
        var textByWho: [Who: String] = [:]
        var order: [Who] = []
        for remark in remarks where remark.kind == .reaction {
            let who = Who(sender: remark.sender, person: remark.sender == .agent ? remark.person : nil)
            if textByWho.updateValue(remark.text, forKey: who) == nil { order.append(who) }
        }
        return order.compactMap { who in
            textByWho[who].flatMap { $0.isEmpty ? nil : MessageDetail.Reaction(sender: who.sender, text: $0) }
        }
    }

    private static func file(of row: Row) -> MessageDetail.File? {
        let blob = (row["blob"] as Data?).map(Array.init)
        let file = MessageDetail.File(blob: blob, mime: row["mime"], size: row["size"], name: row["name"])
        return file == MessageDetail.File(blob: nil, mime: nil, size: nil, name: nil) ? nil : file
    }
}
