public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A filter of the inbox that has a name.
public struct SavedView: Hashable, Sendable {
    /// Names it for ever.
    public let id: RootID
    /// What it is called by; of two with one name the second is `urgent (2)`.
    public let name: String
    /// The filter; nil where it is none that this version can read.
    public let filter: InboxFilter?
    /// Whose it is; nil for everyone's.
    public let person: ChangeID?
}

/// Reads the views that one person sees, which are everyone's and their own.
public struct SavedViewReader {
    private let database: Database
    private let person: ChangeID

    /// Views as of this view of the replica.
    public init(_ database: Database, for person: ChangeID) { (self.database, self.person) = (database, person) }

    /// By name.
    ///
    /// - Parameter removed: those that were taken away, instead of those that are there.
    public func all(removed: Bool = false) throws -> [SavedView] {
        let roots = try NamedRoots.views(of: person, in: database)
        return try (removed ? roots.removed : roots.present).map(view)
    }

    /// The one of that name, or whose id begins so.
    public func named(_ text: String) throws -> SavedView {
        try view(NamedRoots.views(of: person, in: database).named(text))
    }

    private func view(_ entry: NamedRoots.Entry) throws -> SavedView {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT query, person FROM view WHERE id=?"), arguments: [entry.row])
        return SavedView(
            id: entry.id, name: entry.name, filter: InboxFilter(json: (row?["query"] as String?) ?? ""),
            person: (row?["person"] as Data?).flatMap { ChangeID(bytes: $0) })
    }
}

/// Whose a view is.
public enum ViewOwner: Hashable, Sendable {
    /// The author's alone.
    case mine
    /// Everyone's.
    case shared
}

extension InboxWriter {
    /// Sets a view, brings it back, or makes it.
    ///
    /// - Parameters:
    ///   - filter: in place of the one it has; nil leaves that, and a new one shows all.
    ///   - owner: nil leaves it, and a new one is everyone's.
    ///   - newID: its id if there is none yet.
    public func setView(
        _ view: String, filter: InboxFilter?, owner: ViewOwner? = nil, name: String? = nil, newID: RootID
    ) throws -> Outcome {
        let person = try transaction.author().person
        let entry = try NamedRoots.views(of: person, in: database).toSet(view)
        var edit = try RootEdit(InboxSchema.view, entry?.id ?? newID, in: database)
        let name = name ?? (entry == nil ? view : nil)
        if let name { try ItemName.check(name) }
        edit.set("name", to: name)
        try edit.set(filter ?? (entry == nil ? InboxFilter() : nil), owner, person)
        edit.bringBack()
        return try commit(edit)
    }

    /// Takes a view away.
    public func removeView(_ view: String) throws -> Outcome {
        let person = try transaction.author().person
        return try remove(NamedRoots.views(of: person, in: database).everNamed(view), of: InboxSchema.view)
    }

    /// Takes views in; what is here already makes no change.
    public func take(_ lines: [SavedViewLine], newID: () -> RootID) throws -> LibraryCounts {
        let person = try transaction.author().person
        var counts = LibraryCounts()
        for line in lines {
            let entry = try NamedRoots.views(of: person, in: database).toSet(line.name)
            var edit = try RootEdit(InboxSchema.view, entry?.id ?? newID(), in: database)
            edit.set("name", to: line.name)
            try edit.set(line.query, line.mine.map { $0 ? .mine : .shared }, person)
            try commit(edit, isRemoved: edit.isRemoved, counts: &counts)
        }
        return counts
    }
}

extension RootEdit {
    fileprivate mutating func set(_ filter: InboxFilter?, _ owner: ViewOwner?, _ person: ChangeID) throws {
        if let filter {
            let json = filter.json
            guard json.utf8.count <= FormatLimit.text.rawValue else {
                throw InboxFailure.textTooLong(byteCount: json.utf8.count)
            }
            set("query", to: json)
        }
        switch owner {
        case .mine: set("person", to: .bytes(person.bytes))
        case .shared: set("person", to: .null)
        case nil: break
        }
    }
}

/// A view as a line of a file: `{"name","query","mine"?}`.
public struct SavedViewLine: LibraryLine {
    let name: String
    let query: InboxFilter
    let mine: Bool?

    /// - Throws: for a name that is missing or cannot be one, and where there is no filter.
    public init(line: [UInt8]) throws(LineRejection) {
        let fields = try Fields.decoded(line)
        name = try LineCheck.name(fields.name)
        guard let query = fields.query else { throw .missing("query") }
        guard query.json.utf8.count <= ImportedConversation.fieldLimit else { throw .textTooLong }
        self.query = query
        mine = fields.mine
    }

    private struct Fields: Decodable {
        let name: String?
        let query: InboxFilter?
        let mine: Bool?
    }

    /// Its name.
    public var identity: [String] { [name] }
    /// Its filter, and whose it is.
    public var content: [String] { [query.json, mine.map(String.init) ?? ""] }
}

extension NamedRoots {
    /// Everyone's, and those of a person.
    static func views(of person: ChangeID, in database: Database) throws -> NamedRoots {
        try NamedRoots(
            InboxSchema.view, as: .view, in: database, where: "person IS NULL OR person = ?", [Data(person.bytes)])
    }
}
