public import CRDT
public import ChangeLog
public import GRDB

import struct Foundation.Data

/// A message that has the words looked for.
public struct SearchHit: Hashable, Sendable {
    /// The message's conversation.
    public let conversation: RootID
    /// The message.
    public let message: ElementID
    /// The words with some text around them, on one line.
    public let snippet: String
    /// Milliseconds since 1970; nil for a message without a time.
    public let at: Int64?
}

/// Finds messages by their words: all of them, in any order, the last one also as a beginning.
public enum MessageSearch {
    /// The newest first, at most `limit`; 0 is all.
    public static func hits(for text: String, in database: Database, limit: Int) throws -> [SearchHit] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT conversation.key AS conversation, m.key AS message, m.position >> 16 AS at, m.timeless,
                    snippet(words, 0, '', '', '…', 16) AS snippet
                FROM words JOIN conversation_message m ON m.id = words.rowid
                JOIN conversation ON conversation.id = m.root
                WHERE words MATCH ? ORDER BY m.timeless IS NOT NULL, m.position DESC, m.key LIMIT ?
                """, arguments: [SearchTerms.match(text), limit == 0 ? -1 : limit])
        return rows.compactMap { row in
            guard let conversation = RootID(bytes: row["conversation"] as Data?),
                let message = ElementID(bytes: row["message"] as Data)
            else { return nil }
            let snippet = Preview(kind: MessageKind.text.rawValue, text: row["snippet"]).text
            return SearchHit(
                conversation: conversation, message: message, snippet: snippet,
                at: (row["timeless"] as Int64?) == nil ? row["at"] : nil)
        }
    }
}

/// What a person typed, as SQLite takes it.
enum SearchTerms {
    /// Every word in quotes, so that nothing in it is an operator; the last one as a beginning. A text without any word
    /// finds nothing.
    static func match(_ text: String) -> String {
        let words = text.split {
            !($0.isLetter || $0.isNumber || $0.unicodeScalars.contains { $0.properties.isAlphabetic })
        }
        guard !words.isEmpty else { return "\"\"" }
        return words.map { "\"\($0)\"" }.joined(separator: " ") + "*"
    }

    /// For LIKE with `\` as the escape.
    static func likeEscaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
    }
}
