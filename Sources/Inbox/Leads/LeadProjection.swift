public import GRDB
public import Storage

/// The tables of leads as screens show them.
public struct LeadProjection: Projection {
    /// A projection without options.
    public init() {}

    /// `profile` has a row a lead, under its local row. A lead's profile is `coalesce(lead_profile.profile, lead.id)`.
    public func definition(in name: String) -> String {
        """
        CREATE TABLE \(name).profile(
            id INTEGER PRIMARY KEY, key BLOB NOT NULL, name TEXT, email TEXT, phone TEXT, avatar TEXT,
            status TEXT NOT NULL, score INTEGER, assignee BLOB);
        CREATE TABLE \(name).lead_profile(lead INTEGER PRIMARY KEY, profile INTEGER NOT NULL);
        """
    }

    /// Brings the profiles of the leads that were touched up to date.
    public func refresh(_ touched: Touched, in database: Database) throws {
        let reader = LeadReader(database)
        for row in touched.roots[InboxSchema.lead.name] ?? [] {
            try database.cachedStatement(sql: "DELETE FROM profile WHERE id=?").execute(arguments: [row])
            try database.cachedStatement(
                sql: """
                    INSERT INTO profile(id, key, name, email, phone, avatar, status, score)
                    SELECT id, key, name, email, phone, avatar, ?2, ?3 FROM lead WHERE id=?1
                    """
            ).execute(arguments: [row, reader.status(of: row), reader.score(of: row)])
            try database.cachedStatement(
                sql: """
                    UPDATE card SET lead_status=?2 WHERE lead=(SELECT key FROM lead WHERE id=?1) AND lead_status IS NOT ?2
                    """
            ).execute(arguments: [row, reader.status(of: row)])
        }
    }

    /// Nothing here is made of elements.
    public func willReplace(_ row: Int64, of sequence: String, in database: Database) throws {}

    /// By the leads' ids.
    public func comparison(in name: String) -> ProjectionComparison? {
        ProjectionComparison(queries: [
            ("profile", "SELECT key, name, email, phone, avatar, status, score, assignee FROM \(name).profile")
        ])
    }
}
