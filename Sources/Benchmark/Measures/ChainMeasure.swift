import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import Storage

/// What it costs to know who had seen what when very many devices write in turn: each change has all before it in its
/// past, and each device's vector has an entry for every other.
public struct ChainMeasure {
    private let chains: Int
    private let changes: Int

    /// - Parameters:
    ///   - chains: how many devices write, one after the other.
    ///   - changes: how many changes they write in all.
    public init(chains: Int, changes: Int) { (self.chains, self.changes) = (chains, changes) }

    /// Writes the history into a replica at `path`, and asks it.
    public func figures(at path: String) throws -> [Figure] {
        let (timeline, runs) = try history()
        let replica = try Replica.create(
            at: path, workspace: timeline.workspace, key: Cast.key(of: .gateway), epoch: 2,
            configuration: InboxSchema.configuration)
        let deltas = try runs.map { try ReceivedDelta($0[...]).verified(in: timeline.workspace) }
        let append = try Spent.on { try replica.append(deltas, now: Self.start + UInt64(changes)) }
        let asked = try questions(to: replica)
        let bytes = try replica.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT (SELECT total(length(past)) FROM vector) + (SELECT total(length(past)) FROM branch)
                    """) ?? 0
        }
        return [
            Figure("chains", "chains that write in turn", chains), Figure("changes", "changes", changes),
            Figure("appendSeconds", "appending one", append.seconds / Double(changes), "s"),
            Figure("vectorBytes", "vectors, a change", Double(bytes) / Double(changes), "bytes"),
            Figure("questionSeconds", "had x seen y, any two changes: mean", asked.mean, "s"),
            Figure("slowestQuestionSeconds", "  slowest of 2,000", asked.slowest, "s"),
        ]
    }

    private static let start: UInt64 = 1_800_000_000_000

    private func history() throws -> (Timeline, [[UInt8]]) {
        var (timeline, first) = try Timeline.founded(agents: chains - 1, now: Self.start)
        var byActor = [TraceActor.gateway: first]
        for index in first.count..<changes {
            let actor = TraceActor(index: index % chains)
            let change = try timeline.author(Draft(), by: actor, now: Self.start + UInt64(index))
            byActor[actor, default: []].append(change)
        }
        let runs = byActor.compactMap { actor, changes -> [UInt8]? in
            guard let first = changes.first, let last = changes.last else { return nil }
            return DeltaWriter.bytes(
                replica: first.replica, first: first.number, previous: first.place.previous,
                wires: changes.map(\.wire), seal: timeline.seal(last.hash, of: actor))
        }
        return (timeline, runs)
    }

    private func questions(to replica: Replica) throws -> (mean: Double, slowest: Double) {
        try replica.read { database in
            let places = try Int64.fetchAll(database, sql: "SELECT place FROM change ORDER BY at")
            let past = CausalPast(database)
            var seconds: [Double] = []
            for number in 0..<2_000 {
                // Spread over the history, without dice.
                let (x, y) = (number * 7_919 % places.count, number * 104_729 % places.count)
                var head = ByteWriter()
                head.word(UInt64(places[x]))
                let spent = try Spent.on { try past.holds(places[y], in: head.bytes) }
                guard spent.result == (y <= x) else { throw BenchmarkFailure.wrongOutcome(.differentDigests) }
                seconds.append(spent.seconds)
            }
            return (seconds.reduce(0, +) / Double(seconds.count), seconds.max() ?? 0)
        }
    }
}
