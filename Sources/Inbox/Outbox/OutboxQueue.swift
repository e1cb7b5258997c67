import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Reads the messages of one conversation that are not settled, with all that the rules ask of them.
struct OutboxQueue {
    private let row: Int64
    private let database: Database
    private let past: CausalPast
    private let people: People
    private let outgoing: OutgoingReader
    private let thread: LiveThread

    init(of row: Int64, in database: Database, past: CausalPast, people: People) throws {
        (self.row, self.database, self.past, self.people) = (row, database, past, people)
        outgoing = try OutgoingReader(of: row, in: database, past: past)
        thread = try LiveThread(of: row, in: database, past: past)
    }

    /// One message, as it stands.
    struct Entry {
        let id: ElementID
        let text: String
        let sender: Sender
        let kind: MessageKind
        /// Its change's place here.
        let by: Int64
        let author: Person?
        let state: OutboxState
        let writtenAt: Int64
        /// Written, or ordered to be sent.
        let queuedAt: Int64
        let terms: SendingTerms
        let template: RootID?
        let details: String?
        let about: ElementID?
        /// What was said that its author had not been shown, be it that it has not left.
        let news: [LiveThread.News]
        let device: DeviceID?
        /// When it may be tried again, after the provider could not take it, in milliseconds since 1970.
        let retryAt: Int64?
        /// Whether a person has ordered it to be sent who knew that the relay might have forgotten that it was.
        let isCleared: Bool
    }

    private static let columns = """
        m.*, CAST(m.text AS BLOB) AS body, substr(branch.replica, 1, \(DeviceID.byteCount)) AS device
        """

    /// Those that are not settled, in the order in which they were written.
    func entries() throws -> [Entry] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM outgoing o JOIN conversation_message m ON m.id = o.message
                    JOIN branch ON branch.id = m.by >> 40 WHERE o.conversation = ? ORDER BY m.position, m.key
                    """), arguments: [row]
        ).compactMap(entry)
    }

    /// Those written since a time, in milliseconds since 1970, settled or not.
    func entries(writtenSince time: Int64) throws -> [Entry] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM conversation_message m JOIN branch ON branch.id = m.by >> 40
                    WHERE m.root = ? AND m.position >= ? AND \(OutgoingReader.isOutgoing) ORDER BY m.position, m.key
                    """), arguments: [row, time.multipliedReportingOverflow(by: 1 << 16).partialValue]
        ).compactMap(entry)
    }

    /// One message by its key, settled or not; nil for what is not the team's to send.
    func entry(_ key: Data) throws -> Entry? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT \(Self.columns) FROM conversation_message m JOIN branch ON branch.id = m.by >> 40
                    WHERE m.root = ? AND m.key = ? AND \(OutgoingReader.isOutgoing)
                    """), arguments: [row, key]
        ).flatMap(entry)
    }

    private func entry(_ row: Row) throws -> Entry? {
        guard let key = row["key"] as Data?, let id = ElementID(bytes: key), let by = row["by"] as Int64?,
            let position = row["position"] as Int64?,
            let sender = (row["sender"] as Int64?).flatMap(Sender.init(rawValue:))
        else { return nil }
        let device = row["device"] as Data?
        let author = people.person(ofDevice: device ?? Data())
        let facts = try outgoing.facts(of: key)
        let orders = try outgoing.directiveRows(of: key).filter(\.sends)
        let bases = [(row["basis"] as Data?).map(Array.init) ?? []] + orders.map(\.basis)
        return Entry(
            id: id, text: (row["body"] as Data?).map { String(decoding: $0, as: UTF8.self) } ?? "", sender: sender,
            kind: (row["kind"] as Int64?).flatMap(MessageKind.init(rawValue:)) ?? .unsupported, by: by, author: author,
            state: try outgoing.state(facts), writtenAt: position >> 16,
            queuedAt: max(position >> 16, orders.map(\.at).max() ?? .min),
            terms: SendingTerms(code: row["terms"], notBefore: row["not_before"], notAfter: row["not_after"]),
            template: RootID(bytes: row["template"] as Data?), details: row["details"],
            about: (row["about"] as Data?).flatMap { ElementID(bytes: $0) },
            news: try thread.news(beyond: bases, by: by, person: author.map { Data($0.id.bytes) }),
            device: device.flatMap { DeviceID($0) }, retryAt: Self.retryTime(facts),
            isCleared: try isCleared(facts, by: orders))
    }

    private func isCleared(_ facts: OutboxRule.Facts, by orders: [OutgoingReader.DirectiveRow]) throws -> Bool {
        let doubts = facts.records.filter { $0.event == .held && $0.code == OutboxReason.relayRestored.rawValue }
        return try doubts.contains { doubt in try orders.contains { try past.holds(doubt.by, by: $0.by) } }
    }
}

extension OutboxQueue {
    /// One that was not asked for may be tried at once.
    private static func retryTime(_ facts: OutboxRule.Facts) -> Int64? {
        let postponed = facts.records.filter { $0.event == .abandoned && $0.code != nil }
        return postponed.map { $0.at + DispatchRule.backoff(after: $0.attempt ?? 1) }.max()
    }
}

extension OutboxQueue.Entry {
    /// What speaks against sending it as it is: the customer wrote, or somebody else answered.
    var movement: OutboxReason? {
        if news.contains(where: { $0.sender == .customer }) { return .conversationMoved }
        let answers = news.filter(\.hasLeft)
        if answers.contains(where: { $0.sender == .agent || $0.sender == .phone }) { return .collision }
        return answers.contains { $0.sender == .assistant } ? .aiAnswered : nil
    }
}
