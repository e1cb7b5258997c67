import GRDB
import PhoneNumbers

/// A touched lead that carries something it can be compared by, or did.
struct KeyedLead {
    let row: Int64
    /// Whether nothing made the lead after all, as a rebuild may find.
    let isGone: Bool
    let email: String?
    let phone: String?
    let hasIdentities: Bool
    /// Whether the table `identity` has rows of it.
    let isKnown: Bool

    /// Of all that were touched: in a first sync most leads carry nothing, and cost no more than this.
    static func among(_ leads: Set<Int64>, in database: Database) throws -> [KeyedLead] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT t.value, l.id IS NULL, l.email, l.phone,
                        EXISTS(SELECT 1 FROM lead_set WHERE root=t.value AND field=\(LeadField.identities)) AS named,
                        EXISTS(SELECT 1 FROM identity WHERE lead=t.value) AS known
                    FROM json_each(?) t LEFT JOIN lead l ON l.id = t.value
                    WHERE l.id IS NULL OR l.email IS NOT NULL OR l.phone IS NOT NULL OR named OR known
                    """), arguments: [RowList(leads.sorted())])
        var keyed: [KeyedLead] = []
        while let row = try rows.next() {
            guard let lead = row[0] as Int64? else { continue }
            keyed.append(
                KeyedLead(
                    row: lead, isGone: row[1] ?? false, email: row[2], phone: row[3], hasIdentities: row[4] ?? false,
                    isKnown: row[5] ?? false))
        }
        return keyed
    }
}

/// Keeps the table `identity`: by what leads are compared.
struct LeadIdentities {
    /// How many of a lead's identities count, the lowest ones. Nobody has so many; a program gone wild might.
    static let countLimit = 100
    /// How long one may be, in bytes.
    static let byteLimit = 512

    private let database: Database

    init(_ database: Database) { self.database = database }

    /// - Returns: the leads whose group may be another now: those given, and those that share, or shared, a key that one
    ///   of them has got or lost.
    func bringUpToDate(_ leads: [KeyedLead]) throws -> Set<Int64> {
        var changes: [IdentityKey: Int] = [:]
        for lead in leads {
            let old = lead.isKnown ? try held(by: lead.row) : []
            let new = lead.isGone ? [] : try keys(of: lead)
            guard old != new else { continue }
            for key in old.subtracting(new) {
                try delete(key, of: lead.row)
                changes[key, default: 0] += 0
            }
            for key in new.subtracting(old) {
                try insert(key, of: lead.row)
                changes[key, default: 0] += 1
            }
        }
        var dirty = Set(leads.lazy.filter { !$0.isGone }.map(\.row))
        for (key, added) in changes { try dirty.formUnion(others(carrying: key, added: added)) }
        return dirty
    }

    /// Those that carry a key; none where it joins nobody, neither now nor before so many got it.
    private func others(carrying key: IdentityKey, added: Int) throws -> [Int64] {
        let limit = LeadMerging.crowd + 1 + added
        let carriers = try Self.carriers(of: key, limit: limit, in: database)
        return carriers.count < limit ? carriers : []
    }

    static func carriers(of key: IdentityKey, limit: Int, in database: Database) throws -> [Int64] {
        try Int64.fetchAll(
            database.cachedStatement(sql: "SELECT lead FROM identity WHERE kind=? AND value=? LIMIT ?"),
            arguments: [key.kind.rawValue, key.value, limit])
    }

    static func keys(of row: Int64, in database: Database) throws -> Set<IdentityKey> {
        let rows = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT kind, value FROM identity WHERE lead=?"), arguments: [row])
        var keys: Set<IdentityKey> = []
        while let row = try rows.next() {
            guard let kind = (row[0] as Int64?).flatMap(IdentityKey.Kind.init), let value = row[1] as String? else {
                continue
            }
            keys.insert(IdentityKey(kind, value))
        }
        return keys
    }

    private func held(by row: Int64) throws -> Set<IdentityKey> { try Self.keys(of: row, in: database) }

    /// By what the state says. A phone number without a country joins nobody: whose it is hangs on where it is dialled.
    private func keys(of lead: KeyedLead) throws -> Set<IdentityKey> {
        var keys: Set<IdentityKey> = []
        if let email = lead.email.flatMap(EmailAddress.init) { keys.insert(IdentityKey(.email, email.normalized)) }
        if let phone = lead.phone.flatMap({ PhoneNumber($0) }) {
            keys.insert(IdentityKey(.phone, phone.matchingKey))
        }
        guard lead.hasIdentities else { return keys }
        let identities = try String.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT value FROM lead_set WHERE root=? AND field=\(LeadField.identities)
                    AND length(CAST(value AS BLOB)) BETWEEN 1 AND \(Self.byteLimit)
                    GROUP BY value ORDER BY value LIMIT \(Self.countLimit)
                    """), arguments: [lead.row])
        return keys.union(identities.map { IdentityKey(.identity, $0) })
    }

    private func insert(_ key: IdentityKey, of row: Int64) throws {
        try database.cachedStatement(
            sql: "INSERT INTO identity(kind, value, lead) VALUES(?,?,?) ON CONFLICT DO NOTHING"
        )
        .execute(arguments: [key.kind.rawValue, key.value, row])
    }

    private func delete(_ key: IdentityKey, of row: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM identity WHERE kind=? AND value=? AND lead=?")
            .execute(arguments: [key.kind.rawValue, key.value, row])
    }
}
