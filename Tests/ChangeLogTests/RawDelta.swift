import CRDT
import TestSupport

@testable import ChangeLog

/// Bytes written by hand.
func written(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    write(&writer)
    return writer.bytes
}

/// A change put together from parts that may each be wrong, and hashed and sealed as if they were right: so that
/// nothing but the one broken rule stands against it.
struct RawChange {
    var form: [UInt8] = [0]
    var stamp = written { $0.stamp(GoldenChain.stamp(1000)) }
    var seed = GoldenChain.seed("rejected")
    var causes: [UInt8] = [0]
    var acts: [UInt8] = [0]
    /// The count of bodies, if it is not the number of them.
    var bodyCount: [UInt8]?
    var bodies: [[UInt8]] = []
    /// Which bodies are withheld; nil is the whole form.
    var withheld: Set<Int>?
    /// What stands for a withheld body in place of its hash.
    var partTag: [UInt8] = [0]
    /// What follows the last body.
    var tail: [UInt8] = []

    private var nonce: [UInt8] { written { $0.word(ChangeSeed.nonce(seed[...])) } }
    private func salt(_ index: Int) -> [UInt8] { ChangeSeed.salt(seed[...], index: index) }
    private func hash(_ index: Int) -> [UInt8] { ChangeSeed.bodyHash(bodies[index][...], salt: salt(index)) }
    private var count: [UInt8] { bodyCount ?? written { $0.integer(bodies.count) } }

    var wire: [UInt8] {
        var writer = ByteWriter()
        writer.raw(withheld == nil ? form : [1])
        writer.raw(stamp)
        writer.raw(withheld == nil ? seed : nonce)
        writer.raw(causes)
        writer.raw(acts)
        writer.raw(count)
        for (index, body) in bodies.enumerated() {
            if let withheld, withheld.contains(index) {
                writer.raw(partTag)
                writer.raw(hash(index))
            } else {
                if withheld != nil { writer.raw([1] + salt(index)) }
                writer.sized(body)
            }
        }
        writer.raw(tail)
        return writer.bytes
    }

    func hash(at place: Place) -> ChangeHash {
        var digest = Digest(domain: "nexus change")
        digest.update(place.replica.bytes)
        digest.update(written { $0.word(place.number) })
        digest.update(place.previous.bytes)
        digest.update(stamp + nonce + causes + acts + count)
        for index in bodies.indices { digest.update(hash(index)) }
        return ChangeHash(unchecked: digest.finish())
    }
}

/// A delta put together from parts that may each be wrong, sealed over whatever it holds.
struct RawDelta {
    var version: [UInt8] = [1]
    var replica: ReplicaID
    var first: [UInt8] = [1]
    /// Left out at number 1.
    var previous: [UInt8] = []
    var count: [UInt8] = [1]
    var frames: [UInt8]
    var seal: [UInt8]
    var tail: [UInt8] = []

    /// One change, first of its chain.
    init(_ change: RawChange, by person: String = "maya", in workspace: WorkspaceID) {
        let key = SigningKey.of(person)
        replica = ReplicaID(device: key.device, epoch: GoldenChain.epoch("rejected"))
        let place = Place(replica: replica, number: 1, previous: ChangeHash(unchecked: workspace.bytes))
        frames = written { $0.sized(change.wire) }
        seal = Seal.sign(change.hash(at: place), in: workspace, with: key).bytes
    }

    /// Other changes in the place of a golden delta's, which starts with number 1.
    init(_ golden: Golden, changes: [Change], seal: [UInt8]) {
        replica = golden.changes[0].replica
        count = written { $0.integer(changes.count) }
        frames = DeltaWriter.frames(changes.map(\.wire))
        self.seal = seal
    }

    var bytes: [UInt8] { version + replica.bytes + first + previous + count + frames + seal + tail }
}

/// The bytes of one body.
func body(_ operations: [[UInt8]], count: [UInt8]? = nil, kind: [UInt8] = [1], tail: [UInt8] = []) -> [UInt8] {
    let root = RootID.named("conversation").bytes
    return kind + root + (count ?? written { $0.integer(operations.count) }) + operations.flatMap { $0 } + tail
}

/// The bytes of one operation.
func operation(_ code: UInt64, _ payload: [UInt8]) -> [UInt8] {
    written {
        $0.integer(1)
        $0.integer(code)
        $0.sized(payload)
    }
}

/// The bytes of one act.
func act(_ code: UInt64, _ payload: [UInt8]) -> [UInt8] {
    written {
        $0.integer(code)
        $0.sized(payload)
    }
}
