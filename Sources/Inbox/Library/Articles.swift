import CRDT
public import ChangeLog
public import GRDB
import Storage

/// What the assistant answers from.
public struct Article: Hashable, Sendable {
    /// Names it for ever.
    public let id: RootID
    /// The question, or what it is about; of two with one title the second is `Opening hours (2)`.
    public let title: String
    /// The answer.
    public let text: String
    /// Its language, as in `en`.
    public let language: String?
    /// Where it is from.
    public let source: String?
    /// Sorted.
    public let labels: [String]
}

/// Reads articles from the state tables.
public struct ArticleReader {
    private let database: Database

    /// Articles as of this view.
    public init(_ database: Database) { self.database = database }

    /// By title.
    ///
    /// - Parameters:
    ///   - language: only of that; nil is all.
    ///   - label: only with that; nil is all.
    ///   - removed: those that were taken away, instead of those that are there.
    public func all(language: String? = nil, label: String? = nil, removed: Bool = false) throws -> [Article] {
        let roots = try NamedRoots.articles(in: database)
        return try (removed ? roots.removed : roots.present).map(article).filter { article in
            (language == nil || article.language == language) && (label.map(article.labels.contains) ?? true)
        }
    }

    /// The one of that title, or whose id begins so.
    public func named(_ text: String) throws -> Article {
        try article(NamedRoots.articles(in: database).named(text))
    }

    private func article(_ entry: NamedRoots.Entry) throws -> Article {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT text, language, source FROM article WHERE id=?"),
            arguments: [entry.row])
        return Article(
            id: entry.id, title: entry.name, text: (row?["text"] as String?) ?? "", language: row?["language"],
            source: row?["source"],
            labels: try SetReader(InboxSchema.article, "labels", of: entry.row, in: database).members())
    }
}

/// What to set on an article; nil leaves a field as it is, an empty text clears one that need not be there.
public struct ArticlePatch: Hashable, Sendable {
    /// The question, or what it is about.
    public var title: String?
    /// The answer.
    public var text: String?
    /// Its language.
    public var language: String?
    /// Where it is from.
    public var source: String?
    /// Labels to add.
    public var added: [String] = []
    /// Labels to take away.
    public var removed: [String] = []

    /// Nothing to set.
    public init() {}
}

extension InboxWriter {
    /// Sets an article, brings it back, or makes it.
    ///
    /// - Parameter newID: its id if there is none yet.
    /// - Throws: `.emptyText` for a new one without a text.
    public func setArticle(_ article: String, _ patch: ArticlePatch, newID: RootID) throws -> Outcome {
        let entry = try NamedRoots.articles(in: database).toSet(article)
        guard entry != nil || patch.text != nil else { throw InboxFailure.emptyText }
        if let text = patch.text { try Self.check(text) }
        let title = patch.title ?? (entry == nil ? article : nil)
        if let title { try ItemName.check(title, ItemName.titleLengths) }
        for label in patch.added { try Self.checkLabel(label) }
        for text in [patch.language, patch.source].compactMap(\.self) {
            guard text.utf8.count <= FormatLimit.text.rawValue else {
                throw InboxFailure.textTooLong(byteCount: text.utf8.count)
            }
        }
        var edit = try RootEdit(InboxSchema.article, entry?.id ?? newID, in: database)
        edit.set("title", to: title)
        edit.set("text", to: patch.text)
        edit.set("language", to: patch.language)
        edit.set("source", to: patch.source)
        try edit.change("labels", adding: patch.added, removing: patch.removed)
        edit.bringBack()
        return try commit(edit)
    }

    /// Takes an article away.
    public func removeArticle(_ article: String) throws -> Outcome {
        try remove(NamedRoots.articles(in: database).everNamed(article), of: InboxSchema.article)
    }

    /// Takes articles in; what is here already makes no change. Labels are added, never taken away.
    public func take(_ lines: [ArticleLine], newID: () -> RootID) throws -> LibraryCounts {
        try take(lines, into: InboxSchema.article, by: ["title", "language"], newID: newID) { edit, line in
            edit.set("title", to: line.title)
            edit.set("text", to: line.text)
            edit.set("language", to: line.language)
            edit.set("source", to: line.source)
            try edit.change("labels", adding: line.labels)
        }
    }
}

/// An article as a line of a file: `{"title","text","language"?,"source"?,"labels"?}`, or a question and its answer as
/// `{"question","answer"}` in place of the first two.
public struct ArticleLine: LibraryLine {
    let title: String
    let text: String
    let language: String?
    let source: String?
    let labels: [String]

    /// - Throws: for a title or a text that is missing or cannot be one, and for what is longer than it may be.
    public init(line: [UInt8]) throws(LineRejection) {
        let fields = try Fields.decoded(line)
        title = try LineCheck.name(fields.title ?? fields.question, field: "title", ItemName.titleLengths)
        text = try LineCheck.text(fields.text ?? fields.answer)
        language = try LineCheck.short(fields.language)
        source = try LineCheck.short(fields.source)
        labels = fields.labels ?? []
        guard labels.allSatisfy(InboxWriter.isLabel) else { throw .badValue("labels") }
    }

    private struct Fields: Decodable {
        let title, question, text, answer, language, source: String?
        let labels: [String]?
    }

    /// Its title and language.
    public var identity: [String] { [title, language ?? ""] }
    /// Its text and where it is from; labels add up.
    public var content: [String] { [text, source ?? ""] }
}

extension NamedRoots {
    static func articles(in database: Database) throws -> NamedRoots {
        try NamedRoots(InboxSchema.article, name: "title", as: .article, in: database)
    }
}
