public import CRDT

/// An act of membership, or of asking leave. Acts stand in a change's header, so that who belongs and what was granted
/// can be judged without any body.
public enum Act: Hashable, Sendable {
    /// The first act of a workspace: its author is the owner.
    case found(workspace: String, person: String, secretDigest: [UInt8])
    /// Lets in whoever proves to hold a key, or gives a device another role.
    case grant(Grant)
    /// The first act of a device that an invitation lets in.
    case join(grant: Cause, proof: Signature, person: String)
    /// A relay (or, without one, the inviter) lets a device in under a grant, first come first served.
    case admit(device: DeviceID, grant: Cause, milliseconds: UInt64)
    /// The author's person is called otherwise from now on.
    case rename(person: String)
    /// Of a device, nothing counts but what lies up to these changes of its chains; of a chain that none is named of,
    /// nothing at all.
    case revoke(device: DeviceID, upTo: [Cause])
    /// Makes changes count again that a revocation took away.
    case adopt([ChangeID])
    /// Nobody else comes in under a grant.
    case withdraw(grant: Cause)
    /// Why the author's device begins a new chain, and where its earlier ones ended.
    case declare(Accident, tips: [Cause])
    /// The author's device is called so.
    case nameDevice(String)
    /// A gateway asks the relay's leave for what its change says.
    case bid(Bid)
    /// The relay answers a bid.
    case rule(Ruling)
    /// Of a later version: kept and forwarded, without effect.
    case unknown(code: UInt64, payload: [UInt8])
}

/// What happened to a copy of a replica, so that its device began a new chain. The codes are part of the format.
public enum Accident: UInt8, CaseIterable, Hashable, Sendable {
    /// The copy was older than what its device had written.
    case restored = 1
    /// The copy stands on another machine or in another file than its device's.
    case copied = 2
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
    /// Whose device it is for; nil is for somebody who is not here yet.
    public let person: ChangeID?

    /// A grant.
    public init(
        role: Role, key: DeviceID, isDevice: Bool, expires: UInt64? = nil, uses: UInt64 = 1, person: ChangeID? = nil
    ) {
        (self.role, self.key, self.isDevice) = (role, key, isDevice)
        (self.expires, self.uses, self.person) = (expires, uses, person)
    }
}

extension Act {
    /// Whether a key that it names is one that signatures may be checked under.
    var hasValidKey: Bool { if case .grant(let grant) = self { grant.key.isValidPoint } else { true } }

    /// Whether it asks for leave.
    package var isBid: Bool { if case .bid = self { true } else { false } }

    /// Whether it is about who belongs.
    public var isOfMembership: Bool {
        switch self {
        case .bid, .rule: false
        default: true
        }
    }

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
            self.grant(grant)
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
        case .bid(let bid):
            self.bid(bid)
            return 11
        case .rule(let ruling):
            self.ruling(ruling)
            return 12
        case .revoke, .adopt, .withdraw, .declare, .nameDevice: return remedy(act)
        case .unknown(let code, let payload):
            raw(payload)
            return code
        }
    }

    /// The acts that set right what others did.
    private mutating func remedy(_ act: Act) -> UInt64 {
        switch act {
        case .revoke(let device, let tips):
            raw(device.bytes)
            causes(tips)
            return 6
        case .adopt(let changes):
            identifiers(changes)
            return 7
        case .withdraw(let grant):
            cause(grant)
            return 8
        case .declare(let accident, let tips):
            byte(accident.rawValue)
            causes(tips)
            return 9
        case .nameDevice(let name):
            text(name)
            return 10
        default: return 0
        }
    }

    private mutating func grant(_ grant: Grant) {
        byte(grant.role.rawValue)
        byte((grant.isDevice ? 1 : 0) | (grant.person == nil ? 0 : 2))
        raw(grant.key.bytes)
        integer(grant.expires.map { $0 &+ 1 } ?? 0)
        integer(grant.uses)
        if let person = grant.person { identifier(person) }
    }
}

extension ByteReader {
    /// Code, length, payload.
    mutating func act() throws(FormatRejection) -> Act {
        let code = try integer()
        let bytes = try sized(.actPayload)
        var payload = ByteReader(bytes)
        let act = try payload.act(code)
        // Of a later version's role or accident, too, the rest means nothing here.
        guard let act else { return .unknown(code: code, payload: Array(bytes)) }
        try payload.finish()
        return act
    }

    /// Passes over an act without understanding it.
    mutating func skipAct() throws(FormatRejection) {
        _ = try integer()
        _ = try sized(.actPayload)
    }

    /// - Returns: nil for what only a later version understands.
    private mutating func act(_ code: UInt64) throws(FormatRejection) -> Act? {
        switch code {
        case 1:
            let workspace = try text(.actText)
            let person = try text(.actText)
            return .found(workspace: workspace, person: person, secretDigest: Array(try raw(32)))
        case 2: return try grant().map(Act.grant)
        case 3:
            let grant = try cause()
            guard let proof = Signature(try raw(Signature.byteCount)) else { throw .truncated }
            return .join(grant: grant, proof: proof, person: try text(.actText))
        case 4:
            let device: DeviceID = try fixed()
            let grant = try cause()
            return .admit(device: device, grant: grant, milliseconds: try integer())
        case 5: return .rename(person: try text(.actText))
        case 6: return .revoke(device: try fixed(), upTo: try causes())
        case 7: return .adopt(try identifiers())
        case 8: return .withdraw(grant: try cause())
        case 9:
            guard let accident = Accident(rawValue: try byte()) else { return nil }
            return .declare(accident, tips: try causes())
        case 10: return .nameDevice(try text(.actText))
        case 11: return .bid(try bid())
        case 12: return try ruling().map(Act.rule)
        default: return nil
        }
    }

    /// - Returns: nil for a role of a later version.
    private mutating func grant() throws(FormatRejection) -> Grant? {
        guard let role = Role(rawValue: try byte()) else { return nil }
        let flags = try byte()
        guard flags < 4 else { throw .unknownFormat(UInt64(flags)) }
        let key: DeviceID = try fixed()
        let expires = try integer()
        let uses = try integer()
        return Grant(
            role: role, key: key, isDevice: flags & 1 != 0, expires: expires == 0 ? nil : expires - 1, uses: uses,
            person: flags & 2 == 0 ? nil : try identifier())
    }
}

extension Act {
    /// Code, length and payload, as in a header.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.act(self)
        return writer.bytes
    }

    /// - Throws: a rejection unless the bytes are one act and nothing else.
    package init(bytes: [UInt8]) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        self = try reader.act()
        try reader.finish()
    }
}
