import CRDT
public import ChangeLog
public import GRDB
import Glibc

/// One device's copy of a workspace, in an SQLite file.
///
/// Everything shared goes through ``Door``; everything else here opens files, keeps what is local to this copy, and
/// hands out what travels. A replica is used by one thread at a time; processes exclude each other by a lock held for
/// one transaction.
public final class Replica {
    /// What a replica has to be told about its content, and where chance comes from.
    public struct Configuration: Sendable {
        /// Every field of every root.
        public let schema: Schema
        /// The tables made for reading.
        public let projections: [any Projection]
        /// Random bytes, so many.
        public let random: @Sendable (Int) -> [UInt8]
        /// Names this machine, for instance what `/etc/machine-id` holds; nothing where it has no name. By it a copy
        /// finds out that it was carried elsewhere.
        public let machine: [UInt8]

        /// A configuration.
        public init(
            schema: Schema, projections: [any Projection], machine: [UInt8] = [],
            random: @escaping @Sendable (Int) -> [UInt8] = SystemRandom.bytes
        ) {
            (self.schema, self.projections, self.machine) = (schema, projections, machine)
            self.random = random
        }

        /// The same, on a machine of that name.
        public func on(machine: [UInt8]) -> Self {
            Self(schema: schema, projections: projections, machine: machine, random: random)
        }

        /// Makes the tables that are derived from the log, empty.
        ///
        /// - Parameter name: `main` or, for a second state beside the first, `temp`.
        func makeDerivedTables(in database: Database, named name: String = "main") throws {
            try database.execute(
                sql: Tables.membership(in: name) + Tables.bids(in: name) + Tables.state(schema, in: name))
            for projection in projections { try database.execute(sql: projection.definition(in: name)) }
        }
    }

    /// Which workspace this is a copy of.
    public let workspace: WorkspaceID
    /// Whose copy it is, and in which epoch: as of the last transaction, for another process may begin a new one.
    public private(set) var id: ReplicaID
    let configuration: Configuration
    let key: any DeviceKey
    let path: String
    /// Beside the database: how far the own chain had come, and where.
    let head: HeadFile
    private let queue: DatabaseQueue
    /// Nil for a replica that is only read.
    private let lock: WriterLock?
    private let statements = StatementCache()

    private init(
        _ queue: DatabaseQueue, path: String, lock: WriterLock?, workspace: WorkspaceID, id: ReplicaID,
        key: any DeviceKey, configuration: Configuration
    ) {
        (self.queue, self.path, self.lock) = (queue, path, lock)
        (self.workspace, self.id) = (workspace, id)
        (self.key, self.configuration) = (key, configuration)
        head = HeadFile(beside: path)
    }

    // MARK: Opening

    /// Whether a caller is going to write.
    public enum Access: Sendable {
        /// Takes no lock and leaves the files as they are.
        case reading
        /// As `reading`; and a state that another version of the schema derived is left as it is, too.
        case inspecting
        /// Reads and writes.
        case writing
    }

    /// Opens the replica at `path`. If it was last written with another version of the schema, its state is derived anew
    /// first, so that what that version did not know takes effect.
    ///
    /// - Parameter key: whose copy it is; one that is locked serves for all but publishing.
    /// - Throws: `.missing`, `.newerVersion`, `.draft`, `.corrupt`, or `.notAMember` if it is another device's copy.
    public static func open(
        at path: String, key: some DeviceKey, configuration: Configuration, access: Access = .writing
    ) throws(StorageFailure) -> Replica {
        let replica = try openAsItIs(at: path, key: key, configuration: configuration, access: access)
        guard access != .inspecting, try replica.isOfAnotherSchema() else { return replica }
        // A reader cannot mend it; and a writer that is not asked for twice closes again.
        let writer =
            access == .writing
            ? replica : try openAsItIs(at: path, key: key, configuration: configuration, access: .writing)
        try writer.rebuild()
        return access == .writing
            ? writer : try openAsItIs(at: path, key: key, configuration: configuration, access: access)
    }

    private static func openAsItIs(
        at path: String, key: some DeviceKey, configuration: Configuration, access: Access
    ) throws(StorageFailure) -> Replica {
        try StorageFailure.translating {
            guard Glibc.access(path, F_OK) == 0 else { throw StorageFailure.missing }
            let lock = access == .writing ? try WriterLock(path: path + ".lock") : nil
            let queue = access == .writing ? try Connection.writer(path: path) : try Connection.reader(path: path)
            let (workspace, id) = try queue.read { database in
                try checkVersion(of: database)
                return (try LocalValues.workspace(in: database), try LocalValues.replica(in: database))
            }
            guard id.device == key.device else { throw StorageFailure.notAMember }
            return Replica(
                queue, path: path, lock: lock, workspace: workspace, id: id, key: key, configuration: configuration)
        }
    }

    func isOfAnotherSchema() throws(StorageFailure) -> Bool {
        try localValue(.schema).bytes != configuration.schema.fingerprint
    }

    /// Derives membership, state and projections anew from the log, all in one transaction. What is local stays.
    public func rebuild() throws(StorageFailure) {
        try write { door in
            try Rebuild(door).everything()
            try LocalValues.set(.schema, .bytes(self.configuration.schema.fingerprint), in: door.log.database)
        }
        // Everybody who opens the file alone reads the journal to its end, and this one is as long as the database.
        try? emptyJournal()
    }

    /// Moves the journal into the database, as far as no reader is in the way.
    private func emptyJournal() throws {
        try lock?.whileHeld {
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
    }

    /// Makes an empty copy of a workspace for this device, readable by its owner only.
    ///
    /// - Throws: `.exists` if there is a file at `path`.
    public static func create(
        at path: String, workspace: WorkspaceID, key: some DeviceKey, epoch: UInt64, configuration: Configuration
    ) throws(StorageFailure) -> Replica {
        try StorageFailure.translating {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw errno == EEXIST ? StorageFailure.exists : StorageFailure.disk(code: errno)
            }
            close(descriptor)
            let lock = try WriterLock(path: path + ".lock")
            let id = ReplicaID(device: key.device, epoch: epoch)
            let queue = try Connection.writer(path: path)
            try queue.write { database in
                try database.execute(sql: Tables.log + Tables.local)
                try configuration.makeDerivedTables(in: database)
                try LocalValues.set(.schema, .bytes(configuration.schema.fingerprint), in: database)
                try database.execute(sql: "PRAGMA user_version=\(Tables.version)")
                try database.execute(sql: "PRAGMA application_id=\(Tables.applicationID)")
                try LocalValues.set(.workspace, .bytes(workspace.bytes), in: database)
                try LocalValues.set(.replica, .bytes(id.bytes), in: database)
            }
            let replica = Replica(
                queue, path: path, lock: lock, workspace: workspace, id: id, key: key, configuration: configuration)
            try replica.head.write(
                Head(epoch: id.epoch, number: 0, hash: .none, site: replica.site()))
            return replica
        }
    }

    private static func checkVersion(of database: Database) throws {
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == Tables.applicationID else {
            throw StorageFailure.corrupt
        }
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= Tables.version else { throw StorageFailure.newerVersion(version) }
        guard version == Tables.version else { throw StorageFailure.draft(version) }
    }

    // MARK: Reading

    /// Reads from one unchanging view of the replica.
    ///
    /// - Throws: a ``StorageFailure``, or what `body` throws.
    public func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try StorageFailure.translatingSQLite { try queue.read(body) }
    }

    /// Reads the log in one transaction.
    func readLog<Result>(_ body: (Log) throws -> Result) throws(StorageFailure) -> Result {
        try StorageFailure.translating {
            // Not `queue.read`: it forbids writing by a pragma that has all prepared statements prepared anew.
            try queue.unsafeRead { database in
                var result: Result?
                try database.inTransaction(.deferred) {
                    let log = Log(database, workspace: workspace, statements: statements)
                    defer { id = log.ownIfAsked ?? id }
                    result = try body(log)
                    return .commit
                }
                guard let result else { throw StorageFailure.unexpected(code: -1) }
                return result
            }
        }
    }

    // MARK: Writing

    /// One transaction through the door, under the inter-process lock.
    func write<Result>(
        durability: Durability = .full, _ body: (Door) throws -> Result
    ) throws(StorageFailure) -> Result {
        try StorageFailure.translating { try openDoor(durability, body) }
    }

    /// As ``write(durability:_:)``, for a body that throws errors of its own.
    func openDoor<Result>(_ durability: Durability, _ body: (Door) throws -> Result) throws -> Result {
        try StorageFailure.translatingSQLite {
            guard let lock else { throw StorageFailure(code: ResultCode.SQLITE_READONLY.rawValue) }
            return try lock.whileHeld {
                try queue.writeWithoutTransaction { database in
                    try database.execute(sql: durability.pragma)
                    var result: Result?
                    var written: Head?
                    try database.inTransaction(.immediate) {
                        let log = Log(database, workspace: workspace, statements: statements)
                        let door = Door(log, configuration: configuration)
                        result = try body(door)
                        try door.finish()
                        (id, written) = (try log.own(), log.hasWrittenOwn ? try head(of: log) : nil)
                        return .commit
                    }
                    // What is committed stays: told of a failure here, a person would write it again. A head that has
                    // stayed behind is no accident to whoever finds it.
                    if let written { try? head.write(written) }
                    guard let result else { throw StorageFailure.unexpected(code: -1) }
                    return result
                }
            }
        }
    }

    /// Writes to this copy's local tables; nothing shared can be reached this way.
    ///
    /// - Throws: a ``StorageFailure``, or what `body` throws.
    public func writeLocal<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try openDoor(.full) { try body($0.log.database) }
    }
}
