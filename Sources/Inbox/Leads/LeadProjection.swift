public import GRDB
public import Storage

/// The tables of leads as screens show them: one profile for all leads that are one person.
///
/// A lead's profile is `coalesce(lead_profile.profile, lead.id)`.
public struct LeadProjection: Projection {
    /// A projection without options.
    public init() {}

    /// `profile` has a row for each person, under the local row of the lead with the lowest id, whose id is `key`;
    /// `sort` is the name in the form by which names are put in order. `lead_profile` has the leads of those who are
    /// more than one. `identity` has what leads are compared by, with the codes of ``IdentityKey/Kind``.
    public func definition(in name: String) -> String {
        """
        CREATE TABLE \(name).profile(
            id INTEGER PRIMARY KEY, key BLOB NOT NULL, name TEXT, email TEXT, phone TEXT, avatar TEXT,
            status TEXT NOT NULL, score INTEGER, assignee BLOB, sort NOT NULL);
        CREATE INDEX \(name).profile_name ON profile(sort, key);
        CREATE INDEX \(name).profile_score ON profile(score DESC, key);
        CREATE INDEX \(name).profile_status_name ON profile(status, sort, key);
        CREATE INDEX \(name).profile_status_score ON profile(status, score DESC, key);
        CREATE INDEX \(name).profile_assignee_name ON profile(assignee, sort, key) WHERE assignee IS NOT NULL;
        CREATE INDEX \(name).profile_assignee_score ON profile(assignee, score DESC, key) WHERE assignee IS NOT NULL;
        CREATE TABLE \(name).lead_profile(lead INTEGER PRIMARY KEY, profile INTEGER NOT NULL);
        CREATE INDEX \(name).lead_profile_members ON lead_profile(profile, lead);
        CREATE TABLE \(name).identity(
            kind INTEGER NOT NULL, value TEXT NOT NULL, lead INTEGER NOT NULL,
            PRIMARY KEY(kind, value, lead)) WITHOUT ROWID;
        CREATE INDEX \(name).identity_lead ON identity(lead);
        CREATE INDEX \(name).lead_set_label ON lead_set(value, root) WHERE field = \(LeadField.labels);
        CREATE INDEX \(name).lead_set_apart ON lead_set(value, root) WHERE field = \(LeadField.apart);
        """
    }

    /// Brings profiles up to date, of the leads that were touched and of those that are, or were, one person with them.
    public func refresh(_ touched: Touched, in database: Database) throws {
        guard let leads = touched.roots[InboxSchema.lead.name], !leads.isEmpty else { return }
        let keyed = try KeyedLead.among(leads, in: database)
        let grouping = try LeadGrouping(of: LeadIdentities(database).bringUpToDate(keyed), in: database)
        let gone = keyed.filter(\.isGone).map(\.row)
        let profiles = ProfileWriter(database)
        try profiles.forget(gone)
        try profiles.write(leads.subtracting(keyed.map(\.row)).union(grouping.alone))
        for group in grouping.groups { try profiles.write(group) }
    }

    /// Nothing here is made of elements.
    public func willReplace(_ row: Int64, of sequence: String, in database: Database) throws {}

    /// By the leads' ids.
    public func comparison(in name: String) -> ProjectionComparison? {
        ProjectionComparison(queries: [
            (
                "profile",
                """
                SELECT p.key, l.key, p.name, p.email, p.phone, p.avatar, p.status, p.score, p.assignee, p.sort
                FROM \(name).profile p LEFT JOIN \(name).lead l ON l.id = p.id
                """
            ),
            (
                "lead_profile",
                """
                SELECT l.key, p.key FROM \(name).lead_profile x
                LEFT JOIN \(name).lead l ON l.id = x.lead LEFT JOIN \(name).profile p ON p.id = x.profile
                """
            ),
            (
                "identity",
                "SELECT i.kind, i.value, l.key FROM \(name).identity i LEFT JOIN \(name).lead l ON l.id = i.lead"
            ),
        ])
    }
}

/// The numbers of a lead's fields, as the state tables have them.
enum LeadField {
    static let status = number("status")
    static let score = number("score")
    static let labels = number("labels")
    static let identities = number("identities")
    static let interests = number("interests")
    static let assignee = number("assignee")
    static let summary = number("summary")
    static let apart = number("apart")

    private static func number(_ name: String) -> Int64 { Int64(InboxSchema.lead.number(of: name)) }
}

/// Local rows as one parameter of a statement: `SELECT value FROM json_each(?)`.
struct RowList: DatabaseValueConvertible {
    let rows: [Int64]

    init(_ rows: some Sequence<Int64>) { self.rows = Array(rows) }

    var databaseValue: DatabaseValue { "[\(rows.map(String.init).joined(separator: ","))]".databaseValue }

    /// Rows are only handed in, never read.
    static func fromDatabaseValue(_ value: DatabaseValue) -> RowList? { nil }
}
