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

/// One user action, whole: causes, stamp, nonce, acts and segments.
///
/// Holding one is the proof that it is well-formed and belongs where it stands: it comes only from a verified
/// ``ReceivedDelta``, from this device's own author, or from the log that one of these was written to.
///
///     wire   := flags(0) stamp seed(16) causes acts segments
///     hashed := flags(0) stamp nonce(8) causes acts (salted hash of each segment)
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
    public let segments: [Segment]
    /// The bytes that are stored and forwarded, untouched.
    public let wire: [UInt8]

    /// Whose chain it is in.
    public var replica: ReplicaID { place.replica }
    /// Its number there, from 1.
    public var number: UInt64 { place.number }
    /// How another change names this one.
    public var asCause: Cause { Cause(replica: replica, number: number, prefix: hash.prefix) }

    /// The one parser of changes. It says what the bytes mean at a place; whether the author wrote them there is for
    /// the seal to say, hence not public.
    init(wire: ArraySlice<UInt8>, at place: Place) throws(FormatRejection) {
        guard wire.count <= FormatLimit.change.rawValue else { throw .limit(.change) }
        var reader = ByteReader(wire)
        let flags = try reader.integer()
        guard flags == 0 else { throw .unknownFormat(flags) }
        stamp = try reader.stamp()
        let seed = try reader.raw(ChangeSeed.byteCount)
        causes = try reader.causes()
        guard !causes.contains(where: { $0.replica == place.replica }) else { throw .notSorted }
        var acts: [Act] = []
        for _ in 0..<(try reader.count(.acts)) { acts.append(try reader.act()) }
        self.acts = acts
        let bodies = try Self.bodies(&reader)
        try reader.finish()
        segments = try Self.segments(of: bodies)

        var header = ByteWriter()
        header.integer(0)
        header.stamp(stamp)
        let nonce = ChangeSeed.nonce(seed)
        header.word(nonce)
        header.causes(causes)
        header.integer(acts.count)
        for act in acts { header.act(act) }
        header.integer(bodies.count)
        for (index, body) in bodies.enumerated() { header.raw(ChangeSeed.segmentHash(body, seed: seed, index: index)) }
        hash = Self.hash(header: header.bytes, place: place)
        id = Self.id(device: place.replica.device, nonce: nonce)
        self.place = place
        self.wire = Array(wire)
    }

    private static func bodies(_ reader: inout ByteReader) throws(FormatRejection) -> [ArraySlice<UInt8>] {
        var bodies: [ArraySlice<UInt8>] = []
        for _ in 0..<(try reader.count(.segments)) { bodies.append(try reader.sized(.change)) }
        return bodies
    }

    private static func segments(of bodies: [ArraySlice<UInt8>]) throws(FormatRejection) -> [Segment] {
        var operations = 0
        var segments: [Segment] = []
        for body in bodies {
            let segment = try Segment(body: body)
            operations += segment.operations.count
            guard operations <= FormatLimit.operations.rawValue else { throw .limit(.operations) }
            segments.append(segment)
        }
        return segments
    }

    private static func hash(header: [UInt8], place: Place) -> ChangeHash {
        var digest = Digest(domain: "nexus change")
        digest.update(place.replica.bytes)
        var number = ByteWriter()
        number.word(place.number)
        digest.update(number.bytes)
        digest.update(place.previous.bytes)
        digest.update(header)
        return ChangeHash(unchecked: digest.finish())
    }

    private static func id(device: DeviceID, nonce: UInt64) -> ChangeID {
        var writer = ByteWriter()
        writer.raw(device.bytes)
        writer.word(nonce)
        let bytes = Digest.of(writer.bytes, domain: "nexus change id", byteCount: ChangeID.byteCount)
        return ChangeID(bytes: bytes) ?? ChangeID(high: 0, low: 0)
    }
}

/// Sixteen random bytes a change: its nonce and the salts that keep a withheld segment from being guessed.
enum ChangeSeed {
    static let byteCount = 16

    static func nonce(_ seed: ArraySlice<UInt8>) -> UInt64 {
        Digest.of(seed, domain: "nexus nonce", byteCount: 8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func segmentHash(_ body: ArraySlice<UInt8>, seed: ArraySlice<UInt8>, index: Int) -> [UInt8] {
        var salted = ByteWriter()
        salted.raw(seed)
        salted.integer(index)
        var digest = Digest(domain: "nexus segment")
        digest.update(Digest.of(salted.bytes, domain: "nexus salt", byteCount: 16))
        digest.update(body)
        return digest.finish()
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
        var writer = ByteWriter()
        writer.integer(0)
        writer.stamp(stamp)
        writer.raw(seed)
        writer.causes(causes)
        writer.integer(draft.acts.count)
        for act in draft.acts { writer.act(act) }
        writer.integer(draft.segments.count)
        for segment in draft.segments { writer.sized(segment.body) }
        return try Change(wire: writer.bytes[...], at: place)
    }

    /// A change as the log holds it: it was verified or authored before it was written there.
    package static func reloaded(wire: [UInt8], at place: Place) throws(FormatRejection) -> Change {
        try Change(wire: wire[...], at: place)
    }
}
