public import CRDT

/// Everything a new device needs to take part, in one string: to be passed on like a key, because it is one.
public struct Invitation: Hashable, Sendable {
    /// Which workspace.
    public var workspace: WorkspaceID
    /// What keys the natural ids in it.
    public var secret: [UInt8]
    /// Where to sync, if there is a relay.
    public var relay: String?
    /// The relay's key, so that nobody can stand in for it.
    public var relayKey: DeviceID?
    /// The grant this invitation takes up.
    public var grant: Cause
    /// The grant's stamp; the joiner's first change stands above it, though the joiner does not hold it yet.
    public var stamp: Stamp
    /// The seed of the one-time key that the grant names.
    public var oneTimeSeed: [UInt8]
    /// What the grant gives.
    public var role: Role
    /// When it lapses, in milliseconds since 1970; nil never does.
    public var expires: UInt64?
    /// Whose further device it is for; nil lets somebody new in.
    public var person: InvitedPerson?

    /// An invitation.
    public init(
        workspace: WorkspaceID, secret: [UInt8], relay: String?, relayKey: DeviceID?, grant: Cause, stamp: Stamp,
        oneTimeSeed: [UInt8], role: Role, expires: UInt64?, person: InvitedPerson? = nil
    ) {
        (self.workspace, self.secret, self.relay, self.relayKey) = (workspace, secret, relay, relayKey)
        (self.grant, self.stamp, self.oneTimeSeed) = (grant, stamp, oneTimeSeed)
        (self.role, self.expires, self.person) = (role, expires, person)
    }

    private static let prefix = "nexus1-"

    /// `nexus1-` and base32: letters and digits only, so that it survives any messenger.
    public var text: String {
        var writer = ByteWriter()
        writer.raw(workspace.bytes)
        writer.raw(secret)
        writer.text(relay ?? "")
        writer.sized(relayKey?.bytes ?? [])
        writer.cause(grant)
        writer.stamp(stamp)
        writer.raw(oneTimeSeed)
        writer.byte(role.rawValue)
        writer.integer(expires.map { $0 &+ 1 } ?? 0)
        writer.sized(person?.id.bytes ?? [])
        if let person { writer.text(person.name) }
        return Self.prefix + Base32.text(writer.bytes + Self.check(writer.bytes))
    }

    /// - Returns: nil for anything that is not a whole, unaltered invitation of this version.
    public init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix), let bytes = Base32.bytes(text.dropFirst(Self.prefix.count)),
            bytes.count > 4, Self.check(bytes.dropLast(4)) == Array(bytes.suffix(4)),
            let decoded = try? Self(payload: bytes.dropLast(4))
        else { return nil }
        self = decoded
    }

    private init(payload: ArraySlice<UInt8>) throws(FormatRejection) {
        var reader = ByteReader(payload)
        workspace = try reader.fixed()
        secret = Array(try reader.raw(32))
        let relay = try reader.text()
        self.relay = relay.isEmpty ? nil : relay
        relayKey = try Self.relayKey(reader.sized(.text))
        grant = try reader.cause()
        stamp = try reader.stamp()
        oneTimeSeed = Array(try reader.raw(SigningKey.seedByteCount))
        let code = try reader.byte()
        guard let role = Role(rawValue: code) else { throw .unknownFormat(UInt64(code)) }
        self.role = role
        let expires = try reader.integer()
        self.expires = expires == 0 ? nil : expires - 1
        person = try Self.person(&reader)
        try reader.finish()
    }

    private static func person(_ reader: inout ByteReader) throws(FormatRejection) -> InvitedPerson? {
        let bytes = try reader.sized(.text)
        if bytes.isEmpty { return nil }
        guard let id = ChangeID(bytes: bytes) else { throw .truncated }
        return InvitedPerson(id: id, name: try reader.text(.actText))
    }

    private static func relayKey(_ bytes: ArraySlice<UInt8>) throws(FormatRejection) -> DeviceID? {
        if bytes.isEmpty { return nil }
        guard let key = DeviceID(bytes), key.isValidPoint else { throw .notAPoint }
        return key
    }

    /// Catches a letter lost in copying; it is no defence against anybody.
    private static func check(_ bytes: some Collection<UInt8>) -> [UInt8] {
        Digest.of(bytes, domain: "nexus invitation", byteCount: 4)
    }
}

/// Somebody who is in, and gets one more device.
public struct InvitedPerson: Hashable, Sendable {
    /// Names the person for ever.
    public let id: ChangeID
    /// What they are called.
    public let name: String

    /// A person.
    public init(id: ChangeID, name: String) { (self.id, self.name) = (id, name) }
}
