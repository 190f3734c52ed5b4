// SPDX-License-Identifier: Apache-2.0
import SQLite

/// The tables of the journal, and the settings of its one connection.
///
/// Events are appended and never changed; how far each has come with each target stands beside them. Rows are numbered
/// by `EventID.key`, which rises with occurrence, so the newest rows share their pages and no index on ids is needed.
/// A delivery's primary key is the order of its queue: each index more would be a page more for each event.
///
/// What came later stands in tables of its own (`additions`), made where they are missing whenever a file is opened. The
/// version stays as it is: an older agent opens such a file, finds its own tables as it knows them, and ignores the rest.
enum JournalSchema {
    /// `PRAGMA user_version`; a file with a higher one is left alone.
    static let version: Int64 = 1

    /// The smallest pages there are: an incident touches a handful of them, and each is written whole, twice.
    static let pageSize: Int64 = 512

    private static let tables = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE target(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        CREATE TABLE event(key INTEGER PRIMARY KEY, random INTEGER NOT NULL, json TEXT NOT NULL);
        CREATE TABLE delivery(
            target INTEGER NOT NULL, state INTEGER NOT NULL, priority INTEGER NOT NULL, event INTEGER NOT NULL,
            count INTEGER NOT NULL, reason TEXT, PRIMARY KEY(target, state, priority, event)) WITHOUT ROWID;
        CREATE TABLE incident(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
        CREATE TABLE closed(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
        CREATE TABLE point(id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
        """

    /// `memory` has one row, `booth`. `task` is numbered for each target by itself, without gaps, so that the oldest are
    /// found by their numbers. `ending` says when a closed incident ended, in milliseconds since 1970: a report on one
    /// month need not read ten years.
    private static let additions = """
        CREATE TABLE IF NOT EXISTS memory(name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS task(
            target TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
            PRIMARY KEY(target, number), UNIQUE(target, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS ending(
            time INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY(time, key)) WITHOUT ROWID;
        """

    /// How much of the limit is left to the write-ahead log.
    static func logAllowance(of limit: Int64) -> Int64 { min(4 << 20, limit / 4) }

    /// What a file is begun as.
    struct Beginning {
        /// The first six digits of its sequences.
        var generation: Int64 = 1
        /// Whether a journal was lost before it, which its first event is to say.
        var isAfterLoss = false
    }

    /// Sets the connection up and makes or checks the tables.
    ///
    /// - Parameters:
    ///   - limit: most bytes of the database file and its write-ahead log.
    ///   - beginning: of a new file; one with tables stays as it is.
    static func prepare(
        _ connection: Connection, limit: Int64, beginning: Beginning = Beginning()
    ) throws(JournalError) {
        do throws(SQLiteError) {
            // Both can be set only before the first table and before WAL.
            try connection.execute("PRAGMA page_size = \(pageSize)")
            try connection.execute("PRAGMA auto_vacuum = NONE")
            guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
                // Without it a commit would not be what this journal promises (a file system without shared memory).
                throw SQLiteError(.execute, extendedCode: 14, message: "no write-ahead log on this file system")
            }
            try connection.execute("PRAGMA synchronous = FULL")
            // The journal's thread checkpoints when it has nothing else to do: no press waits for it.
            try connection.execute("PRAGMA wal_autocheckpoint = 0")
            try connection.execute("PRAGMA journal_size_limit = \(logAllowance(of: limit))")
            try connection.execute("PRAGMA cache_size = -1024")
            try setLimit(limit, of: connection)
        } catch { throw .database(error) }
        try migrate(connection, beginning)
    }

    /// Most bytes that the file may take from now on, its write-ahead log included.
    static func setLimit(_ limit: Int64, of connection: Connection) throws(SQLiteError) {
        try connection.execute("PRAGMA max_page_count = \((limit - logAllowance(of: limit)) / pageSize)")
    }

    /// Makes the tables of `additions` that are missing; writes nothing where all are there.
    static func add(to connection: Connection) throws(SQLiteError) {
        try connection.execute(additions)
    }

    private static func migrate(_ connection: Connection, _ beginning: Beginning) throws(JournalError) {
        let found: Int64
        do throws(SQLiteError) {
            found = try connection.integer("PRAGMA user_version") ?? 0
            if found == 0 {
                try connection.transaction { () throws(SQLiteError) in
                    try connection.execute(tables)
                    try connection.execute("INSERT INTO meta VALUES('generation', \(beginning.generation))")
                    if beginning.isAfterLoss { try connection.execute("INSERT INTO meta VALUES('loss', 1)") }
                    try connection.execute("PRAGMA user_version = \(version)")
                }
            }
        } catch { throw .database(error) }
        if found > version { throw .newerSchema(found: Int(found)) }
    }
}
