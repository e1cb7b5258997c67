#pragma once

// What Swift cannot say to SQLite itself: sqlite3_db_config is variadic, and Swift calls no variadic C function.

struct sqlite3;

/// Makes a connection distrust the file it opened; call it before the first statement.
///
/// - defensive: SQL can no longer corrupt the file (writable_schema, journal_mode=OFF, writes to the shadow
///   tables of FTS5; what FTS5 itself writes there is unaffected);
/// - the schema is not trusted: triggers, views and the like call no function and use no virtual table that is
///   not marked innocuous. Ours are ours, but a file may have come from elsewhere. To SQLite 3.40 that includes
///   FTS5 tables and the JSON functions: write to FTS5 directly, never from a trigger;
/// - "text" in double quotes is a name, never a string, so a misspelt column is an error and not its own name.
///
/// - Returns: SQLITE_OK, or the code of the first setting that failed; needs SQLite 3.31.
///
/// Source: https://www.sqlite.org/c3ref/c_dbconfig_defensive.html
int nexus_sqlite_harden(struct sqlite3 *_Nonnull db);

/// Leaves the write-ahead log where it is when this connection closes.
///
/// By default the last connection to close checkpoints and deletes the log. A plain reader that happens to be
/// last would so write to the database, outside any lock that our writers agreed on.
///
/// - Returns: SQLITE_OK or an error code.
int nexus_sqlite_keep_wal_on_close(struct sqlite3 *_Nonnull db);
