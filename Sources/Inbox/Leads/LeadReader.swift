import CRDT
import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// Reads leads from the state tables and their projection.
public struct LeadReader {
    private let database: Database

    /// Leads as of this view.
    public init(_ database: Database) { self.database = database }

    /// The person one of whose leads has an id that begins so.
    public func lead(_ text: String) throws -> Lead {
        try lead(at: IDLookup(database: database).root(text, in: "lead", as: .lead).row)
    }

    /// The person of whom this is a lead.
    func lead(at row: Int64) throws -> Lead {
        let people = try People(database)
        return try lead(at: row, people: people)
    }

    func lead(at row: Int64, people: People) throws -> Lead {
        let group = try LeadGroup(of: row, in: database)
        let (id, profile) = try profile(of: group)
        let writes = try LeadWrites(of: group.rows, in: database)
        let (score, status) = (writes.shown(LeadField.score), writes.shown(LeadField.status))
        let channel = try latestOfChannel(group)
        return Lead(
            id: id, members: group.ids, name: profile[1], email: profile[2], phone: profile[3], avatar: profile[4],
            username: channel?[0], locale: channel?[1], status: writes.statusText, statusSource: status.source,
            score: score.value.integer, scoreSource: score.source, assignee: people.person(writes.assignee),
            assigneeSource: writes.shown(LeadField.assignee).source,
            summary: writes.shown(LeadField.summary).value.text, labels: try members(of: LeadField.labels, group),
            interests: try members(of: LeadField.interests, group),
            identities: try members(of: LeadField.identities, group), apart: try apart(group),
            notes: try notes(group, people), conversations: try conversations(group))
    }

    /// What a list shows of the person of whom this is a lead.
    func line(at row: Int64, people: People) throws -> LeadLine {
        let group = try LeadGroup(of: row, in: database)
        let (id, profile) = try profile(of: group)
        let writes = try LeadWrites(of: group.rows, in: database)
        return LeadLine(
            id: id, name: profile[1], email: profile[2], phone: profile[3], status: writes.statusText,
            score: writes.shown(LeadField.score).value.integer, assignee: people.person(writes.assignee))
    }

    // MARK: Parts

    private func profile(of group: LeadGroup) throws -> (id: RootID, row: Row) {
        let profile = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT key, name, email, phone, avatar FROM profile WHERE id=?"),
            arguments: [group.head])
        guard let profile, let id = RootID(bytes: profile[0] as Data?) else { throw InboxFailure.unknown(.lead, "") }
        return (id, profile)
    }

    private func latestOfChannel(_ group: LeadGroup) throws -> Row? {
        func latest(_ column: String) -> String {
            """
            (SELECT l.\(column) FROM json_each(?1) t CROSS JOIN lead l ON l.id = t.value
                CROSS JOIN change ON change.place = l.\(column)_by
                ORDER BY l.\(column)_at DESC, change.id DESC LIMIT 1)
            """
        }
        return try Row.fetchOne(
            database.cachedStatement(sql: "SELECT \(latest("username")), \(latest("locale"))"), arguments: [group.rows])
    }

    private func members(of field: Int64, _ group: LeadGroup) throws -> [String] {
        try String.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT DISTINCT s.value FROM json_each(?1) t CROSS JOIN lead_set s ON s.root = t.value
                    WHERE s.field = ?2 ORDER BY s.value
                    """), arguments: [group.rows, field])
    }

    /// Those that one of these leads names, and those that name one of these.
    private func apart(_ group: LeadGroup) throws -> [RootID] {
        let found = try Data.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT s.value FROM json_each(?1) t CROSS JOIN lead_set s ON s.root = t.value
                        WHERE s.field = \(LeadField.apart)
                    UNION SELECT o.key FROM json_each(?1) t CROSS JOIN lead l ON l.id = t.value
                        CROSS JOIN lead_set s ON s.field = \(LeadField.apart) AND s.value = l.key
                        CROSS JOIN lead o ON o.id = s.root
                    """), arguments: [group.rows])
        return found.compactMap { RootID(bytes: $0) }.filter { !group.ids.contains($0) }.sorted()
    }

    private func notes(_ group: LeadGroup, _ people: People) throws -> [LeadNote] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT n.key, branch.replica, n.position, CAST(n.text AS BLOB)
                    FROM json_each(?) t CROSS JOIN lead_note n ON n.root = t.value
                    CROSS JOIN branch ON branch.id = n.by >> 40
                    WHERE n.about IS NULL AND NOT \(Self.isTakenBack) ORDER BY n.position, n.key
                    """), arguments: [group.rows]
        ).compactMap { row in
            guard let id = (row[0] as Data?).flatMap({ ElementID(bytes: $0) }), let replica = row[1] as Data?,
                let position = row[2] as Int64?
            else { return nil }
            // Read as bytes: as text, GRDB would end it at the first NUL.
            let text = (row[3] as Data?).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return LeadNote(
                id: id, author: people.person(ofDevice: replica.prefix(DeviceID.byteCount))?.name, at: position >> 16,
                text: text)
        }
    }

    /// Whether note `n` was taken back by its author.
    static let isTakenBack = """
        EXISTS(SELECT 1 FROM lead_note r WHERE r.root = n.root AND r.about = n.key
            AND \(OutgoingReader.person(of: "r")) IS \(OutgoingReader.person(of: "n")))
        """

    private func conversations(_ group: LeadGroup) throws -> [RootID] {
        try Data.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT card.key FROM json_each(?) t CROSS JOIN lead l ON l.id = t.value
                    CROSS JOIN card ON card.lead = l.key ORDER BY card.last_at DESC, card.key
                    """), arguments: [group.rows]
        ).compactMap { RootID(bytes: $0) }
    }
}

/// The leads that are one person, by the projection.
struct LeadGroup {
    /// The local row of the lead with the lowest id, which is the profile's.
    let head: Int64
    /// Every lead's local row, in the order of the ids.
    let rows: RowList
    /// Every lead, in the order of the ids.
    let ids: [RootID]

    /// - Parameter row: of any of them.
    init(of row: Int64, in database: Database) throws {
        head = try Self.head(of: row, in: database)
        let found = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT id, key FROM lead WHERE id = ?1 OR id IN (SELECT lead FROM lead_profile WHERE profile = ?1)
                    ORDER BY key
                    """), arguments: [head])
        let members = found.compactMap { row -> (Int64, RootID)? in
            guard let id = RootID(bytes: row[1] as Data?), let lead = row[0] as Int64? else { return nil }
            return (lead, id)
        }
        (rows, ids) = (RowList(members.map(\.0)), members.map(\.1))
    }

    static func head(of row: Int64, in database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT profile FROM lead_profile WHERE lead=?"), arguments: [row]) ?? row
    }
}

extension RootID {
    /// Sixteen bytes as SQLite hands them out.
    init?(bytes: Data?) {
        guard let bytes else { return nil }
        self.init(bytes: Array(bytes))
    }
}
