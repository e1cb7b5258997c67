public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// Adds labels that are not there yet.
    ///
    /// - Returns: nil if all of them are.
    public func addLabels(_ labels: [String], to text: String) throws -> ChangeID? {
        for label in labels { try Self.checkLabel(label) }
        let conversation = try conversation(text)
        let root = InboxSchema.conversation
        let held = try SetReader(root, "labels", of: conversation.row, in: database)
        let operations = try Set(labels).sorted().filter { try held.dots(of: $0).isEmpty }.map {
            root.add("labels", $0)
        }
        guard !operations.isEmpty else { return try unchanged(root.add("labels", "")) }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    /// Removes labels: the adds of them that this replica knows.
    ///
    /// - Returns: nil if none of them is there.
    public func removeLabels(_ labels: [String], from text: String) throws -> ChangeID? {
        let conversation = try conversation(text)
        let root = InboxSchema.conversation
        let held = try SetReader(root, "labels", of: conversation.row, in: database)
        let operations = try Set(labels).sorted().compactMap { label -> Operation? in
            let dots = try held.dots(of: label)
            guard !dots.isEmpty else { return nil }
            return Operation(field: root.number(of: "labels"), action: .remove(.text(label), dots: dots))
        }
        guard !operations.isEmpty else { return try unchanged(root.add("labels", "")) }
        return try commit(operations, on: conversation.id, of: root)?.id
    }

    static func checkLabel(_ label: String) throws {
        guard isLabel(label) else { throw InboxFailure.badLabel(label) }
    }

    static func isLabel(_ label: String) -> Bool { !label.isEmpty && label.count <= 100 }
}

/// Reads one set of one root.
struct SetReader {
    private let table: String
    private let field: Int64
    private let row: Int64
    private let database: Database

    init(_ root: Schema.Root, _ field: String, of row: Int64, in database: Database) throws {
        table = "\(root.name)_set"
        self.field = Int64(root.number(of: field))
        (self.row, self.database) = (row, database)
    }

    /// Each member once, sorted.
    func members() throws -> [String] {
        try String.fetchAll(
            database.cachedStatement(
                sql: "SELECT DISTINCT value FROM \(table) WHERE root=? AND field=? ORDER BY value"),
            arguments: [row, field])
    }

    /// The adds that hold a member in the set.
    func dots(of member: String) throws -> [ChangeID] { try dots(ofValue: member) }

    /// The adds that hold sixteen bytes in the set.
    func dots(of id: RootID) throws -> [ChangeID] { try dots(ofValue: Data(id.bytes)) }

    /// The adds that hold a value of whatever type in the set.
    func dots(of value: Value) throws -> [ChangeID] {
        switch value {
        case .null: []
        case .integer(let number): try dots(ofValue: number)
        case .text(let text): try dots(ofValue: text)
        case .bytes(let bytes): try dots(ofValue: Data(bytes))
        }
    }

    private func dots(ofValue value: some DatabaseValueConvertible) throws -> [ChangeID] {
        try Data.fetchAll(
            database.cachedStatement(sql: "SELECT dot FROM \(table) WHERE root=? AND field=? AND value=?"),
            arguments: [row, field, value]
        ).compactMap { ChangeID(bytes: $0) }
    }
}
