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

/// Finds messages by their words: all of them, in any order, the last one also as a beginning. Words of scripts that
/// put no space between words are found anywhere in a text. What its author has taken back is not found.
public enum MessageSearch {
    /// The newest first, at most `limit`; 0 is all.
    public static func hits(for text: String, in database: Database, limit: Int) throws -> [SearchHit] {
        let terms = SearchTerms(text)
        let (source, snippet): (String, String) =
            terms.match == nil
            ? ("conversation_message m", "substr(m.text, max(1, instr(m.text, ?) - 20), 120)")
            : ("words JOIN conversation_message m ON m.id = words.rowid", "snippet(words, 0, '', '', '…', 16)")
        let condition = terms.condition(match: "words MATCH ?")
        let start: StatementArguments = terms.match == nil ? [terms.runs.first] : []
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT conversation.key AS conversation, m.key AS message, m.position >> 16 AS at, m.timeless,
                    \(snippet) AS snippet
                FROM \(source) JOIN conversation ON conversation.id = m.root
                WHERE (\(condition)) AND NOT \(Amendments.isTakenBack)
                ORDER BY m.timeless IS NOT NULL, m.position DESC, m.key LIMIT ?
                """, arguments: start + terms.arguments + [limit == 0 ? -1 : limit])
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
struct SearchTerms {
    /// For MATCH: every word in quotes, so that nothing in it is an operator; the last one as a beginning. A text without
    /// any word finds nothing. Nil where there are only runs.
    let match: String?
    /// Words that the index does not know by themselves: to it, all up to the next space or full stop is one.
    let runs: [String]

    init(_ text: String) {
        let words = Self.start(of: text).split {
            !($0.isLetter || $0.isNumber || $0.unicodeScalars.contains { $0.properties.isAlphabetic })
        }
        runs = words.filter { $0.unicodeScalars.contains(where: \.isUnspaced) }.map(String.init)
        let indexed = words.filter { !$0.unicodeScalars.contains(where: \.isUnspaced) }
        match =
            indexed.isEmpty
            ? (runs.isEmpty ? "\"\"" : nil) : indexed.map(Self.quoted).joined(separator: " ") + "*"
    }

    /// A quote can be part of a word, under a mark that is a letter to Unicode.
    private static func quoted(_ word: Substring) -> String {
        "\"\(String(String.UnicodeScalarView(word.unicodeScalars.filter { $0 != "\"" })))\""
    }

    /// Its first two hundred scalars: nobody types more, and SQLite fails on long patterns and on very many.
    static func start(of text: String) -> String { String(String.UnicodeScalarView(text.unicodeScalars.prefix(200))) }

    /// What a message `m` must fulfil, with ``arguments``.
    ///
    /// - Parameter match: how it is in the index, with one argument.
    func condition(match: String) -> String {
        let terms = (self.match == nil ? [] : [match]) + runs.map { _ in "m.text LIKE ? ESCAPE '\\'" }
        return terms.joined(separator: " AND ")
    }

    var arguments: StatementArguments {
        StatementArguments([match].compactMap(\.self) + runs.map { "%\(Self.likeEscaped($0))%" })
    }

    /// For LIKE with `\` as the escape.
    static func likeEscaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
            escaped.append(character)
        }
    }
}

extension Unicode.Scalar {
    /// Whether it belongs to a script that puts no space between words: Thai, Lao, Burmese, Khmer, kana and Chinese
    /// characters.
    package var isUnspaced: Bool {
        switch value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF, 0x31F0...0x31FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
