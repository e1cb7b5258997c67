/// An act of membership. Acts stand in a change's header, so that who belongs can be judged without any body.
public enum Act: Hashable, Sendable {
    /// The first act of a workspace: its author is the owner.
    case found(workspace: String, person: String, secretDigest: [UInt8])
    /// Lets in whoever proves to hold `key`: a one-time key of an invitation, or a device's own key.
    case grant(Grant)
    /// The first act of a device that an invitation lets in.
    case join(grant: Cause, proof: Signature, person: String)
    /// A relay (or, without one, the inviter) lets a device in under a grant, first come first served.
    case admit(device: DeviceID, grant: Cause, milliseconds: UInt64)
    /// The author's person is called otherwise from now on.
    case rename(person: String)
    /// Of a later version: kept and forwarded, without effect.
    case unknown(code: UInt64, payload: [UInt8])
}

/// What a grant gives, and to whom.
public struct Grant: Hashable, Sendable {
    /// What the holder may do.
    public let role: Role
    /// Who may take it up.
    public let key: DeviceID
    /// Whether `key` is a device's own key; otherwise it is the one-time key of an invitation.
    public let isDevice: Bool
    /// When it lapses, in milliseconds since 1970 by the admitter's clock; nil never does.
    public let expires: UInt64?
    /// How many devices it lets in.
    public let uses: UInt64

    /// A grant.
    public init(role: Role, key: DeviceID, isDevice: Bool, expires: UInt64?, uses: UInt64) {
        (self.role, self.key, self.isDevice) = (role, key, isDevice)
        (self.expires, self.uses) = (expires, uses)
    }
}

extension Act {
    /// Whether a key that it names is one that signatures may be checked under.
    var hasValidKey: Bool { if case .grant(let grant) = self { grant.key.isValidPoint } else { true } }

    /// What the one-time key of an invitation signs, so that it can be used for this device in this workspace only.
    public static func joinProof(workspace: WorkspaceID, replica: ReplicaID) -> [UInt8] {
        Digest.of(workspace.bytes + replica.bytes, domain: "nexus join")
    }

    /// What the founding change commits to instead of the workspace secret itself.
    public static func secretDigest(_ secret: [UInt8]) -> [UInt8] { Digest.of(secret, domain: "nexus secret") }
}

extension ByteWriter {
    /// Code, length, payload.
    mutating func act(_ act: Act) {
        var payload = ByteWriter()
        let code = payload.payload(of: act)
        integer(code)
        sized(payload.bytes)
    }

    private mutating func payload(of act: Act) -> UInt64 {
        switch act {
        case .found(let workspace, let person, let secretDigest):
            text(workspace)
            text(person)
            raw(secretDigest)
            return 1
        case .grant(let grant):
            byte(grant.role.rawValue)
            byte(grant.isDevice ? 1 : 0)
            raw(grant.key.bytes)
            integer(grant.expires.map { $0 &+ 1 } ?? 0)
            integer(grant.uses)
            return 2
        case .join(let grant, let proof, let person):
            cause(grant)
            raw(proof.bytes)
            text(person)
            return 3
        case .admit(let device, let grant, let milliseconds):
            raw(device.bytes)
            cause(grant)
            integer(milliseconds)
            return 4
        case .rename(let person):
            text(person)
            return 5
        case .unknown(let code, let payload):
            raw(payload)
            return code
        }
    }
}

extension ByteReader {
    /// Code, length, payload.
    mutating func act() throws(FormatRejection) -> Act {
        let code = try integer()
        var payload = ByteReader(try sized(.actPayload))
        let act = try payload.act(code)
        try payload.finish()
        return act
    }

    /// Passes over an act without understanding it.
    mutating func skipAct() throws(FormatRejection) {
        _ = try integer()
        _ = try sized(.actPayload)
    }

    private mutating func act(_ code: UInt64) throws(FormatRejection) -> Act {
        switch code {
        case 1:
            let workspace = try text(.actText)
            let person = try text(.actText)
            return .found(workspace: workspace, person: person, secretDigest: Array(try raw(32)))
        case 2: return .grant(try grant())
        case 3:
            let grant = try cause()
            guard let proof = Signature(try raw(Signature.byteCount)) else { throw .truncated }
            return .join(grant: grant, proof: proof, person: try text(.actText))
        case 4:
            let device: DeviceID = try fixed()
            let grant = try cause()
            return .admit(device: device, grant: grant, milliseconds: try integer())
        case 5: return .rename(person: try text(.actText))
        default: return .unknown(code: code, payload: Array(try raw(remaining)))
        }
    }

    private mutating func grant() throws(FormatRejection) -> Grant {
        let code = try byte()
        guard let role = Role(rawValue: code) else { throw .unknownFormat(UInt64(code)) }
        let isDevice = try byte()
        guard isDevice < 2 else { throw .unknownFormat(UInt64(isDevice)) }
        let key: DeviceID = try fixed()
        let expires = try integer()
        return Grant(
            role: role, key: key, isDevice: isDevice == 1, expires: expires == 0 ? nil : expires - 1,
            uses: try integer())
    }
}
