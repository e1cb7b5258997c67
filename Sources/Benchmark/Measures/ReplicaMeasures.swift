import CRDT
import ChangeLog
import GRDB
import Inbox
import Replication
import Storage

import struct Foundation.Data
import class Foundation.FileManager

/// Measures a replica that holds a whole history, and what it says to others.
public struct ReplicaMeasures {
    /// Ninety-two bytes.
    private static let text =
        "Thank you, that worked. One more question: how do I move the old folders to the new profile?"

    private let directory: TraceDirectory
    private let merged: String
    private let facts: TraceFacts

    /// - Parameter merged: the file that a ``HistoryMerge`` made.
    public init(_ directory: TraceDirectory, merged: String) throws {
        (self.directory, self.merged) = (directory, merged)
        facts = try directory.facts()
    }

    /// All there is to measure, in order.
    public func all() throws -> [Figure] {
        var figures = try file()
        figures += try digest()
        figures += try syncs()
        figures += try divergence()
        return figures
    }

    // MARK: The file

    private func file() throws -> [Figure] {
        let attributes = try FileManager.default.attributesOfItem(atPath: merged)
        let bytes = (attributes[.size] as? Int) ?? 0
        let whole = Figure("fileBytes", "database file", bytes, "bytes")
        // Not every SQLite is built with this table.
        guard let parts = try? tables() else { return [whole] }
        return [whole] + parts
    }

    private func tables() throws -> [Figure] {
        try Desk.reader.open(merged).read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT name, pgsize FROM dbstat WHERE aggregate=TRUE AND pgsize > 65536 ORDER BY pgsize DESC")
            return rows.map { row in
                let name: String = row["name"]
                return Figure("table.\(name)Bytes", "  \(name)", row["pgsize"] as Int, "bytes")
            }
        }
    }

    private func digest() throws -> [Figure] {
        let replica = try Desk.reader.open(merged)
        return [Figure("digestSeconds", "digest", try Spent.on { try replica.digest() }.seconds, "s")]
    }

    // MARK: Syncs and commands

    private func syncs() throws -> [Figure] {
        let nodePath = directory.file("node.sqlite")
        try Desk.node.takeOver(merged, from: .reader, to: nodePath)
        let (client, node) = (try Desk.reader.open(merged), try Desk.node.open(nodePath))
        // The cursor counts what arrived at the node from here on.
        try client.setLocalValue(.incarnation, .null)
        _ = try sync(client, node, after: 0)
        let roots = try newest(200, in: client)
        let inbound = try roots.prefix(20).enumerated().map { index, root in
            _ = try node.transact(now: later(index)) { try $0.commit(Self.inbound(index, root)) }
            return try sync(client, node, after: index)
        }
        let outbound = try roots.prefix(20).enumerated().map { index, root in
            _ = try node.transact(now: later(index)) {
                try InboxWriter($0).reply(to: root.text, with: Self.text, seen: nil)
            }
            return try sync(client, node, after: index)
        }
        let idle = try (0..<20).map { try sync(client, node, after: $0) }
        guard try client.digest() == node.digest() else { throw BenchmarkFailure.wrongOutcome(.differentDigests) }
        return try Self.figures("inbound", "a customer's message", inbound, received: 1)
            + Self.figures("reply", "a reply", outbound, received: 1)
            + Self.figures("idle", "an idle sync", idle, received: 0) + commands(client, roots)
    }

    private func sync(_ client: Replica, _ node: Replica, after index: Int) throws -> (SyncReport, Double) {
        var encounter = Encounter(of: client, with: node, now: later(index))
        return try Spent.on { try encounter.run() }
    }

    /// The first of a chain is left out: a delta from number 1 on is shorter than all others.
    private static func figures(
        _ key: String, _ title: String, _ syncs: [(report: SyncReport, seconds: Double)], received: Int
    ) throws -> [Figure] {
        let rest = syncs.dropFirst()
        guard let last = rest.last, rest.allSatisfy({ $0.report.received == received && $0.report.roundTrips == 1 })
        else {
            throw BenchmarkFailure.wrongOutcome(.wrongSync)
        }
        return [
            Figure("\(key)RequestBytes", "\(title): request body", last.report.bytesSent, "bytes"),
            Figure(
                "\(key)AnswerBytes", "\(title): answer body", rest.map { Double($0.report.bytesReceived) }.median,
                "bytes"),
            Figure("\(key)Seconds", "\(title): both sides, median", rest.map(\.seconds).median, "s"),
        ]
    }

    /// What a gateway writes for a customer's message.
    private static func inbound(_ index: Int, _ root: RootID) -> Draft {
        let kind = InboxSchema.conversation
        let provider = "new-message-\(index)"
        let element = Element(
            id: Cast.ids.message(account: root, provider: provider),
            fields: [
                .init(1, .integer(Sender.customer.rawValue)), .init(2, .integer(MessageKind.text.rawValue)),
                .init(3, .text(text)), .init(8, .text(provider)),
            ])
        let append = Operation(field: kind.field(named: "message").number, action: .append(element))
        return Draft(segments: [Segment(kind: kind.number, root: root, operations: [append])])
    }

    private func commands(_ replica: Replica, _ roots: [RootID]) throws -> [Figure] {
        let seconds = try roots.enumerated().map { index, root in
            try Spent.on {
                try replica.transact(now: later(100 + index)) {
                    try InboxWriter($0).reply(to: root.text, with: Self.text, seen: nil)
                }
            }.seconds
        }
        return [
            Figure("replySeconds", "a reply, durable: median of \(seconds.count)", seconds.median, "s")
        ]
    }

    private func newest(_ count: Int, in replica: Replica) throws -> [RootID] {
        try replica.read { database in
            try Data.fetchAll(
                database, sql: "SELECT key FROM card ORDER BY last_at DESC, key LIMIT ?", arguments: [count]
            )
            .compactMap { RootID(bytes: $0) }
        }
    }

    private func later(_ index: Int) -> UInt64 { facts.lastMilliseconds + 1000 * UInt64(index + 1) }

    // MARK: Divergence

    private func divergence() throws -> [Figure] {
        guard !facts.diverged.isEmpty else { return [] }
        let paths = directory.sides.map { $0 + ".copy" }
        for (path, copy) in zip(directory.sides, paths) {
            Desk.remove(copy)
            try FileManager.default.copyItem(atPath: path, toPath: copy)
        }
        defer { for path in paths { Desk.remove(path) } }
        let replicas = try zip(Desk.sides, paths).map { try $0.open($1) }
        guard let first = replicas.first, let second = replicas.last else { return [] }
        try second.setLocalValue(.incarnation, .null)
        var encounter = Encounter(of: second, with: first, now: later(0), pullsFirst: true)
        let (report, seconds) = try Spent.on { try encounter.run() }
        guard try first.digest() == second.digest() else { throw BenchmarkFailure.wrongOutcome(.differentDigests) }
        let bytes = report.bytesSent + report.bytesReceived
        return [
            Figure("divergedOperations", "diverged operations, both sides", facts.diverged.reduce(0, +)),
            Figure("divergedChanges", "  as changes", report.sent + report.received),
            Figure("divergedRoundTrips", "  round trips to agree", report.roundTrips),
            Figure("divergedBytes", "  bodies both ways", bytes, "bytes"),
            Figure("divergedSeconds", "  first merge after opening, both sides", seconds, "s"),
        ]
    }
}
