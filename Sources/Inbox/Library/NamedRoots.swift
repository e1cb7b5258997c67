import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// The roots of one kind that have a name: found by it, or by the start of an id.
struct NamedRoots {
    /// One of them.
    struct Entry: Hashable {
        let row: Int64
        let id: RootID
        /// As shown: two that were made offline with one name are `greeting` and `greeting (2)`.
        let name: String
    }

    /// By name. Those of one name stand in the order of their ids, which is the same everywhere.
    let present: [Entry]
    /// Those that were taken away, in the same order, with numbers of their own.
    let removed: [Entry]
    private let kind: InboxFailure.Kind

    /// The shortest start of an id that is taken where a name that nobody has would make a new one: as many letters as
    /// tables show.
    private static let certainPrefix = 8

    /// - Parameters:
    ///   - condition: of SQL, on the root's columns.
    init(
        _ root: Schema.Root, name: String = "name", as kind: InboxFailure.Kind, in database: Database,
        where condition: String = "TRUE", _ arguments: StatementArguments = []
    ) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT id, key, \(name), coalesce(removed, 0) FROM \(root.name) WHERE \(name) IS NOT NULL AND (\(condition))
                """, arguments: arguments)
        var entries: [Bool: [Entry]] = [:]
        for row in rows {
            guard let number = row[0] as Int64?, let id = RootID(bytes: row[1] as Data?), let name = row[2] as String?,
                let removed = row[3] as Int64?
            else { continue }
            entries[removed != 0, default: []].append(Entry(row: number, id: id, name: name))
        }
        (present, self.removed) = (Self.numbered(entries[false] ?? []), Self.numbered(entries[true] ?? []))
        self.kind = kind
    }

    private static func numbered(_ entries: [Entry]) -> [Entry] {
        var timesByName: [String: Int] = [:]
        return entries.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.map { entry in
            let times = timesByName[entry.name, default: 0] + 1
            timesByName[entry.name] = times
            return times == 1 ? entry : Entry(row: entry.row, id: entry.id, name: "\(entry.name) (\(times))")
        }
    }

    /// One that is there.
    ///
    /// - Throws: `.unknown` or `.ambiguous`.
    func named(_ text: String) throws -> Entry {
        guard let entry = try find(text, in: present, from: IDLookup.shortestPrefix) else {
            throw InboxFailure.unknown(kind, text)
        }
        return entry
    }

    /// One that is there, else one that was taken away.
    ///
    /// - Throws: `.unknown` or `.ambiguous`.
    func everNamed(_ text: String) throws -> Entry {
        let shortest = IDLookup.shortestPrefix
        guard let entry = try find(text, in: present, from: shortest) ?? find(text, in: removed, from: shortest) else {
            throw InboxFailure.unknown(kind, text)
        }
        return entry
    }

    /// One to set, which may have been taken away; nil if it is to be made.
    ///
    /// - Throws: `.ambiguous`.
    func toSet(_ text: String) throws -> Entry? {
        try find(text, in: present, from: Self.certainPrefix) ?? find(text, in: removed, from: Self.certainPrefix)
    }

    private func find(_ text: String, in entries: [Entry], from shortest: Int) throws -> Entry? {
        var found = entries.filter { $0.name == text }
        if found.isEmpty, text.utf8.count >= shortest { found = entries.filter { $0.id.text.hasPrefix(text) } }
        guard found.count < 2 else { throw InboxFailure.ambiguous(kind, text) }
        return found.first
    }
}
