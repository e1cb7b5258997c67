import CRDT
import ChangeLog
import GRDB

/// The log's tables within one transaction. Nothing it holds outlives the transaction.
final class Log {
    let database: Database
    let workspace: WorkspaceID
    let past: CausalPast
    private(set) var chainsByReplica: [ReplicaID: Chain] = [:]
    private var changedChains: Set<ReplicaID> = []

    init(_ database: Database, workspace: WorkspaceID, statements: StatementCache) {
        (self.database, self.workspace) = (database, workspace)
        past = CausalPast(database, statements: statements)
    }

    func statement(_ sql: String) throws -> SQLStatement { try past.statement(sql) }

    // MARK: Chains

    /// The chain of a replica; a row is made for one not heard of, so that causes can name it.
    func chain(of replica: ReplicaID) throws -> Chain {
        if let held = chainsByReplica[replica] { return held }
        let chain = try knownChain(of: replica) ?? insert(replica)
        chainsByReplica[replica] = chain
        return chain
    }

    func update(_ chain: Chain) {
        chainsByReplica[chain.replica] = chain
        changedChains.insert(chain.replica)
    }

    /// Writes the tips back; called once, before the transaction ends.
    func flush() throws {
        let update = try statement("UPDATE chain SET number=?2, hash=?3, at=?4, cited=?5, sealed=?6 WHERE id=?1")
        for chain in changedChains.compactMap({ chainsByReplica[$0] }) {
            update.bind(1, chain.id)
            update.bind(2, chain.number)
            update.bind(3, chain.hash.bytes)
            update.bind(4, chain.stamp.packed)
            update.bind(5, Int64(chain.isCited ? 1 : 0))
            update.bind(6, chain.sealed)
            try update.run()
        }
        changedChains = []
    }

    /// From columns id, number, hash, at, cited, sealed.
    static func chain(of replica: ReplicaID, in row: SQLStatement) -> Chain {
        Chain(
            id: row.integer(0), replica: replica, number: row.unsigned(1),
            hash: ChangeHash(row.bytes(2)) ?? .none, stamp: Stamp(packed: row.unsigned(3)) ?? .zero,
            isCited: row.integer(4) != 0, sealed: row.unsigned(5))
    }

    private func insert(_ replica: ReplicaID) throws -> Chain {
        let insert = try statement("INSERT INTO chain(replica) VALUES(?1)")
        insert.bind(1, replica.bytes)
        try insert.run()
        return Chain(
            id: database.lastInsertedRowID, replica: replica, number: 0, hash: .none, stamp: .zero, isCited: false,
            sealed: 0)
    }

    // MARK: Changes

    /// - Parameter stamp: the change's own or, for a void one, that of the latest it has seen.
    func insert(
        _ change: Change, at place: LocalPlace, stamp: Stamp, causes: [LocalPlace], isVoid: Bool
    ) throws {
        let insert = try statement("INSERT INTO change(place, at, void, id, hash, wire) VALUES(?1,?2,?3,?4,?5,?6)")
        insert.bind(1, place.packed)
        insert.bind(2, stamp.packed)
        insert.bind(3, Int64(isVoid ? 1 : 0))
        insert.bind(4, change.id.bytes)
        insert.bind(5, change.hash.bytes)
        insert.bind(6, change.wire)
        try insert.run()
        guard !causes.isEmpty else { return }
        let insertCause = try statement("INSERT INTO cause(place, of) VALUES(?1,?2)")
        for cause in causes {
            insertCause.bind(1, place.packed)
            insertCause.bind(2, cause.packed)
            try insertCause.run()
        }
    }

    /// Stores a seal and gives the run it newly vouches for an arrival number.
    func seal(_ seal: Signature, at number: UInt64, of replica: ReplicaID) throws {
        var chain = try chain(of: replica)
        guard number > chain.sealed, number <= chain.number else { return }
        let store = try statement("UPDATE change SET seal=?2 WHERE place=?1")
        store.bind(1, LocalPlace(chain: chain.id, number: number).packed)
        store.bind(2, seal.bytes)
        try store.run()
        let arrive = try statement("INSERT INTO arrival(chain, first, last) VALUES(?1,?2,?3)")
        arrive.bind(1, chain.id)
        arrive.bind(2, chain.sealed + 1)
        arrive.bind(3, number)
        try arrive.run()
        chain.sealed = number
        update(chain)
    }
}
