import ChangeLog
import Foundation
import GRDB

/// Writes profiles from the state: what several leads say of one person, put together.
struct ProfileWriter {
    private let database: Database

    init(_ database: Database) { self.database = database }

    // MARK: Leads that are one person by themselves

    /// All in a few statements: in a first sync there are thousands, and most have no more than a name.
    func write(_ alone: Set<Int64>) throws {
        guard !alone.isEmpty else { return }
        let contested = try contested(alone)
        let rows = RowList(alone.sorted())
        try run("DELETE FROM lead_profile WHERE lead IN (SELECT value FROM json_each(?1))", [rows])
        let plain = contested.isEmpty ? rows : RowList(alone.subtracting(contested).sorted())
        try run(Self.writePlain, [plain])
        for row in contested { try write(RowList([row]), of: row) }
        try sort(rows)
        try run(Self.tellCards, [rows])
    }

    /// Those of which a field has more than one current write. A single one shows, whoever wrote it.
    private func contested(_ rows: Set<Int64>) throws -> [Int64] {
        try Int64.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT t.value FROM json_each(?) t WHERE EXISTS(
                        SELECT 1 FROM lead_current WHERE root = t.value AND field IN (\(Self.shared))
                        GROUP BY field HAVING count(*) > 1)
                    """), arguments: [RowList(rows.sorted())])
    }

    // MARK: Leads that are one person together

    /// - Parameter group: the first one's row is the profile's.
    func write(_ group: [Int64]) throws {
        guard let head = group.first else { return }
        let rows = RowList(group)
        try run(
            """
            INSERT INTO lead_profile(lead, profile) SELECT value, ?2 FROM json_each(?1) WHERE true
            ON CONFLICT(lead) DO UPDATE SET profile = excluded.profile WHERE profile <> excluded.profile
            """, [rows, head])
        try run("DELETE FROM profile WHERE id IN (SELECT value FROM json_each(?1)) AND id <> ?2", [rows, head])
        try write(rows, of: head)
        try sort(RowList([head]))
        try run(Self.tellCards, [rows])
    }

    private func write(_ rows: RowList, of head: Int64) throws {
        let writes = try LeadWrites(of: rows, in: database)
        try run(
            Self.writeMerged,
            [head, rows, writes.statusText, writes.shown(LeadField.score).value.integer, writes.assignee])
    }

    // MARK: Leads that are not there after all

    func forget(_ gone: [Int64]) throws {
        guard !gone.isEmpty else { return }
        let rows = RowList(gone)
        try run("DELETE FROM lead_profile WHERE lead IN (SELECT value FROM json_each(?1))", [rows])
        try run("DELETE FROM profile WHERE id IN (SELECT value FROM json_each(?1))", [rows])
        // Their ids are not known any more; but this is rare.
        try run(
            """
            UPDATE card SET lead_status = NULL
            WHERE lead_status IS NOT NULL AND NOT EXISTS(SELECT 1 FROM lead WHERE key = card.lead)
            """, [])
    }

    // MARK: Order

    /// SQLite knows the small letters of ASCII only.
    private func sort(_ rows: RowList) throws {
        let named = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT id, name, sort FROM profile
                    WHERE id IN (SELECT value FROM json_each(?)) AND name GLOB '*[^ -~]*'
                    """), arguments: [rows])
        for row in named {
            guard let name = row[1] as String? else { continue }
            let sort = Self.sort(name)
            guard sort != row[2] as String? else { continue }
            try run("UPDATE profile SET sort = ?2 WHERE id = ?1", [row[0] as Int64?, sort])
        }
    }

    /// A name as it is put in order: without regard to case and accents.
    static func sort(_ name: String) -> String {
        name.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
    }

    // MARK: Statements

    private func run(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private static let shared = "\(LeadField.status), \(LeadField.score), \(LeadField.assignee)"

    private static func single(_ field: Int64) -> String {
        "(SELECT value FROM lead_current WHERE root = l.id AND field = \(field))"
    }

    /// Of a few leads: not `UPDATE ... FROM`, which would read all cards first.
    static let tellCards = """
        UPDATE card SET lead_status = (
            SELECT p.status FROM lead l LEFT JOIN lead_profile x ON x.lead = l.id
            CROSS JOIN profile p ON p.id = coalesce(x.profile, l.id) WHERE l.key = card.lead)
        WHERE conversation IN (
            SELECT c.conversation FROM json_each(?1) t CROSS JOIN lead l ON l.id = t.value
            LEFT JOIN lead_profile x ON x.lead = l.id CROSS JOIN profile p ON p.id = coalesce(x.profile, l.id)
            CROSS JOIN card c ON c.lead = l.key WHERE c.lead_status IS NOT p.status)
        """

    static let writePlain = upsert(
        from: """
            SELECT l.id, l.key, l.name, l.email, l.phone, l.avatar, coalesce(\(single(LeadField.status)), 'new'),
                \(single(LeadField.score)), nullif(\(single(LeadField.assignee)), x''), \(order(of: "l.name"))
            FROM json_each(?1) t CROSS JOIN lead l ON l.id = t.value WHERE true
            """)

    static let writeMerged = upsert(
        from: """
            SELECT m.id, m.key, m.name, m.email, m.phone, m.avatar, ?3, ?4, ?5, \(order(of: "m.name")) FROM (
                SELECT id, key, \(latest("name")), \(latest("email")), \(latest("phone")), \(latest("avatar"))
                FROM lead WHERE id = ?1) m WHERE true
            """)

    /// The latest write of a register over several leads; one of null counts like any other.
    private static func latest(_ column: String) -> String {
        """
        (SELECT l.\(column) FROM json_each(?2) t CROSS JOIN lead l ON l.id = t.value
            CROSS JOIN change ON change.place = l.\(column)_by
            ORDER BY l.\(column)_at DESC, change.id DESC LIMIT 1) AS \(column)
        """
    }

    /// Blobs stand behind all texts, so the nameless come last.
    private static func order(of name: String) -> String { "coalesce(lower(\(name)), x'')" }

    /// Most changes to a lead leave its profile as it is; then nothing is written.
    private static func upsert(from select: String) -> String {
        let columns = ["key", "name", "email", "phone", "avatar", "status", "score", "assignee"]
        let new = columns.map { "excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO profile(id, \(columns.joined(separator: ", ")), sort) \(select)
            ON CONFLICT(id) DO UPDATE SET \(columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")),
                sort = CASE WHEN profile.name IS excluded.name THEN profile.sort ELSE excluded.sort END
            WHERE (\(columns.map { "profile.\($0)" }.joined(separator: ", "))) IS NOT (\(new))
            """
    }
}
