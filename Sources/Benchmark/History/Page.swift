import ChangeLog
import Sync

/// Gathers changes into the pages that a relay would answer with: about so many bytes each, chain by chain in the
/// order in which the chains first appear, a seal for each 256 changes or 1 MiB of a chain and at its end.
struct Page {
    private static let changesPerSeal = 256
    private static let bytesPerSeal = 1 << 20

    private var order: [TraceActor] = []
    private var changesByActor: [TraceActor: [Change]] = [:]
    private var byteCount = 0

    var isEmpty: Bool { order.isEmpty }
    var isFull: Bool { byteCount >= PacketFormat.pageByteCount }

    mutating func add(_ change: Change, of actor: TraceActor) {
        if changesByActor[actor] == nil { order.append(actor) }
        changesByActor[actor, default: []].append(change)
        byteCount += change.wire.count
    }

    /// The deltas, sealed by their authors.
    func deltas(sealedBy timeline: Timeline) -> [[UInt8]] {
        order.flatMap { actor in Self.runs(of: changesByActor[actor] ?? []).map { Self.delta($0, actor, timeline) } }
    }

    private static func runs(of changes: [Change]) -> [[Change]] {
        var runs: [[Change]] = []
        var run: [Change] = []
        var bytes = 0
        for change in changes {
            run.append(change)
            bytes += change.wire.count
            guard run.count >= changesPerSeal || bytes >= bytesPerSeal else { continue }
            runs.append(run)
            (run, bytes) = ([], 0)
        }
        return run.isEmpty ? runs : runs + [run]
    }

    private static func delta(_ run: [Change], _ actor: TraceActor, _ timeline: Timeline) -> [UInt8] {
        guard let first = run.first, let last = run.last else { preconditionFailure("a run is never empty") }
        return DeltaWriter.bytes(
            replica: first.replica, first: first.number, previous: first.place.previous, wires: run.map(\.wire),
            seal: timeline.seal(last.hash, of: actor))
    }
}
