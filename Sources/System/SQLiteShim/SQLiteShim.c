#include "SQLiteShim.h"

#include <sqlite3.h>

/// Sets one switch; the NULL declines to hear its new state.
static int set(sqlite3 *db, int option, int value) {
    return sqlite3_db_config(db, option, value, (int *)0);
}

int nexus_sqlite_harden(sqlite3 *db) {
    const struct { int option, value; } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
    };
    int code = SQLITE_OK;
    for (unsigned i = 0; i < sizeof settings / sizeof *settings && code == SQLITE_OK; i++)
        code = set(db, settings[i].option, settings[i].value);
    return code;
}

int nexus_sqlite_keep_wal_on_close(sqlite3 *db) {
    return set(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1);
}
