import CSQLite
import GRDB
import SQLiteShim

/// Opens SQLite as a replica needs it.
enum Connection {
    /// Reads and writes; the file must exist unless `creating`.
    static func writer(path: String) throws -> DatabaseQueue {
        var configuration = base()
        configuration.journalMode = .wal
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Reads only. It neither checkpoints nor takes a lock.
    static func reader(path: String) throws -> DatabaseQueue {
        var configuration = base()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func base() -> Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            guard let connection = database.sqliteConnection else { return }
            let code = nexus_sqlite_harden(connection)
            guard code == SQLITE_OK else { throw StorageFailure(code: code) }
            if database.configuration.readonly { nexus_sqlite_keep_wal_on_close(connection) }
            // Not mapped: a failing disk would then end the process instead of giving an error.
            try database.execute(sql: "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA cache_size=-16000")
        }
        return configuration
    }
}

/// What a commit has to survive.
public enum Durability: Sendable {
    /// Power loss: everything that was acknowledged.
    case full
    /// A killed process. Enough for what a relay still has: after a power cut it is pulled again.
    case normal

    var pragma: String { self == .full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL" }
}
