import ChangeLog
import GRDB

import struct Foundation.Data

/// Which of some leads are one person, by the table `identity` and by who is kept apart.
///
/// Only leads that hang together by equal keys are looked at; what lies elsewhere cannot matter to them.
struct LeadGrouping {
    /// Leads that are one person by themselves.
    private(set) var alone: [Int64] = []
    /// Leads that are one person together; the first of each, with the lowest id, has the profile.
    private(set) var groups: [[Int64]] = []

    private let database: Database

    /// - Parameter leads: all that exist and may have changed. Those that hang together with them are taken in.
    init(of leads: Set<Int64>, in database: Database) throws {
        self.database = database
        let sharing = try sharing(among: leads)
        alone = leads.subtracting(sharing).sorted()
        var done: Set<Int64> = []
        for lead in sharing where !done.contains(lead) {
            let keysByLead = try connected(with: lead)
            done.formUnion(keysByLead.keys)
            if keysByLead.count == 1 { alone.append(lead) } else { try split(keysByLead) }
        }
    }

    /// Those that carry what another carries, too: few, so all others are told apart from them at once.
    private func sharing(among leads: Set<Int64>) throws -> [Int64] {
        try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT t.value FROM json_each(?) t WHERE EXISTS(
                        SELECT 1 FROM identity i CROSS JOIN identity o
                        ON o.kind = i.kind AND o.value = i.value AND o.lead <> i.lead WHERE i.lead = t.value)
                    """), arguments: [RowList(leads.sorted())])
    }

    /// The lead, and all that a chain of equal keys leads to, with the keys of each.
    private func connected(with lead: Int64) throws -> [Int64: Set<IdentityKey>] {
        var keysByLead: [Int64: Set<IdentityKey>] = [:]
        var met: Set<IdentityKey> = []
        var next = [lead]
        while let lead = next.popLast() {
            guard keysByLead[lead] == nil else { continue }
            let keys = try LeadIdentities.keys(of: lead, in: database)
            keysByLead[lead] = keys
            for key in keys where met.insert(key).inserted {
                let limit = LeadMerging.crowd + 1
                let carriers = try LeadIdentities.carriers(of: key, limit: limit, in: database)
                if carriers.count < limit { next += carriers }
            }
        }
        return keysByLead
    }

    private mutating func split(_ keysByLead: [Int64: Set<IdentityKey>]) throws {
        let rowsByID = try ids(of: keysByLead.keys)
        let keysByID = rowsByID.mapValues { keysByLead[$0] ?? [] }
        for group in LeadMerging.groups(of: keysByID, apart: try apart(rowsByID)) {
            let rows = group.compactMap { rowsByID[$0] }
            if rows.count == 1 { alone += rows } else { groups.append(rows) }
        }
    }

    private func ids(of rows: some Sequence<Int64>) throws -> [RootID: Int64] {
        let found = try Row.fetchCursor(
            database.cachedStatement(sql: "SELECT key, id FROM lead WHERE id IN (SELECT value FROM json_each(?))"),
            arguments: [RowList(rows)])
        var rowsByID: [RootID: Int64] = [:]
        while let row = try found.next() {
            guard let id = RootID(bytes: row[0] as Data?) else { continue }
            rowsByID[id] = row[1] as Int64?
        }
        return rowsByID
    }

    private func apart(_ rowsByID: [RootID: Int64]) throws -> Set<LeadMerging.Pair> {
        let found = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT l.key, s.value FROM json_each(?) t CROSS JOIN lead_set s ON s.root = t.value
                    CROSS JOIN lead l ON l.id = s.root WHERE s.field = \(LeadField.apart)
                    """), arguments: [RowList(rowsByID.values)])
        var pairs: Set<LeadMerging.Pair> = []
        while let row = try found.next() {
            guard let one = RootID(bytes: row[0] as Data?), let other = RootID(bytes: row[1] as Data?) else { continue }
            pairs.insert(LeadMerging.Pair(one, other))
        }
        return pairs
    }
}
