import ChangeLog
public import Storage
public import Sync

extension Cursor {
    /// Where the last sync ended, as it is stored.
    public init(_ position: RelayProgress.Position) {
        self.init(incarnation: position.incarnation, arrival: position.arrival, check: position.check)
    }
}

extension RelayProgress.Position {
    /// To be stored.
    public init(_ cursor: Cursor) {
        self.init(incarnation: cursor.incarnation, arrival: cursor.arrival, check: cursor.check)
    }
}

extension Replica {
    /// What was different here and at the relay when last they compared.
    func difference() throws(StorageFailure) -> SyncSession.Difference? {
        guard let bytes = try localValue(.difference).bytes else { return nil }
        var reader = ByteReader(bytes)
        guard let ours = try? reader.word(), let theirs = try? reader.word() else { return nil }
        return SyncSession.Difference(ours: ours, theirs: theirs)
    }

    func keep(_ difference: SyncSession.Difference?) throws(StorageFailure) {
        guard try self.difference() != difference else { return }
        var writer = ByteWriter()
        if let difference {
            writer.word(difference.ours)
            writer.word(difference.theirs)
        }
        try setLocalValue(.difference, difference == nil ? .null : .bytes(writer.bytes))
    }
}

/// As whom a replica asks.
struct Asker {
    /// Its own id or, until it is admitted, that under which it took up the invitation.
    let id: ReplicaID
    /// Shown until it is admitted.
    let credential: [UInt8]?

    init(_ replica: Replica) throws {
        let isAdmitted = try replica.member(replica.id.device)?.admitted != nil
        id = isAdmitted ? replica.id : try replica.read { try LocalValues.joiner(in: $0) }
        credential = isAdmitted ? nil : try replica.localValue(.credential).bytes
    }
}
