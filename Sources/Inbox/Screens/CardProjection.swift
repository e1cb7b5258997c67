public import GRDB
public import Storage

import struct Foundation.Data

/// The tables that screens read: one card a conversation, and an index of the words in messages.
public struct CardProjection: Projection {
    /// A projection without options.
    public init() {}

    /// `last_at`, `paused_until` and `snoozed_until` are in milliseconds since 1970; `last_at` is null when no message
    /// has a time. `lead` and `assignee` are ids. `status` is the one that shows once every pause that ends by itself
    /// has ended; until `paused_until` an active one shows as one that needs a person. `unread` counts for the person
    /// whose replica this is, who stands in `reader`; `displaced` says that they lost a concurrent assignment.
    public func definition(in name: String) -> String {
        """
        CREATE TABLE \(name).card(
            conversation INTEGER PRIMARY KEY, key BLOB NOT NULL, last_at INTEGER, preview TEXT NOT NULL,
            channel TEXT, lead BLOB, status TEXT NOT NULL, assignee BLOB, lead_status TEXT, paused_until INTEGER,
            snoozed_until INTEGER, unread INTEGER NOT NULL, displaced INTEGER NOT NULL);
        CREATE INDEX \(name).card_order ON card(last_at DESC, key);
        CREATE INDEX \(name).card_status ON card(status, last_at DESC, key);
        CREATE INDEX \(name).card_channel ON card(channel, last_at DESC, key);
        CREATE INDEX \(name).card_lead_status ON card(lead_status, last_at DESC, key);
        CREATE INDEX \(name).card_assignee ON card(assignee, last_at DESC, key) WHERE assignee IS NOT NULL;
        CREATE INDEX \(name).card_unread ON card(last_at DESC, key) WHERE unread > 0;
        CREATE INDEX \(name).card_displaced ON card(last_at DESC, key) WHERE displaced > 0;
        CREATE INDEX \(name).card_paused ON card(paused_until) WHERE paused_until IS NOT NULL;
        CREATE INDEX \(name).card_snoozed ON card(snoozed_until) WHERE snoozed_until IS NOT NULL;
        CREATE INDEX \(name).card_lead ON card(lead, last_at DESC, key);
        CREATE TABLE \(name).reader(person BLOB NOT NULL);
        CREATE VIRTUAL TABLE \(name).words USING fts5(
            text, content='conversation_message', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
        """
    }

    /// Brings cards and words up to date.
    public func refresh(_ touched: Touched, in database: Database) throws {
        try index(touched.elements["conversation_message"] ?? [], in: database)
        let reader = try Reader(database)
        if reader.isNew { try reader.recount() }
        guard let conversations = touched.roots["conversation"], !conversations.isEmpty else { return }
        let writer = CardWriter(database, past: CausalPast(database), reader: reader)
        for row in conversations.sorted() { try writer.refresh(row) }
    }

    /// Takes the old text out of the words.
    public func willReplace(_ row: Int64, of sequence: String, in database: Database) throws {
        guard sequence == "conversation_message" else { return }
        try database.cachedStatement(
            sql: """
                INSERT INTO words(words, rowid, text)
                SELECT 'delete', id, coalesce(text, '') FROM conversation_message WHERE id=?
                """
        ).execute(arguments: [row])
    }

    /// Of the words, which there are and how often; cards by their conversation's id.
    public func comparison(in name: String) -> ProjectionComparison? {
        ProjectionComparison(
            preparation: "CREATE VIRTUAL TABLE temp.\(name)_words USING fts5vocab('\(name)', 'words', 'row')",
            queries: [
                (
                    "card",
                    """
                    SELECT key, last_at, preview, channel, lead, status, assignee, lead_status, paused_until,
                        snoozed_until, unread, displaced FROM \(name).card
                    """
                ),
                ("reader", "SELECT person FROM \(name).reader"),
                ("words", "SELECT term, doc, cnt FROM temp.\(name)_words"),
            ])
    }

    private func index(_ rows: Set<Int64>, in database: Database) throws {
        // VALUES and not SELECT: for an insert that may have several rows SQLite opens a savepoint, and at every
        // savepoint FTS5 writes its pending words to disk.
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO words(rowid, text)
                VALUES(?1, (SELECT coalesce(text, '') FROM conversation_message WHERE id=?1))
                """)
        for row in rows.sorted() { try insert.execute(arguments: [row]) }
    }
}

/// The person whose replica this is: whose unread messages the cards count.
struct Reader {
    let database: Database
    /// The bytes of their id; empty until this device is a member.
    let person: Data
    /// Whether the cards count somebody else's still.
    let isNew: Bool

    init(_ database: Database) throws {
        self.database = database
        person =
            try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT person FROM member
                        WHERE device = (SELECT substr(value, 1, 32) FROM local WHERE key='\(LocalValues.Key.replica.rawValue)')
                        """)
            ).flatMap { $0[0] as Data? } ?? Data()
        let held = try Row.fetchOne(database.cachedStatement(sql: "SELECT person FROM reader"))
        isNew = held.flatMap { $0[0] as Data? } != person
    }

    /// Counts every conversation's unread messages anew.
    func recount() throws {
        try database.execute(sql: "DELETE FROM reader")
        try database.execute(sql: "INSERT INTO reader(person) VALUES(?)", arguments: [person])
        let count = UnreadCount(database, person: person)
        for row in try Int64.fetchAll(database, sql: "SELECT conversation FROM card") {
            try database.cachedStatement(sql: "UPDATE card SET unread=?2 WHERE conversation=?1 AND unread<>?2")
                .execute(arguments: [row, count.count(in: row)])
        }
        try recountDisplaced()
    }

    private func recountDisplaced() throws {
        let rows = try Int64.fetchAll(
            database,
            sql: """
                SELECT DISTINCT root FROM conversation_current WHERE field = \(InboxSchema.conversation.number(of: "assignee"))
                GROUP BY root HAVING count(*) > 1
                """)
        let past = CausalPast(database)
        for row in rows {
            let state = try ConversationState(of: row, in: database, past: past)
            try database.cachedStatement(sql: "UPDATE card SET displaced=?2 WHERE conversation=?1")
                .execute(arguments: [row, state.displaced.contains(person)])
        }
    }
}
