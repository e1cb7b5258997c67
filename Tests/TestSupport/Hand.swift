package import CRDT
package import ChangeLog

/// Somebody who writes changes by hand, outside any replica: also such as no honest program would write.
package struct Hand {
    /// What it signs with.
    package let key: SigningKey
    /// Where it writes.
    package let workspace: WorkspaceID
    /// Whose chain it writes.
    package let replica: ReplicaID
    /// What it wrote, oldest first.
    package private(set) var changes: [Change] = []

    /// A hand that has written nothing yet.
    package init(key: SigningKey, workspace: WorkspaceID, epoch: UInt64 = 1) {
        (self.key, self.workspace) = (key, workspace)
        replica = ReplicaID(device: key.device, epoch: epoch)
    }

    /// A hand whose first change founds a workspace.
    package init(founding draft: Draft, key: SigningKey, epoch: UInt64 = 1, stamp: Stamp, seed: [UInt8]) throws {
        replica = ReplicaID(device: key.device, epoch: epoch)
        let place = Place(replica: replica, number: 1, previous: .none)
        let change = try Change.authored(draft, at: place, stamp: stamp, causes: [], seed: seed)
        (self.key, workspace) = (key, WorkspaceID(unchecked: change.hash.bytes))
        changes = [change]
    }

    /// A hand that goes on where somebody's chain ends: whoever has their key, and a program of their own.
    package init(continuing changes: [Change], key: SigningKey, workspace: WorkspaceID, epoch: UInt64) {
        self.init(key: key, workspace: workspace, epoch: epoch)
        self.changes = changes
    }

    /// Where the next change will stand.
    package var place: Place {
        let previous = changes.last?.hash ?? ChangeHash(unchecked: workspace.bytes)
        return Place(replica: replica, number: UInt64(changes.count) + 1, previous: previous)
    }

    /// Writes the next change, with any stamp and any causes.
    @discardableResult
    package mutating func write(
        _ draft: Draft, stamp: Stamp, causes: [Cause] = [], seed: [UInt8]
    ) throws -> Change {
        let change = try Change.authored(draft, at: place, stamp: stamp, causes: causes, seed: seed)
        changes.append(change)
        return change
    }

    /// A second hand with the same chain up to a change, which goes on by itself.
    package func branching(after count: Int) -> Hand {
        var hand = self
        hand.changes = Array(changes.prefix(count))
        return hand
    }

    /// The bytes of a run of this chain, sealed.
    package func bytes(_ range: Range<Int>) -> [UInt8] {
        let run = changes[range]
        guard let first = run.first, let last = run.last else { preconditionFailure("an empty run has no seal") }
        return DeltaWriter.bytes(
            replica: replica, first: first.number, previous: first.place.previous, wires: run.map(\.wire),
            seal: Seal.sign(last.hash, in: workspace, with: key))
    }

    /// The same, verified.
    package func delta(_ range: Range<Int>) throws -> VerifiedDelta {
        try ReceivedDelta(bytes(range)[...]).verified(in: workspace)
    }

    /// Everything written so far, in one run.
    package func delta() throws -> VerifiedDelta { try delta(0..<changes.count) }
}

extension DeviceKey where Self == SigningKey {
    /// A key that belongs to a name, for tests only.
    package static func of(_ name: String) -> SigningKey {
        let seed = Digest.of(Array(name.utf8), domain: "test key")
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
        return key
    }
}
