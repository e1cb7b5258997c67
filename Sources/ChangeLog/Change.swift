public import CRDT

/// Where a change stands: whose chain, which number, and the hash of the change before it.
public struct Place: Hashable, Sendable {
    /// Whose chain.
    public let replica: ReplicaID
    /// From 1.
    public let number: UInt64
    /// The hash of the change before. Before number 1 stands the workspace's id, so that a chain belongs to one
    /// workspace; before the founding change, whose hash *is* that id, stands nothing.
    public let previous: ChangeHash

    /// A place in a chain.
    public init(replica: ReplicaID, number: UInt64, previous: ChangeHash) {
        (self.replica, self.number, self.previous) = (replica, number, previous)
    }
}

/// What an author puts into a change; everything else is derived.
public struct Draft: Hashable, Sendable {
    /// Membership acts.
    public var acts: [Act]
    /// Operations, root by root.
    public var segments: [Segment]

    /// The content of a change.
    public init(acts: [Act] = [], segments: [Segment] = []) { (self.acts, self.segments) = (acts, segments) }

    /// Whether there is nothing to say.
    public var isEmpty: Bool { acts.isEmpty && segments.allSatisfy { $0.operations.isEmpty } }
}

/// One body of a change: the operations on one root, or what stands for them.
public enum Body: Hashable, Sendable {
    /// The operations are here.
    case here(Segment)
    /// Only their salted hash is: they were withheld on the way, or erased.
    case withheld(hash: [UInt8])
}

/// One user action, whole: causes, stamp, nonce, acts and segments.
///
/// Holding one is the proof that it is well-formed and belongs where it stands: it comes only from a verified
/// ``ReceivedDelta``, from this device's own author, or from the log that one of these was written to.
///
/// The wire carries nothing the receiver can compute: the seed gives the nonce and the salts, the bodies give their
/// hashes, and author, number and predecessor come from the run the change travels in.
public struct Change: Hashable, Sendable {
    /// Whose, which, after what.
    public let place: Place
    /// The hash that the next change and the seal vouch for.
    public let hash: ChangeHash
    /// Stable through re-stamping and re-chaining.
    public let id: ChangeID
    /// When, by the author's clock.
    public let stamp: Stamp
    /// Changes of other chains that the author had applied, without those implied by earlier ones.
    public let causes: [Cause]
    /// Membership acts.
    public let acts: [Act]
    /// Operations, root by root.
    public let bodies: [Body]
    /// Whether every body is here. A change with one missing cannot be applied.
    public let isWhole: Bool
    /// The bytes that are stored and forwarded, untouched.
    public let wire: [UInt8]

    /// Whose chain it is in.
    public var replica: ReplicaID { place.replica }
    /// Its number there, from 1.
    public var number: UInt64 { place.number }
    /// How another change names this one.
    public var asCause: Cause { Cause(replica: replica, number: number, prefix: hash.prefix) }
    /// The bodies that are here.
    public var segments: [Segment] {
        bodies.compactMap { if case .here(let segment) = $0 { segment } else { nil } }
    }

    /// The one parser of changes. It says what the bytes mean at a place; whether the author wrote them there is for
    /// the seal to say, hence not public.
    init(wire bytes: ArraySlice<UInt8>, at place: Place) throws(FormatRejection) {
        let wire = try ChangeWire(bytes)
        try self.init(wire, bytes: bytes, at: place, hash: Self.hash(of: wire, at: place))
    }

    /// - Parameter hash: what ``hash(of:at:)`` gives.
    init(
        _ wire: ChangeWire, bytes: ArraySlice<UInt8>, at place: Place, hash: ChangeHash
    ) throws(FormatRejection) {
        guard !wire.causes.contains(where: { $0.replica == place.replica }) else { throw .ownCause }
        bodies = try Self.bodies(of: wire)
        isWhole = !wire.parts.contains(where: \.isWithheld)
        (stamp, causes, acts) = (wire.stamp, wire.causes, try wire.acts())
        id = ChangeID(device: place.replica.device, nonce: wire.nonce)
        self.place = place
        self.hash = hash
        self.wire = Array(bytes)
    }

    private static func bodies(of wire: ChangeWire) throws(FormatRejection) -> [Body] {
        var operations = 0
        var bodies: [Body] = []
        bodies.reserveCapacity(wire.parts.count)
        for part in wire.parts {
            switch part {
            case .withheld(let hash): bodies.append(.withheld(hash: hash))
            case .here(let body, _):
                let segment = try Segment(body: body)
                operations += segment.operations.count
                guard operations <= FormatLimit.operations.rawValue else { throw .limit(.operations) }
                bodies.append(.here(segment))
            }
        }
        return bodies
    }

    /// What the next change and the seal vouch for.
    static func hash(of wire: ChangeWire, at place: Place) -> ChangeHash {
        var digest = Digest(domain: "nexus change")
        digest.update(place.replica.bytes)
        var number = ByteWriter()
        number.word(place.number)
        digest.update(number.bytes)
        digest.update(place.previous.bytes)
        digest.update(wire.header)
        return ChangeHash(unchecked: digest.finish())
    }
}

extension ChangeID {
    /// The id of the change that `device` gave `nonce`.
    init(device: DeviceID, nonce: UInt64) {
        var writer = ByteWriter()
        writer.raw(device.bytes)
        writer.word(nonce)
        let bytes = Digest.of(writer.bytes, domain: "nexus change id", byteCount: ChangeID.byteCount)
        self = ChangeID(bytes: bytes) ?? ChangeID(high: 0, low: 0)
    }
}

extension Change {
    /// Makes a change of this device's own. It goes through the same parser as a received one, so nothing can be
    /// written here that others would refuse.
    ///
    /// - Parameters:
    ///   - stamp: above all causes and the change before.
    ///   - seed: sixteen random bytes, never used before.
    /// - Throws: `.limit` if the draft is larger than the format allows.
    public static func authored(
        _ draft: Draft, at place: Place, stamp: Stamp, causes: [Cause], seed: [UInt8]
    ) throws(FormatRejection) -> Change {
        precondition(seed.count == ChangeSeed.byteCount, "a change's seed has 16 bytes")
        guard draft.acts.allSatisfy(\.hasValidKey) else { throw .notAPoint }
        return try Change(wire: ChangeWire.whole(draft, stamp: stamp, causes: causes, seed: seed)[...], at: place)
    }

    /// The same change without some of its bodies: it keeps its hash, and so its place in the chain.
    ///
    /// - Parameter indices: which bodies to leave out; at least one that is here.
    public func withholding(_ indices: Set<Int>) throws(FormatRejection) -> Change {
        try Change(wire: ChangeWire(wire[...]).withholding(indices)[...], at: place)
    }

    /// A change as the log holds it: it was verified or authored before it was written there.
    package static func reloaded(wire: ArraySlice<UInt8>, at place: Place) throws(FormatRejection) -> Change {
        try Change(wire: wire, at: place)
    }
}
