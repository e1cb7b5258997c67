import CRDT
public import ChangeLog

/// What a gateway asks a relay before it bids: to be the only one that may, for a while.
///
///     request := version(0) workspace(32) replica(40) scope(16) act
///     act     := 0 takes or renews, 1 gives back
public struct LeaseRequest: Hashable, Sendable {
    /// Of which workspace.
    public var workspace: WorkspaceID
    /// Who asks.
    public var replica: ReplicaID
    /// What for.
    public var scope: LeaseScope
    /// Whether the asker has done with it.
    public var givesBack: Bool

    /// A request.
    public init(workspace: WorkspaceID, replica: ReplicaID, scope: LeaseScope, givesBack: Bool = false) {
        (self.workspace, self.replica, self.scope, self.givesBack) = (workspace, replica, scope, givesBack)
    }

    /// As it travels.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(PacketFormat.version)
        writer.raw(workspace.bytes)
        writer.raw(replica.bytes)
        writer.raw(scope.bytes)
        writer.byte(givesBack ? 1 : 0)
        return writer.bytes
    }

    /// Takes a request apart that has travelled.
    public init(_ bytes: [UInt8]) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        try reader.packetVersion()
        workspace = try reader.fixed()
        replica = try reader.replica()
        scope = try reader.identifier()
        let act = try reader.byte()
        guard act < 2 else { throw .unknownFormat(UInt64(act)) }
        givesBack = act == 1
        try reader.finish()
    }
}

/// What a relay answers to one who asks for a lease.
///
///     reply := version(0) kind until incarnation counter steadySince time
///     kind  := 0 lent, 1 taken by somebody else, 2 given back
public struct LeaseReply: Hashable, Sendable {
    /// What became of the lease.
    public enum Outcome: UInt8, Hashable, Sendable {
        /// It is the asker's.
        case lent = 0
        /// Somebody else has it.
        case taken = 1
        /// It is nobody's any more.
        case givenBack = 2
    }

    /// What became of it.
    public var outcome: Outcome
    /// Until when it is held, in milliseconds since 1970 by the relay's clock.
    public var until: UInt64
    /// The relay's incarnation.
    public var incarnation: UInt64
    /// The number of the asker's lease; 0 where it has none.
    public var counter: UInt64
    /// Since when the relay has forgotten nothing, in milliseconds since 1970 by its clock.
    public var steadySince: UInt64
    /// The relay's clock, in milliseconds since 1970.
    public var time: UInt64

    /// A reply.
    public init(
        _ outcome: Outcome, until: UInt64, incarnation: UInt64, counter: UInt64, steadySince: UInt64, time: UInt64
    ) {
        (self.outcome, self.until, self.incarnation, self.counter) = (outcome, until, incarnation, counter)
        (self.steadySince, self.time) = (steadySince, time)
    }

    /// As it travels.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(PacketFormat.version)
        writer.byte(outcome.rawValue)
        writer.integer(until)
        writer.word(incarnation)
        writer.integer(counter)
        writer.integer(steadySince)
        writer.integer(time)
        return writer.bytes
    }

    /// Takes a reply apart that has travelled.
    public init(_ bytes: [UInt8]) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        try reader.packetVersion()
        let kind = try reader.byte()
        guard let outcome = Outcome(rawValue: kind) else { throw .unknownFormat(UInt64(kind)) }
        self.outcome = outcome
        until = try reader.integer()
        incarnation = try reader.word()
        counter = try reader.integer()
        steadySince = try reader.integer()
        time = try reader.integer()
        try reader.finish()
    }
}
