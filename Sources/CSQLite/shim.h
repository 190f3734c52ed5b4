// SPDX-License-Identifier: Apache-2.0
// SQLite, and the macros of it that Swift cannot import.
#ifndef CSQLite_SHIM_H
#define CSQLite_SHIM_H

#include <sqlite3.h>

enum {
    CSQLITE_IOERR_DATA = SQLITE_IOERR_DATA,
    CSQLITE_IOERR_SHORT_READ = SQLITE_IOERR_SHORT_READ,
};

/// Binds a copy of `length` bytes of UTF-8 (SQLITE_TRANSIENT); an empty text is a text, not NULL.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const void *bytes, int length)
{
    return sqlite3_bind_text(statement, index, bytes ? (const char *)bytes : "", length, SQLITE_TRANSIENT);
}

/// Binds a copy of `length` bytes (SQLITE_TRANSIENT); an empty blob is a blob, not NULL.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length)
{
    return sqlite3_bind_blob(statement, index, bytes ? bytes : "", length, SQLITE_TRANSIENT);
}

/// SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, switched on.
static inline int csqlite_keep_log_on_close(sqlite3 *database)
{
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
