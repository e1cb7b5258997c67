/// What a device shows that was invited and is not admitted yet: the grant, and the one-time key's word for it.
public struct Credential: Hashable, Sendable {
    /// The grant taken up.
    public let grant: Cause
    /// The one-time key's signature over workspace and replica.
    public let proof: Signature

    /// A credential.
    public init(_ grant: Cause, _ proof: Signature) { (self.grant, self.proof) = (grant, proof) }

    /// The grant as a cause, then the signature.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.cause(grant)
        writer.raw(proof.bytes)
        return writer.bytes
    }

    /// - Throws: a rejection unless the bytes are a credential and nothing else.
    public init(_ bytes: some Collection<UInt8>) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        grant = try reader.cause()
        guard let proof = Signature(try reader.raw(Signature.byteCount)) else { throw .truncated }
        self.proof = proof
        try reader.finish()
    }
}
