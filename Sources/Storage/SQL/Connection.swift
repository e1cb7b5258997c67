import CSQLite
import GRDB
import SQLiteShim

/// Opens SQLite as a replica needs it.
enum Connection {
    /// How many pages of 4 KiB the journal takes before it is moved into the database.
    private static let journalPages = 8192

    /// Reads and writes; the file must exist.
    static func writer(path: String) throws -> DatabaseQueue {
        var configuration = base()
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            // SQLite would move the journal into the database whenever it has 4 MB, within the commit that made it so:
            // a sync of some hundred changes paid twice its own work for that.
            try database.execute(sql: "PRAGMA wal_autocheckpoint=\(journalPages)")
        }
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
            try database.execute(sql: "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA cache_size=-24000")
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
