import ChangeLog
import GRDB

/// A second, read-only connection to a replica's file, with room for a state derived anew.
///
/// SQLite looks a table's name up among the temporary ones first. So once the derived tables have been made in `temp`,
/// whatever reads or merges state does so there, unchanged, while the log is still read from the file. Nothing is
/// written to the file, and the tables are gone with the connection.
final class Shadow {
    private let queue: DatabaseQueue
    private let workspace: WorkspaceID
    private let configuration: Replica.Configuration
    private let statements = StatementCache()

    init(of replica: Replica) throws {
        queue = try Connection.reader(path: replica.path)
        (workspace, configuration) = (replica.workspace, replica.configuration)
    }

    /// One unchanging view of the file, however long `body` takes.
    func read<Result>(_ body: (Database) throws -> Result) throws -> Result { try queue.read(body) }

    /// The log's tables; to be asked for anew after a few thousand changes, for it keeps what it has read.
    func log(_ database: Database) -> Log { Log(database, workspace: workspace, statements: statements) }

    /// A way into the derived tables, once they are made.
    func door(_ database: Database) -> Door { Door(log(database), configuration: configuration) }

    /// Makes the derived tables, empty. From now on they hide those of the file.
    func makeTables(in database: Database) throws {
        try configuration.makeDerivedTables(in: database, named: "temp")
    }
}
