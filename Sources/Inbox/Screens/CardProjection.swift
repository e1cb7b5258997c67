public import GRDB
public import Storage

import struct Foundation.Data

/// The tables that screens read: one card a conversation, and an index of the words in messages.
public struct CardProjection: Projection {
    /// A projection without options.
    public init() {}

    /// `last_at` is in milliseconds since 1970, null when no message has a time; `lead` and `assignee` are ids.
    public func definition(in name: String) -> String {
        """
        CREATE TABLE \(name).card(
            conversation INTEGER PRIMARY KEY, key BLOB NOT NULL, last_at INTEGER, preview TEXT NOT NULL,
            channel TEXT, lead BLOB, status TEXT NOT NULL, assignee BLOB);
        CREATE INDEX \(name).card_order ON card(last_at DESC, key);
        CREATE INDEX \(name).card_lead ON card(lead);
        CREATE VIRTUAL TABLE \(name).words USING fts5(
            text, content='conversation_message', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
        """
    }

    /// The longest preview, in Unicode scalars; it ends between characters.
    static let previewLength = 120

    /// Brings cards and words up to date.
    public func refresh(_ touched: Touched, in database: Database) throws {
        try index(touched.elements["conversation_message"] ?? [], in: database)
        guard let conversations = touched.roots["conversation"], !conversations.isEmpty else { return }
        let past = CausalPast(database)
        for row in conversations.sorted() { try refreshCard(row, in: database, past: past) }
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
                ("card", "SELECT key, last_at, preview, channel, lead, status, assignee FROM \(name).card"),
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

    private func refreshCard(_ row: Int64, in database: Database, past: CausalPast) throws {
        let state = try ConversationState(of: row, in: database, past: past)
        let last = try Row.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT kind, substr(text, 1, \(4 * Self.previewLength)), timeless, position >> 16
                    FROM conversation_message WHERE root=? AND kind<>1 ORDER BY position DESC, key DESC LIMIT 1
                    """), arguments: [row])
        let preview = last.map { Self.preview(kind: $0[0], text: $0[1]) } ?? ""
        let isTimeless = last.map { ($0[2] as Int64?) != nil } ?? true
        let lastAt: Int64? = isTimeless ? try newestTime(in: row, database) : last?[3]
        try write(row, lastAt: lastAt, preview: preview, state: state, in: database)
    }

    /// Most changes to a conversation leave its card as it is; then nothing is written.
    private func write(
        _ row: Int64, lastAt: Int64?, preview: String, state: ConversationState, in database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO card(conversation, key, last_at, preview, channel, lead, status, assignee)
                SELECT id, key, ?2, ?3, channel, lead, ?4, ?5 FROM conversation WHERE id=?1
                ON CONFLICT(conversation) DO UPDATE SET last_at=excluded.last_at, preview=excluded.preview,
                    channel=excluded.channel, lead=excluded.lead, status=excluded.status, assignee=excluded.assignee
                WHERE (last_at, preview, channel, lead, status, assignee) IS NOT (excluded.last_at, excluded.preview,
                    excluded.channel, excluded.lead, excluded.status, excluded.assignee)
                """
        ).execute(arguments: [row, lastAt, preview, state.status.rawValue, state.assignee])
        // A rebuild may find that nothing made this conversation after all.
        try database.cachedStatement(
            sql: "DELETE FROM card WHERE conversation=?1 AND NOT EXISTS(SELECT 1 FROM conversation WHERE id=?1)"
        ).execute(arguments: [row])
    }

    /// For a conversation whose last message has no time: that of the last one that has.
    private func newestTime(in row: Int64, _ database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT position >> 16 FROM conversation_message WHERE root=? AND kind<>1 AND timeless IS NULL
                    ORDER BY position DESC, key DESC LIMIT 1
                    """), arguments: [row])
    }

    /// One line: the start of the text, or the kind in brackets where there is none.
    static func preview(kind: Int64?, text: String?) -> String {
        let kind = MessageKind(rawValue: kind ?? 0) ?? .unsupported
        guard let text, !text.isEmpty else { return kind == .text ? "" : "[\(kind.name)]" }
        if let line = plainPreview(text) { return line }
        var line = ""
        var count = 0
        var isGap = false
        // Long texts are not walked to their end.
        for character in text.prefix(4 * previewLength) {
            if character.isWhitespace || character.isNewline {
                isGap = !line.isEmpty
                continue
            }
            count += character.unicodeScalars.count + (isGap ? 1 : 0)
            guard count <= previewLength else { break }
            if isGap { line.append(" ") }
            isGap = false
            line.append(character)
        }
        return line
    }

    /// The same for printable ASCII and its blanks, which most texts are: there each byte is a character.
    ///
    /// - Returns: nil for any other text.
    private static func plainPreview(_ text: String) -> String? {
        var line: [UInt8] = []
        line.reserveCapacity(previewLength)
        var isGap = false
        for byte in text.utf8 {
            switch byte {
            case 0x09...0x0D, 0x20: isGap = !line.isEmpty
            case 0x21...0x7E:
                guard line.count + (isGap ? 2 : 1) <= previewLength else {
                    return String(decoding: line, as: UTF8.self)
                }
                if isGap { line.append(0x20) }
                isGap = false
                line.append(byte)
            default: return nil
            }
        }
        return String(decoding: line, as: UTF8.self)
    }
}
