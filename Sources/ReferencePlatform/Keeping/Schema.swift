// SPDX-License-Identifier: Apache-2.0

enum Schema {
    static let version: Int64 = 2

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
            rejected  TEXT,                      -- why, as its receipt says; NULL: it was accepted
            received  TEXT NOT NULL,             -- local time of the platform
            copies    INTEGER NOT NULL DEFAULT 1, -- how often it came, the first time included
            body      TEXT NOT NULL,             -- as it was sent
            UNIQUE (source, id)
        ) STRICT;
        CREATE TABLE incident (                  -- a case, from its first event to its outcome
            number    INTEGER PRIMARY KEY AUTOINCREMENT,
            source    TEXT NOT NULL,
            incident  TEXT NOT NULL,
            booth     TEXT NOT NULL,
            subject   TEXT,
            category  TEXT NOT NULL,
            class     TEXT NOT NULL,
            priority  INTEGER NOT NULL,
            test      INTEGER NOT NULL,
            count     INTEGER NOT NULL,
            state     TEXT NOT NULL,             -- raised, accepted, dispatched, handled, closed
            ticket    TEXT UNIQUE,               -- given with the first event that is not handed over
            handed    TEXT,                      -- the class that it was handed to; NULL: it is this platform's
            outcome   TEXT,
            by        TEXT,                      -- who closed it; of this platform: dispatcher
            opened    TEXT NOT NULL,             -- local time of the platform
            updated   TEXT NOT NULL,
            UNIQUE (source, incident)
        ) STRICT;
        CREATE VIEW ticket AS SELECT source, incident, ticket FROM incident WHERE ticket IS NOT NULL;
        CREATE TABLE series (                    -- the last number given, for each series and day
            name      TEXT NOT NULL,
            last      INTEGER NOT NULL,
            PRIMARY KEY (name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE status (                    -- the last heartbeat of each booth
            source    TEXT PRIMARY KEY,
            id        TEXT NOT NULL,
            received  TEXT NOT NULL,
            count     INTEGER NOT NULL DEFAULT 1,
            body      TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conflict (                  -- the id of a kept event with another body: a fault of the sender
            arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
            source    TEXT NOT NULL,
            id        TEXT NOT NULL,
            received  TEXT NOT NULL,
            body      TEXT NOT NULL
        ) STRICT;
        CREATE TABLE task (                      -- what booths are to do, and their answers
            cursor    INTEGER PRIMARY KEY AUTOINCREMENT,
            booth     TEXT NOT NULL,
            body      TEXT NOT NULL CHECK (json_valid(body)),
            id        TEXT GENERATED ALWAYS AS (json_extract(body, '$.id')),
            kind      TEXT GENERATED ALWAYS AS (json_extract(body, '$.kind')),
            result    TEXT,                      -- done, refused; NULL: not answered
            reason    TEXT,
            answers   INTEGER NOT NULL DEFAULT 0 -- events task.done that named it
        ) STRICT;
        CREATE INDEX task_of_booth ON task (booth, cursor);
        CREATE INDEX task_of_id ON task (id);
        PRAGMA user_version = 2;
        """
}
