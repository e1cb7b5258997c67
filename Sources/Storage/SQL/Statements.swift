import GRDB

/// The statements of one connection, each prepared on first use.
final class StatementCache {
    private var bySQL: [UnsafePointer<UInt8>: SQLStatement] = [:]
    private var bySlot: [StatementSlot: SQLStatement] = [:]

    fileprivate func statement(_ sql: StaticString, in database: Database) throws -> SQLStatement {
        // A literal is known by where it stands: hashing its text for every operation cost more than running it.
        if let held = bySQL[sql.utf8Start] { return held }
        let statement = try SQLStatement(database, "\(sql)")
        bySQL[sql.utf8Start] = statement
        return statement
    }

    fileprivate func statement(
        _ slot: StatementSlot, in database: Database, _ sql: () -> String
    ) throws -> SQLStatement {
        if let held = bySlot[slot] { return held }
        let statement = try SQLStatement(database, sql())
        bySlot[slot] = statement
        return statement
    }
}

/// Names a statement whose text is put together, so that this is done once.
struct StatementSlot: Hashable {
    enum Use: UInt8 {
        case branchesOfReplica, branchesOfDevice, branchByID, allBranches, headBranches, member
        case deedsBetween, deedsAbout, admissions
        case findRoot, insertRoot, write, forget, set, currentWrites
        case add, adder, remove, creation, insertElement, deleteElement, newestCounted, raise
        case clearRegisters, clearRows, clearElements, elementRows
    }

    let use: Use
    let root: UInt64
    let field: UInt64

    init(_ use: Use, root: UInt64 = 0, field: UInt64 = 0) { (self.use, self.root, self.field) = (use, root, field) }

    static let branchesOfReplica = Self(.branchesOfReplica)
    static let branchesOfDevice = Self(.branchesOfDevice)
    static let member = Self(.member)
    static let deedsBetween = Self(.deedsBetween)
    static let deedsAbout = Self(.deedsAbout)
    static let admissions = Self(.admissions)
    static let branchByID = Self(.branchByID)
    static let allBranches = Self(.allBranches)
    static let headBranches = Self(.headBranches)
}

/// Prepared statements of one connection, within one transaction.
struct Statements {
    private let cache: StatementCache
    let database: Database

    init(_ cache: StatementCache, _ database: Database) { (self.cache, self.database) = (cache, database) }

    func callAsFunction(_ sql: StaticString) throws -> SQLStatement { try cache.statement(sql, in: database) }

    func callAsFunction(_ slot: StatementSlot, _ sql: () -> String) throws -> SQLStatement {
        try cache.statement(slot, in: database, sql)
    }

    var lastInsertedRow: Int64 { database.lastInsertedRowID }
}
