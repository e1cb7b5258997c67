import CRDT

/// A change's bytes taken apart, before anything in its acts and bodies is understood: enough to hash it, and so to check
/// the seal before any work is done that only a believed change is worth.
///
///     whole   := 0 stamp seed(16) causes acts count (length body)*
///     partial := 1 stamp nonce(8) causes acts count (1 salt(16) length body | 0 hash(32))*
///     header  := stamp nonce(8) causes acts count hash(32)*
///
/// What is hashed is the header, which holds no body but each one's salted hash. So a body can be withheld, and the
/// change still verifies. The seed would tell the salts of withheld bodies, and with them allow guessing at their
/// content; hence a partial change carries the nonce and the salts of what is there in the seed's place.
struct ChangeWire {
    let stamp: Stamp
    let nonce: UInt64
    let causes: [Cause]
    /// The acts and their number, as they stand on the wire.
    private let actBytes: ArraySlice<UInt8>
    let parts: [Part]

    /// One body, or what stands for it.
    enum Part {
        case here(ArraySlice<UInt8>, salt: [UInt8])
        case withheld(hash: [UInt8])

        var hash: [UInt8] {
            switch self {
            case .here(let body, let salt): ChangeSeed.bodyHash(body, salt: salt)
            case .withheld(let hash): hash
            }
        }
    }

    private enum Form {
        static let whole: UInt8 = 0
        static let partial: UInt8 = 1
    }

    init(_ wire: ArraySlice<UInt8>) throws(FormatRejection) {
        guard wire.count <= FormatLimit.partialChange.rawValue else { throw .limit(.partialChange) }
        var reader = ByteReader(wire)
        let form = try reader.byte()
        guard form <= Form.partial else { throw .unknownFormat(UInt64(form)) }
        guard form == Form.partial || wire.count <= FormatLimit.change.rawValue else { throw .limit(.change) }
        stamp = try reader.stamp()
        let seed = form == Form.whole ? try reader.raw(ChangeSeed.byteCount) : nil
        nonce = if let seed { ChangeSeed.nonce(seed) } else { try reader.word() }
        causes = try reader.causes()
        actBytes = try reader.slice { reader throws(FormatRejection) in
            for _ in 0..<(try reader.count(.acts)) { try reader.skipAct() }
        }
        var parts: [Part] = []
        for index in 0..<(try reader.count(.segments)) {
            parts.append(try Self.part(&reader, seed: seed, index: index))
        }
        self.parts = parts
        try reader.finish()
        guard seed != nil || parts.contains(where: \.isWithheld) else { throw .notCanonical }
    }

    private static func part(
        _ reader: inout ByteReader, seed: ArraySlice<UInt8>?, index: Int
    ) throws(FormatRejection) -> Part {
        if let seed { return .here(try reader.sized(.change), salt: ChangeSeed.salt(seed, index: index)) }
        let tag = try reader.byte()
        switch tag {
        case 0: return .withheld(hash: Array(try reader.raw(ChangeHash.byteCount)))
        case 1:
            let salt = Array(try reader.raw(ChangeSeed.saltByteCount))
            return .here(try reader.sized(.change), salt: salt)
        default: throw .unknownFormat(UInt64(tag))
        }
    }

    /// What the change's hash covers, besides its place.
    var header: [UInt8] {
        var writer = ByteWriter(capacity: 64 + 60 * causes.count + actBytes.count + ChangeHash.byteCount * parts.count)
        writer.stamp(stamp)
        writer.word(nonce)
        writer.causes(causes)
        writer.raw(actBytes)
        writer.integer(parts.count)
        for part in parts { writer.raw(part.hash) }
        return writer.bytes
    }

    /// The membership acts.
    func acts() throws(FormatRejection) -> [Act] {
        var reader = ByteReader(actBytes)
        var acts: [Act] = []
        for _ in 0..<(try reader.count(.acts)) { acts.append(try reader.act()) }
        return acts
    }

    /// The partial form without the bodies at `indices`, of those that are here.
    func withholding(_ indices: Set<Int>) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(Form.partial)
        writer.stamp(stamp)
        writer.word(nonce)
        writer.causes(causes)
        writer.raw(actBytes)
        writer.integer(parts.count)
        for (index, part) in parts.enumerated() {
            if case .here(let body, let salt) = part, !indices.contains(index) {
                writer.byte(1)
                writer.raw(salt)
                writer.sized(body)
            } else {
                writer.byte(0)
                writer.raw(part.hash)
            }
        }
        return writer.bytes
    }

    /// The whole form of what an author puts into a change.
    static func whole(_ draft: Draft, stamp: Stamp, causes: [Cause], seed: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(Form.whole)
        writer.stamp(stamp)
        writer.raw(seed)
        writer.causes(causes)
        writer.acts(draft.acts)
        writer.integer(draft.segments.count)
        for segment in draft.segments { writer.sized(segment.body) }
        return writer.bytes
    }
}

extension ChangeWire.Part {
    var isWithheld: Bool { if case .withheld = self { true } else { false } }
}

/// Sixteen random bytes a change: its nonce and the salts that keep a withheld body from being guessed.
enum ChangeSeed {
    static let byteCount = 16
    static let saltByteCount = 16

    static func nonce(_ seed: ArraySlice<UInt8>) -> UInt64 {
        Digest.of(seed, domain: "nexus nonce", byteCount: 8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func salt(_ seed: ArraySlice<UInt8>, index: Int) -> [UInt8] {
        var salted = ByteWriter()
        salted.raw(seed)
        salted.integer(index)
        return Digest.of(salted.bytes, domain: "nexus salt", byteCount: saltByteCount)
    }

    static func bodyHash(_ body: ArraySlice<UInt8>, salt: [UInt8]) -> [UInt8] {
        var digest = Digest(domain: "nexus body")
        digest.update(salt)
        digest.update(body)
        return digest.finish()
    }
}

extension ByteWriter {
    /// A count, then the acts.
    mutating func acts(_ acts: [Act]) {
        integer(acts.count)
        for act in acts { self.act(act) }
    }
}
