// SPDX-License-Identifier: Apache-2.0

/// The platform's tables.
enum Schema {
    static let version: Int64 = 1

    static let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"

    static let tables = """
        CREATE TABLE event (
            arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
            source    TEXT NOT NULL,
            id        TEXT NOT NULL,
            type      TEXT NOT NULL,
            subject   TEXT,
            sequence  TEXT,
            incident  TEXT,
            ticket    TEXT,
            received  TEXT NOT NULL,              -- local time of the platform
            copies    INTEGER NOT NULL DEFAULT 1, -- how often it came, the first time included
            body      TEXT NOT NULL,              -- as it was sent
            UNIQUE (source, id)
        ) STRICT;
        CREATE TABLE ticket (                     -- one for each incident
            source    TEXT NOT NULL,
            incident  TEXT NOT NULL,
            ticket    TEXT NOT NULL UNIQUE,
            PRIMARY KEY (source, incident)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE series (                     -- the last number given, for each series and day
            name      TEXT NOT NULL,
            last      INTEGER NOT NULL,
            PRIMARY KEY (name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE status (                     -- the last heartbeat of each booth
            source    TEXT PRIMARY KEY,
            id        TEXT NOT NULL,
            received  TEXT NOT NULL,
            count     INTEGER NOT NULL DEFAULT 1,
            body      TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conflict (                   -- the id of a kept event with another body: a fault of the sender
            arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
            source    TEXT NOT NULL,
            id        TEXT NOT NULL,
            received  TEXT NOT NULL,
            body      TEXT NOT NULL
        ) STRICT;
        CREATE TABLE task (                       -- what booths are to do
            cursor    INTEGER PRIMARY KEY AUTOINCREMENT,
            booth     TEXT NOT NULL,
            body      TEXT NOT NULL CHECK (json_valid(body))
        ) STRICT;
        CREATE INDEX task_of_booth ON task (booth, cursor);
        PRAGMA user_version = 1;
        """
}
