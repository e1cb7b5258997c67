public import CRDT
public import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// The writes that bring a root to where somebody wants it: those that are so already are left out.
struct RootEdit {
    let root: Schema.Root
    let id: RootID
    private let held: Row?
    private let database: Database
    /// All that was asked for: the right to it is needed whether or not anything is to change.
    private(set) var wanted: [Operation] = []
    /// What there is to change.
    private(set) var operations: [Operation] = []

    init(_ root: Schema.Root, _ id: RootID, in database: Database) throws {
        (self.root, self.id, self.database) = (root, id, database)
        held = try Row.fetchOne(
            database, sql: "SELECT * FROM \(root.name) WHERE key=?", arguments: [Data(id.bytes)])
    }

    /// Whether anything was ever written of it.
    var exists: Bool { held != nil }

    /// - Parameter value: nil leaves the field as it is.
    mutating func set(_ field: String, to value: Value?) {
        guard let value else { return }
        let operation = root.write(field, value)
        wanted.append(operation)
        if current(field) != value { operations.append(operation) }
    }

    /// - Parameter text: nil leaves the field as it is; an empty one clears it.
    mutating func set(_ field: String, to text: String?) {
        set(field, to: text.map { $0.isEmpty ? Value.null : .text($0) })
    }

    /// Whether it was taken away.
    var isRemoved: Bool { (current("removed").integer ?? 0) != 0 }

    /// Brings it back if it was taken away.
    mutating func bringBack() { set("removed", to: isRemoved ? Value.null : nil) }

    /// Members of a set of texts: those to be in it, and those not to be.
    mutating func change(_ field: String, adding added: [String], removing removed: [String] = []) throws {
        let members = try held.flatMap { $0["id"] as Int64? }.map { try SetReader(root, field, of: $0, in: database) }
        for member in Set(added).sorted() {
            let operation = root.add(field, member)
            wanted.append(operation)
            if try members?.dots(of: member).isEmpty ?? true { operations.append(operation) }
        }
        for member in Set(removed).subtracting(added).sorted() {
            let dots = try members?.dots(of: member) ?? []
            let operation = Operation(field: root.number(of: field), action: .remove(.text(member), dots: dots))
            wanted.append(operation)
            if !dots.isEmpty { operations.append(operation) }
        }
    }

    private func current(_ field: String) -> Value { (held?[field] as DatabaseValue?).map(Value.init) ?? .null }
}

extension InboxWriter {
    /// What a command did to one of the things that the workspace works with.
    public struct Outcome: Hashable, Sendable {
        /// Names it.
        public let id: RootID
        /// Nil if it was so already.
        public let change: ChangeID?
    }

    /// Writes what there is to change as one change, if this device's role may write all that was asked for.
    func commit(_ edit: RootEdit) throws -> Outcome {
        try requireRight(to: edit.wanted, on: edit.root)
        return Outcome(id: edit.id, change: try commit(edit.operations, on: edit.id, of: edit.root)?.id)
    }

    /// Takes something away. It can be brought back.
    func remove(_ entry: NamedRoots.Entry, of root: Schema.Root) throws -> Outcome {
        var edit = try RootEdit(root, entry.id, in: database)
        edit.set("removed", to: .integer(1))
        return try commit(edit)
    }
}
