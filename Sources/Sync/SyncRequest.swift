public import ChangeLog

/// Where a replica stands in a relay's order of arrival.
public struct Cursor: Hashable, Sendable {
    /// Drawn anew when a relay's data is made or restored: arrival numbers mean something within one incarnation only.
    public let incarnation: UInt64
    /// The last arrival number pulled.
    public let arrival: UInt64
    /// What the relay said to stand for all that has arrived there up to that number: a relay that was put back from an
    /// older copy without noticing gives numbers to other things. 0 where `arrival` is 0.
    public let check: UInt64

    /// A place in a relay's order of arrival.
    public init(incarnation: UInt64, arrival: UInt64, check: UInt64 = 0) {
        (self.incarnation, self.arrival, self.check) = (incarnation, arrival, check)
    }
}

/// What a replica says to a relay: one request both pushes and pulls.
///
///     request := version(0) workspace(32) replica(40) flags [cursor] [frontier] [credential] [tips] [room] deltas
///     flags   := 1 cursor | 2 frontier | 4 credential | 8 push only | 16 tips | 32 survey | 64 room
///     cursor  := incarnation(8) arrival check(8)
///     tips    := count (epoch(8) number prefix(16))*
public struct SyncRequest: Hashable, Sendable {
    /// Which workspace.
    public var workspace: WorkspaceID
    /// Whose copy asks. The signature of the carrying request must be its device's.
    public var replica: ReplicaID
    /// Where it stands; nil at first contact.
    public var cursor: Cursor?
    /// What it holds, when the cursor does not say: at first contact, or with another incarnation.
    public var frontier: [Cause]?
    /// Shown until the relay has admitted the device.
    public var credential: [UInt8]?
    /// How far the asker's own chains go, of those changes that others may have: what else the relay has of its device
    /// the asker has lost, or another copy of it has made. Only those are named that lie in no other's past.
    public var tips: [Cause]
    /// Whether more is about to be pushed, so that nothing should be sent back yet.
    public var isPushOnly: Bool
    /// Whether nothing should be sent back but how much there is to send.
    public var isSurvey: Bool
    /// How many bytes of deltas and frontier the asker takes in the answer, at the most; nil for about a page and whatever
    /// the frontier takes.
    public var room: UInt64?
    /// Own changes, and what a relay that forgot gets back.
    public var deltas: [[UInt8]]

    /// A request.
    public init(
        workspace: WorkspaceID, replica: ReplicaID, cursor: Cursor?, frontier: [Cause]? = nil,
        credential: [UInt8]? = nil, tips: [Cause] = [], isPushOnly: Bool = false, isSurvey: Bool = false,
        room: UInt64? = nil, deltas: [[UInt8]] = []
    ) {
        (self.workspace, self.replica, self.cursor, self.frontier) = (workspace, replica, cursor, frontier)
        (self.credential, self.isPushOnly, self.deltas) = (credential, isPushOnly, deltas)
        (self.isSurvey, self.room) = (isSurvey, room)
        self.tips = tips.filter { $0.replica.device == replica.device }
    }

    /// The bytes before compression.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(PacketFormat.version)
        writer.raw(workspace.bytes)
        writer.raw(replica.bytes)
        writer.byte(
            (cursor == nil ? 0 : 1) | (frontier == nil ? 0 : 2) | (credential == nil ? 0 : 4) | (isPushOnly ? 8 : 0)
                | (tips.isEmpty ? 0 : 16) | (isSurvey ? 32 : 0) | (room == nil ? 0 : 64))
        if let cursor { writer.cursor(cursor) }
        if let frontier { writer.frontier(frontier) }
        if let credential { writer.sized(credential) }
        if !tips.isEmpty { writer.tips(tips) }
        if let room { writer.integer(room) }
        writer.deltas(deltas)
        return writer.bytes
    }

    /// As it travels.
    public var body: [UInt8] { Compression.compressed(bytes) }

    /// Takes a request apart that has travelled.
    public init(body: [UInt8]) throws(FormatRejection) {
        try self.init(Compression.decompressed(body, limit: PacketFormat.byteLimit))
    }

    /// Takes a request apart; the deltas in it are not looked at yet.
    public init(_ bytes: [UInt8]) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        try reader.packetVersion()
        workspace = try reader.fixed()
        replica = try reader.replica()
        let flags = try reader.byte()
        guard flags < 128 else { throw .unknownFormat(UInt64(flags)) }
        cursor = flags & 1 == 0 ? nil : try reader.cursor()
        frontier = flags & 2 == 0 ? nil : try reader.frontier()
        credential = flags & 4 == 0 ? nil : Array(try reader.sized(.text))
        isPushOnly = flags & 8 != 0
        tips = flags & 16 == 0 ? [] : try reader.tips(of: replica.device)
        isSurvey = flags & 32 != 0
        room = flags & 64 == 0 ? nil : try reader.integer()
        deltas = try reader.deltas()
        try reader.finish()
    }
}

/// Bounds and versions of packets.
public enum PacketFormat {
    /// 0 is a draft.
    public static let version: UInt8 = 0
    /// The most bytes of a packet after decompression: a page of changes and some.
    public static let byteLimit = 16 << 20
    /// How many bytes of changes go into one packet, about.
    public static let pageByteCount = 2 << 20
    /// The most deltas in a packet.
    static let deltaLimit = 65_536
    /// The most tips in a frontier.
    static let tipLimit = 65_536
}

extension ByteWriter {
    mutating func cursor(_ cursor: Cursor) {
        word(cursor.incarnation)
        integer(cursor.arrival)
        word(cursor.check)
    }

    fileprivate mutating func tips(_ tips: [Cause]) {
        integer(tips.count)
        for tip in tips {
            word(tip.replica.epoch)
            integer(tip.number)
            raw(tip.prefix)
        }
    }

    mutating func frontier(_ tips: [Cause]) {
        integer(tips.count)
        for tip in tips { cause(tip) }
    }

    mutating func deltas(_ deltas: [[UInt8]]) {
        integer(deltas.count)
        for delta in deltas { sized(delta) }
    }
}

extension ByteReader {
    mutating func packetVersion() throws(FormatRejection) {
        let version = try byte()
        guard version == PacketFormat.version else { throw .unknownFormat(UInt64(version)) }
    }

    mutating func cursor() throws(FormatRejection) -> Cursor {
        let incarnation = try word()
        let arrival = try integer()
        guard arrival <= UInt64(Int64.max) else { throw .outOfRange }
        return Cursor(incarnation: incarnation, arrival: arrival, check: try word())
    }

    fileprivate mutating func tips(of device: DeviceID) throws(FormatRejection) -> [Cause] {
        let count = try integer()
        guard count <= UInt64(PacketFormat.tipLimit) else { throw .limit(.causes) }
        guard count > 0 else { throw .notCanonical }
        var tips: [Cause] = []
        for _ in 0..<count {
            let replica = ReplicaID(device: device, epoch: try word())
            let number = try integer()
            guard number > 0, number <= ChangeNumber.limit else { throw .outOfRange }
            tips.append(Cause(replica: replica, number: number, prefix: try raw(Cause.prefixByteCount)))
        }
        return tips
    }

    mutating func frontier() throws(FormatRejection) -> [Cause] {
        let count = try integer()
        guard count <= UInt64(PacketFormat.tipLimit) else { throw .limit(.causes) }
        var tips: [Cause] = []
        for _ in 0..<count { tips.append(try cause()) }
        return tips
    }

    mutating func deltas() throws(FormatRejection) -> [[UInt8]] {
        let count = try integer()
        guard count <= UInt64(PacketFormat.deltaLimit) else { throw .limit(.changes) }
        var deltas: [[UInt8]] = []
        for _ in 0..<count { deltas.append(Array(try sized(.delta))) }
        return deltas
    }
}
