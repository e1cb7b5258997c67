import Dispatch
import Synchronization

/// A signature over a chain's tip: it vouches for every change up to it.
public enum Seal {
    /// What is signed: the workspace, and the tip's hash, which covers author, number and everything before.
    private static func message(_ hash: ChangeHash, in workspace: WorkspaceID) -> [UInt8] {
        Digest.of(workspace.bytes + hash.bytes, domain: "nexus seal")
    }

    /// Vouches for the chain up to the change with `hash`. Sealing is publishing: commit the published mark first.
    public static func sign(_ hash: ChangeHash, in workspace: WorkspaceID, with key: SigningKey) -> Signature {
        key.sign(message(hash, in: workspace))
    }

    /// Whether `device` vouched for `hash`.
    static func verifies(
        _ seal: Signature, over hash: ChangeHash, by device: DeviceID, in workspace: WorkspaceID
    ) -> Bool {
        device.isValidPoint && device.verifies(seal, of: message(hash, in: workspace))
    }
}

/// A delta as it came off the wire: well-formed on the outside, not yet believed.
///
/// It offers no way to read its changes. Call ``verified(in:)`` first.
///
///     delta := version(1) replica(40) first [previous(32)] count (length change)* seal(64)
///
/// `previous` is left out when `first` is 1: before it stands the workspace.
public struct ReceivedDelta: Sendable {
    /// The format this version writes and reads.
    public static let version: UInt8 = 1
    /// Whose chain the run is said to be of.
    public let replica: ReplicaID
    /// The number of its first change.
    public let first: UInt64
    /// How many changes the run is said to have.
    public var count: Int { wires.count }
    private let previous: ChangeHash?
    private let wires: [ArraySlice<UInt8>]
    private let seal: Signature

    /// Takes a delta apart without believing it.
    public init(_ bytes: ArraySlice<UInt8>) throws(FormatRejection) {
        guard bytes.count <= FormatLimit.delta.rawValue else { throw .limit(.delta) }
        var reader = ByteReader(bytes)
        let version = try reader.byte()
        guard version == Self.version else { throw .unknownFormat(UInt64(version)) }
        replica = try reader.replica()
        first = try reader.integer()
        guard first > 0, first <= ChangeNumber.limit else { throw .outOfRange }
        previous = first == 1 ? nil : try reader.fixed()
        let count = try reader.count(.changes)
        guard count > 0, first + UInt64(count) - 1 <= ChangeNumber.limit else { throw .outOfRange }
        var wires: [ArraySlice<UInt8>] = []
        for _ in 0..<count { wires.append(try reader.sized(.partialChange)) }
        self.wires = wires
        guard let seal = Signature(try reader.raw(Signature.byteCount)) else { throw .truncated }
        self.seal = seal
        try reader.finish()
    }

    /// Hashes the run and checks the seal over its last change: one signature, however long the run. Only then is what
    /// the changes say looked at.
    ///
    /// - Throws: `.notAuthentic` if the author did not vouch for exactly these bytes at this place.
    public func verified(in workspace: WorkspaceID) throws(FormatRejection) -> VerifiedDelta {
        let links = try chained(in: workspace)
        guard let last = links.last, Seal.verifies(seal, over: last.hash, by: replica.device, in: workspace) else {
            throw .notAuthentic
        }
        var changes: [Change] = []
        changes.reserveCapacity(links.count)
        for (link, bytes) in zip(links, wires) {
            changes.append(try Change(link.wire, bytes: bytes, at: link.place, hash: link.hash))
        }
        guard changes.allSatisfy({ $0.acts.allSatisfy(\.hasValidKey) }) else { throw .notAPoint }
        return VerifiedDelta(changes: changes, seal: seal)
    }

    private struct Link {
        let wire: ChangeWire
        let place: Place
        let hash: ChangeHash
    }

    /// Each change with its place and hash, as the one before it tells.
    private func chained(in workspace: WorkspaceID) throws(FormatRejection) -> [Link] {
        var links: [Link] = []
        links.reserveCapacity(wires.count)
        for (index, bytes) in wires.enumerated() {
            let wire = try ChangeWire(bytes)
            let previous = links.last?.hash ?? previous ?? start(with: wire, in: workspace)
            let place = Place(replica: replica, number: first + UInt64(index), previous: previous)
            links.append(Link(wire: wire, place: place, hash: Change.hash(of: wire, at: place)))
        }
        return links
    }

    /// The founding change stands before everything, so its chain starts from nothing; all others start from the
    /// workspace's id.
    private func start(with wire: ChangeWire, in workspace: WorkspaceID) -> ChangeHash {
        let founding = Place(replica: replica, number: 1, previous: .none)
        let isFounding = Change.hash(of: wire, at: founding).bytes == workspace.bytes
        return isFounding ? .none : ChangeHash(unchecked: workspace.bytes)
    }
}

extension ReceivedDelta {
    /// Takes apart and verifies many, on as many cores as there are: each is judged by itself.
    ///
    /// - Returns: in their order; nil in place of one that is no delta or does not verify.
    public static func verifyAll(_ deltas: [[UInt8]], in workspace: WorkspaceID) -> [VerifiedDelta?] {
        let verified = Mutex([VerifiedDelta?](repeating: nil, count: deltas.count))
        DispatchQueue.concurrentPerform(iterations: deltas.count) { index in
            guard let delta = try? ReceivedDelta(deltas[index][...]).verified(in: workspace) else { return }
            verified.withLock { $0[index] = delta }
        }
        return verified.withLock { $0 }
    }
}

/// A run of changes that their author vouched for. Holding one is the proof.
public struct VerifiedDelta: Sendable {
    /// Rising by one, each holding the hash of the one before.
    public let changes: [Change]
    /// The author's signature over the last one.
    public let seal: Signature

    fileprivate init(changes: [Change], seal: Signature) { (self.changes, self.seal) = (changes, seal) }
}

/// Puts stored changes back into the form that travels, byte for byte.
public enum DeltaWriter {
    /// Changes one after the other, each preceded by its length: how runs of them are kept and sent.
    public static func frames(_ wires: some Sequence<[UInt8]>) -> [UInt8] {
        var writer = ByteWriter()
        for wire in wires { writer.sized(wire) }
        return writer.bytes
    }

    /// The changes in such a run, not copied.
    public static func wires(inFrames frames: ArraySlice<UInt8>) throws(FormatRejection) -> [ArraySlice<UInt8>] {
        var reader = ByteReader(frames)
        var wires: [ArraySlice<UInt8>] = []
        while reader.remaining > 0 { wires.append(try reader.sized(.partialChange)) }
        return wires
    }

    /// Writes a delta.
    ///
    /// - Parameters:
    ///   - previous: the hash before the first change; left out at number 1.
    ///   - count: how many changes there are.
    ///   - frames: the changes' bytes as they were received, framed.
    ///   - seal: over the last of them.
    public static func bytes(
        replica: ReplicaID, first: UInt64, previous: ChangeHash, count: Int, frames: some Collection<UInt8>,
        seal: Signature
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(ReceivedDelta.version)
        writer.raw(replica.bytes)
        writer.integer(first)
        if first > 1 { writer.raw(previous.bytes) }
        writer.integer(count)
        writer.raw(frames)
        writer.raw(seal.bytes)
        return writer.bytes
    }

    /// Writes a delta of changes that are not framed yet.
    public static func bytes(
        replica: ReplicaID, first: UInt64, previous: ChangeHash, wires: [[UInt8]], seal: Signature
    ) -> [UInt8] {
        bytes(
            replica: replica, first: first, previous: previous, count: wires.count, frames: frames(wires), seal: seal)
    }
}
