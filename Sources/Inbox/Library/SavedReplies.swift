import CRDT
public import ChangeLog
public import GRDB
import Storage

/// A text to answer with.
public struct SavedReply: Hashable, Sendable {
    /// Names it for ever.
    public let id: RootID
    /// What it is called by; of two with one name the second is `greeting (2)`.
    public let name: String
    /// What it says.
    public let text: String
}

/// Reads saved replies from the state tables.
public struct SavedReplyReader {
    private let database: Database

    /// Saved replies as of this view.
    public init(_ database: Database) { self.database = database }

    /// By name.
    ///
    /// - Parameter removed: those that were taken away, instead of those that are there.
    public func all(removed: Bool = false) throws -> [SavedReply] {
        let roots = try NamedRoots.savedReplies(in: database)
        return try (removed ? roots.removed : roots.present).map(reply)
    }

    /// The one of that name, or whose id begins so.
    public func named(_ text: String) throws -> SavedReply {
        try reply(NamedRoots.savedReplies(in: database).named(text))
    }

    private func reply(_ entry: NamedRoots.Entry) throws -> SavedReply {
        let text = try String.fetchOne(
            database.cachedStatement(sql: "SELECT text FROM saved_reply WHERE id=? AND text IS NOT NULL"),
            arguments: [entry.row])
        return SavedReply(id: entry.id, name: entry.name, text: text ?? "")
    }
}

extension InboxWriter {
    /// Sets a saved reply, brings it back, or makes it.
    ///
    /// - Parameters:
    ///   - text: what it says; nil leaves it.
    ///   - name: what it is called by from now on; nil leaves it.
    ///   - newID: its id if there is none yet.
    /// - Throws: `.emptyText` for a new one without a text.
    public func setSavedReply(
        _ reply: String, text: String? = nil, name: String? = nil, newID: RootID
    ) throws -> Outcome {
        let entry = try NamedRoots.savedReplies(in: database).toSet(reply)
        var edit = try RootEdit(InboxSchema.savedReply, entry?.id ?? newID, in: database)
        guard entry != nil || text != nil else { throw InboxFailure.emptyText }
        if let text { try Self.check(text) }
        let name = name ?? (entry == nil ? reply : nil)
        if let name { try ItemName.check(name) }
        edit.set("name", to: name)
        edit.set("text", to: text)
        edit.bringBack()
        return try commit(edit)
    }

    /// Takes a saved reply away.
    public func removeSavedReply(_ reply: String) throws -> Outcome {
        try remove(NamedRoots.savedReplies(in: database).everNamed(reply), of: InboxSchema.savedReply)
    }
}

extension NamedRoots {
    static func savedReplies(in database: Database) throws -> NamedRoots {
        try NamedRoots(InboxSchema.savedReply, as: .savedReply, in: database)
    }
}

/// A saved reply as a line of a file: `{"name","text"}`.
public struct SavedReplyLine: LibraryLine, Decodable {
    private let name: String?
    private let text: String?

    /// - Throws: for a name or a text that is missing or cannot be one.
    public init(line: [UInt8]) throws(LineRejection) {
        self = try Self.decoded(line)
        _ = try LineCheck.name(name)
        _ = try LineCheck.text(text)
    }

    /// Its name.
    public var identity: [String] { [name ?? ""] }
    /// Its text.
    public var content: [String] { [text ?? ""] }
}

extension InboxWriter {
    /// Takes saved replies in; what is here already makes no change.
    public func take(_ lines: [SavedReplyLine], newID: () -> RootID) throws -> LibraryCounts {
        try take(lines, into: InboxSchema.savedReply, by: ["name"], newID: newID) { edit, line in
            edit.set("name", to: line.identity[0])
            edit.set("text", to: line.content[0])
        }
    }
}
