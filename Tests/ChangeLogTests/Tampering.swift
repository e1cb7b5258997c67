import CRDT
import TestSupport
import Testing

@testable import ChangeLog

extension Rogues {
    // MARK: What the seal is there for

    mutating func tampering() throws {
        try alterations()
        try replays()
        let run = try Golden.named("run-of-three")
        let (changes, seal) = (run.changes, Array(run.bytes.suffix(64)))
        func delta(_ changes: [Change], seal: [UInt8] = seal) -> [UInt8] {
            RawDelta(run, changes: changes, seal: seal).bytes
        }
        refuse(
            "changes-reordered", "Three changes, the first two in each other's place.",
            delta([changes[1], changes[0], changes[2]]))
        refuse("change-left-out", "Three changes without the second.", delta([changes[0], changes[2]]))
        refuse(
            "change-doubled", "Three changes, the second twice.",
            delta([changes[0], changes[1], changes[1], changes[2]]))
        let second = Seal.sign(changes[1].hash, in: workspace, with: .of("maya"))
        refuse(
            "seal-of-another-change", "A run under the seal over its second change.", delta(changes, seal: second.bytes)
        )
        let other = Seal.sign(changes[2].hash, in: workspace, with: .of("olga"))
        refuse(
            "seal-by-another-key", "A run sealed by a device that did not write it.", delta(changes, seal: other.bytes))
        let elsewhere = WorkspaceID(unchecked: Digest.of([], domain: "test workspace"))
        refuse("foreign-workspace", "A run of another workspace, from its first change.", run.bytes, in: elsewhere)
        refuse(
            "foreign-workspace-later-run", "A run of another workspace, from a later change.",
            try Golden.named("run-from-4").bytes, in: elsewhere)
    }

    private mutating func refuse(
        _ name: String, _ about: String, _ bytes: [UInt8], in other: WorkspaceID? = nil
    ) {
        add(name, about, .notAuthentic, bytes, in: other)
    }

    /// One byte of a golden delta, counted from where `part` begins in it.
    private mutating func alter(
        _ name: String, _ about: String, _ golden: String, at part: [UInt8], offset: Int = 0
    ) throws {
        var bytes = try Golden.named(golden).bytes
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: part) })
        bytes[start + offset] ^= 1
        refuse(name, about, bytes)
    }

    private mutating func alterations() throws {
        let stamp = written { $0.stamp(GoldenChain.stamp(1000)) }
        try alter("altered-body", "A written text with another letter.", "operation-write", at: Array("Lucía".utf8))
        try alter(
            "altered-stamp", "Another counter in the stamp.", "operation-write", at: stamp, offset: stamp.count - 1)
        try alter("altered-seed", "Another seed.", "operation-write", at: GoldenChain.seed("operation-write"))
        try alter("altered-act", "Another letter in a new name.", "act-rename", at: Array("María".utf8))
        let later = try Golden.named("run-from-4")
        try alter(
            "altered-previous", "Another hash before the first change.", later.name,
            at: try later.change(4).place.previous.bytes)
        let partial = try ChangeWire(try Golden.named("bodies-first-withheld").change(1).wire[...])
        try alter(
            "altered-withheld-hash", "Another hash in place of a withheld body.", "bodies-first-withheld",
            at: partial.parts[0].hash)
        let seed = GoldenChain.seed("withheld")
        try alter(
            "altered-salt", "Another salt of a body in a partial change.", "bodies-first-withheld",
            at: ChangeSeed.salt(seed[...], index: 1))
        try alter(
            "founding-altered", "A founding change with another letter in the workspace's name.", "act-found",
            at: Array("Lantern".utf8))
        var swapped = RawChange()
        swapped.bodies = ["one", "two"].map { name in body([operation(1, written { $0.value(.text(name)) })]) }
        let delta = RawDelta(swapped, in: workspace)
        swapped.bodies.reverse()
        var altered = delta
        altered.frames = written { $0.sized(swapped.wire) }
        refuse("bodies-swapped", "Two bodies in each other's place.", altered.bytes)
    }

    private mutating func replays() throws {
        let golden = try Golden.named("operation-write")
        let change = golden.changes[0]
        let whole = RawDelta(golden, changes: [change], seal: Array(golden.bytes.suffix(64)))
        var delta = whole
        delta.replica = ReplicaID(device: change.replica.device, epoch: change.replica.epoch &+ 1)
        refuse("replayed-in-another-epoch", "A change under another epoch of its device.", delta.bytes)
        delta.replica = ReplicaID(device: SigningKey.of("olga").device, epoch: change.replica.epoch)
        delta.seal = Seal.sign(change.hash, in: workspace, with: .of("olga")).bytes
        refuse(
            "replayed-by-another-device", "A change under another device, with its own seal over the hash.", delta.bytes
        )
        delta = whole
        (delta.first, delta.previous) = ([2], workspace.bytes)
        refuse("replayed-at-another-number", "A change under another number.", delta.bytes)
    }

    // MARK: Signatures on which implementations differ

    mutating func signatures() throws {
        for forgery in Forgery.all {
            let change = RawChange()
            var delta = RawDelta(change, in: workspace)
            let device = forgery.key.map { DeviceID(unchecked: $0) } ?? delta.replica.device
            delta.replica = ReplicaID(device: device, epoch: delta.replica.epoch)
            let place = Place(
                replica: delta.replica, number: 1, previous: ChangeHash(unchecked: workspace.bytes))
            let message = Digest.of(
                workspace.bytes + change.hash(at: place).bytes, domain: "nexus seal")
            delta.seal = try #require(forgery.sign(message))
            refuse("seal-\(forgery.name)", forgery.about, delta.bytes)
        }
    }
}
