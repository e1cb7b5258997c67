import CRDT
import ChangeLog

/// Authors the changes of devices that are always in sync: each has seen everything before it.
///
/// So at any time one tip alone is not cited yet, that of the change written last. As a value it can be forked: both
/// continue from the same past.
struct Timeline {
    let workspace: WorkspaceID
    private var chains: [Chain]
    private var clock = HybridClock()
    private var latest: TraceActor?

    private struct Chain {
        let key: SigningKey
        let replica: ReplicaID
        var number: UInt64 = 0
        var hash: ChangeHash
    }

    /// Founds a workspace in the gateway's name, with every agent's device as an owner: roles are not what is measured.
    ///
    /// - Returns: the timeline, and the changes that begin it.
    static func founded(agents: Int, now: UInt64) throws -> (Timeline, [Change]) {
        let keys = (0...agents).map { Cast.key(of: TraceActor(index: $0)) }
        let replicas = keys.map { ReplicaID(device: $0.device, epoch: 1) }
        let found = Act.found(workspace: "Trace", person: "gw", secretDigest: Act.secretDigest(Cast.secret))
        var clock = HybridClock()
        guard let gateway = replicas.first, let stamp = clock.tick(now: now) else {
            preconditionFailure("there is a gateway, and time left")
        }
        let first = try Change.authored(
            Draft(acts: [found]), at: Place(replica: gateway, number: 1, previous: .none), stamp: stamp, causes: [],
            seed: seed(.gateway, 1))
        var timeline = Timeline(workspace: WorkspaceID(unchecked: first.hash.bytes), keys, replicas, clock)
        timeline.take(first, of: .gateway)
        let grants = keys.dropFirst().map { key in
            Act.grant(Grant(role: .owner, key: key.device, isDevice: true, expires: nil, uses: 1))
        }
        let welcomes = try stride(from: 0, to: grants.count, by: FormatLimit.acts.rawValue).map { start in
            let acts = Array(grants[start...].prefix(FormatLimit.acts.rawValue))
            return try timeline.author(Draft(acts: acts), by: .gateway, now: now)
        }
        return (timeline, [first] + welcomes)
    }

    private init(workspace: WorkspaceID, _ keys: [SigningKey], _ replicas: [ReplicaID], _ clock: HybridClock) {
        (self.workspace, self.clock) = (workspace, clock)
        let start = ChangeHash(unchecked: workspace.bytes)
        chains = zip(keys, replicas).map { Chain(key: $0, replica: $1, hash: start) }
    }

    /// - Throws: `BenchmarkFailure.badDirectory` for an actor that the trace's header does not count.
    mutating func author(_ draft: Draft, by actor: TraceActor, now: UInt64) throws -> Change {
        guard chains.indices.contains(actor.index), let stamp = clock.tick(now: now) else {
            throw BenchmarkFailure.badDirectory
        }
        let chain = chains[actor.index]
        let place = Place(replica: chain.replica, number: chain.number + 1, previous: chain.hash)
        let change = try Change.authored(
            draft, at: place, stamp: stamp, causes: heads(for: actor), seed: Self.seed(actor, place.number))
        take(change, of: actor)
        return change
    }

    /// Vouches for a chain up to a change of it.
    func seal(_ hash: ChangeHash, of actor: TraceActor) -> Signature {
        Seal.sign(hash, in: workspace, with: chains[actor.index].key)
    }

    private func heads(for actor: TraceActor) -> [Cause] {
        guard let latest, latest != actor else { return [] }
        let tip = chains[latest.index]
        return [Cause(replica: tip.replica, number: tip.number, prefix: tip.hash.prefix)]
    }

    private mutating func take(_ change: Change, of actor: TraceActor) {
        chains[actor.index].number = change.number
        chains[actor.index].hash = change.hash
        latest = actor
    }

    /// Sixteen bytes that no compressor shrinks, and the same on every run.
    private static func seed(_ actor: TraceActor, _ number: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(actor.index)
        writer.integer(number)
        return Digest.of(writer.bytes, domain: "nexus benchmark seed", byteCount: 16)
    }
}
