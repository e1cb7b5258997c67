import CRDT
import ChangeLog
import Foundation
import GRDB
import Storage

/// One thing that the workspace works with, as a line of an import file holds it.
public protocol LibraryLine: Sendable {
    /// - Parameter line: UTF-8, without the line break.
    init(line: [UInt8]) throws(LineRejection)
    /// What tells it apart: two lines of one file with the same have to say the same.
    var identity: [String] { get }
    /// What it says.
    var content: [String] { get }
}

/// What became of some lines of a file.
public struct LibraryCounts: Hashable, Sendable {
    /// Lines that made a change.
    public var changes = 0
    /// Lines of what the team has taken away: an import does not bring it back.
    public var takenAway = 0

    /// Of no lines.
    public init() {}
}

extension Decodable {
    /// - Throws: `.malformed` for anything but an object with such fields.
    static func decoded(_ line: [UInt8]) throws(LineRejection) -> Self {
        do {
            return try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw .malformed
        }
    }
}

/// The checks that lines share.
enum LineCheck {
    /// - Throws: `.missing` or `.badName`.
    static func name(
        _ name: String?, field: String = "name", _ lengths: ClosedRange<Int> = ItemName.lengths
    ) throws(LineRejection) -> String {
        guard let name, !name.isEmpty else { throw .missing(field) }
        guard ItemName.isValid(name, lengths) else { throw .badName }
        return name
    }

    /// - Throws: `.missing` or `.textTooLong`.
    static func text(_ text: String?) throws(LineRejection) -> String {
        guard let text, !text.isEmpty else { throw .missing("text") }
        guard text.utf8.count <= FormatLimit.text.rawValue else { throw .textTooLong }
        return text
    }

    /// A field that is there only for people to read.
    static func short(_ text: String?) throws(LineRejection) -> String? {
        guard (text ?? "").utf8.count <= ImportedConversation.fieldLimit else { throw .textTooLong }
        return text
    }
}

/// Which of the roots of one kind have which values, looked up once for many lines.
struct KnownRoots {
    private var entries: [[String]: (id: RootID, isRemoved: Bool)] = [:]

    /// - Parameter columns: texts that tell the roots apart; nothing stands for null. Of roots with the same ones that is
    ///   known which is there, and of several the one with the lowest id.
    init(_ root: Schema.Root, by columns: [String], in database: Database) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT key, coalesce(removed, 0), \(columns.joined(separator: ", ")) FROM \(root.name)
                ORDER BY coalesce(removed, 0) <> 0, key
                """)
        for row in rows {
            guard let id = RootID(bytes: row[0] as Data?), let removed = row[1] as Int64? else { continue }
            let values = columns.indices.map { (row[$0 + 2] as String?) ?? "" }
            if entries[values] == nil { entries[values] = (id, removed != 0) }
        }
    }

    /// The root of that identity, which from now on is known.
    mutating func root(_ identity: [String], orNew newID: () -> RootID) -> (id: RootID, isRemoved: Bool) {
        if let entry = entries[identity] { return entry }
        let entry = (id: newID(), isRemoved: false)
        entries[identity] = entry
        return entry
    }
}

extension InboxWriter {
    /// Takes lines in that are told apart by columns of their root.
    func take<Line: LibraryLine>(
        _ lines: [Line], into root: Schema.Root, by columns: [String], newID: () -> RootID,
        _ edit: (inout RootEdit, Line) throws -> Void
    ) throws -> LibraryCounts {
        var known = try KnownRoots(root, by: columns, in: database)
        var counts = LibraryCounts()
        for line in lines {
            let entry = known.root(line.identity, orNew: newID)
            var change = try RootEdit(root, entry.id, in: database)
            try edit(&change, line)
            try commit(change, isRemoved: entry.isRemoved, counts: &counts)
        }
        return counts
    }

    /// Commits what a line of a file asks for, unless the team has taken it away.
    func commit(_ edit: RootEdit, isRemoved: Bool, counts: inout LibraryCounts) throws {
        guard !isRemoved else {
            try requireRight(to: edit.wanted, on: edit.root)
            counts.takenAway += 1
            return
        }
        if try commit(edit).change != nil { counts.changes += 1 }
    }
}
