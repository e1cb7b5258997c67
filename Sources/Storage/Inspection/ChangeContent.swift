public import CRDT
public import ChangeLog
import GRDB

public import struct Foundation.Data

/// A change with all that it does, root by root.
public struct ChangeContent: Sendable {
    /// Who says it, when, and whether it counts; without operations.
    public let record: ChangeRecord
    /// What it does to each root, in the order in which it names them.
    public let parts: [Part]
    /// Whether it says something of who belongs, or bids or rules.
    public let hasActs: Bool

    /// What a change does to one root.
    public struct Part: Sendable {
        let number: UInt64
        /// The root's kind; nil for one that the schema does not know.
        public let kind: Schema.Root?
        /// Names the root.
        public let root: RootID
        /// In the order in which they take effect.
        public let operations: [OperationRecord]

        func isOf(_ segment: Segment) -> Bool { segment.root == root && segment.kind == number }
    }
}

extension ChangeContent {
    /// Whether, of the changes here that have effect, none speaks of a root before it, in a causal order.
    public func isFirst(about root: RootID, in transaction: Transaction) throws -> Bool {
        let log = transaction.log
        return try log.places(mentioning: root).first { try log.effect(at: $0) == .counts } == record.place
    }
}

extension Transaction {
    /// The changes here with an id in a range of sixteen bytes each; two at most, for one is meant.
    public func changes(from low: Data, through high: Data) throws -> [ChangeContent] {
        // Copies of one change are one; the one that has effect comes first.
        let places = try Row.fetchAll(
            database,
            sql: "SELECT place, id FROM change WHERE id BETWEEN ? AND ? ORDER BY effect = 1 DESC, at LIMIT 64",
            arguments: [low, high])
        var found: [Data: LocalPlace] = [:]
        for row in places {
            guard let id = row[1] as Data?, let place = row[0] as Int64?, found[id] == nil else { continue }
            found[id] = LocalPlace(packed: UInt64(clamping: place))
        }
        return try found.values.sorted().prefix(2).map(history().content)
    }

    /// What this device wrote, newest first, those of earlier epochs last.
    ///
    /// - Parameter isMeant: asked of one after the other, until it says so.
    public func lastOwn(where isMeant: (ChangeContent) throws -> Bool) throws -> ChangeContent? {
        let reader = history()
        let current = try log.ownBranch()?.id
        let branches = try log.ownBranches()
        for branch in branches.filter({ $0.id == current }) + branches.filter({ $0.id != current }).reversed() {
            var number = branch.number
            while number > branch.fork {
                let content = try reader.content(at: LocalPlace(branch: branch.id, number: number))
                if try isMeant(content) { return content }
                number -= 1
            }
        }
        return nil
    }

    /// The state as it would be had a change never been made, by what is here when the transaction begins. A root is
    /// there once it was asked for.
    public func state(without change: ChangeID) throws -> PastView { try PastView(replica, without: change) }

    /// What is kept of a basis in the state tables, as a write of today can carry it.
    ///
    /// - Parameter packed: as it stands in a `basis` column.
    public func basis(packed: [UInt8]) throws -> Basis {
        let causes = try CausalPast.unpacked(packed).compactMap(log.cause)
        return causes.isEmpty ? .nothing : .heads(causes)
    }

    private func history() -> HistoryReader { HistoryReader(log, schema: replica.configuration.schema) }
}
