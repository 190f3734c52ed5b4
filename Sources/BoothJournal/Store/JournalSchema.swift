// SPDX-License-Identifier: Apache-2.0
import SQLite

/// The tables of the journal, and the settings of its one connection.
///
/// Events are appended and never changed; each row has the hash of the row before it (`EventChain`). Table `delivery`
/// has a row for each event that waits for a target or was refused by it; an accepted event has no row there. Its
/// primary key is the order of the queue, so the head of a queue is found without an extra index.
enum JournalSchema {
    /// `PRAGMA user_version`; a file with another version is not changed.
    static let version: Int64 = 3

    /// The smallest page size of SQLite. An incident changes a handful of pages, and each is written whole, twice.
    static let pageSize: Int64 = 512
    /// Bytes at the end of each page for its checksum (`CheckedPages`).
    static let reservedBytes = CheckedPages.reservedBytes

    /// The tables with their root pages. A file made by `create` has its tables on these pages. So they can be found
    /// even if the first page, which lists them, is damaged.
    enum Table: String, CaseIterable {
        case meta, target, event, delivery, incident, closed, ending, point, memory, task

        var root: UInt32 {
            switch self {
            case .meta: 2
            case .target: 3
            case .event: 5
            case .delivery: 9
            case .incident: 11
            case .closed: 12
            case .ending: 14
            case .point: 15
            case .memory: 16
            case .task: 17
            }
        }
    }

    /// - `meta`: `generation`; `thinned`, the highest number up to which events may be missing; `origin`, the highest
    ///   number that was read out of a damaged journal; `loss TARGET`, a loss that was not reported yet.
    /// - `target`: `last` is the last count given in this generation.
    /// - `event`: `type`, `incident` and `incident_random` are search columns: the event's type, and the two halves of
    ///   the id of its incident. They repeat what `json` says. The chain covers `json` and not these columns. So code
    ///   that needs proven data reads `json`: what is taken over from a damaged journal, and what reports told.
    /// - `ending`: when a closed incident ended, in milliseconds since 1970. A report on one month need not read ten
    ///   years.
    /// - `memory` has one row, `booth`. `task` is numbered for each target separately and without gaps, so that the
    ///   oldest tasks are found by number.
    private static let tables = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        CREATE TABLE target(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, last INTEGER NOT NULL);
        CREATE TABLE event(
            number INTEGER PRIMARY KEY, key INTEGER NOT NULL, random INTEGER NOT NULL, priority INTEGER NOT NULL,
            incident INTEGER, incident_random INTEGER, type TEXT NOT NULL, recipients TEXT NOT NULL, json TEXT NOT NULL,
            previous BLOB NOT NULL, hash BLOB NOT NULL);
        CREATE UNIQUE INDEX event_id ON event(key, random);
        CREATE TABLE delivery(
            target INTEGER NOT NULL, state INTEGER NOT NULL, priority INTEGER NOT NULL, event INTEGER NOT NULL,
            number INTEGER NOT NULL, generation INTEGER NOT NULL, count INTEGER NOT NULL, reason TEXT,
            PRIMARY KEY(target, state, priority, event, number)) WITHOUT ROWID;
        CREATE TABLE incident(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
        CREATE TABLE closed(key INTEGER PRIMARY KEY, json TEXT NOT NULL);
        CREATE TABLE ending(time INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY(time, key)) WITHOUT ROWID;
        CREATE TABLE point(id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE memory(name TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE task(
            target TEXT NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL,
            PRIMARY KEY(target, number), UNIQUE(target, id)) WITHOUT ROWID;
        """

    /// The part of the limit that is reserved for the write-ahead log.
    static func logAllowance(of limit: Int64) -> Int64 { min(4 << 20, limit / 4) }

    /// Sets the connection up, and checks that the file has this version's tables, or none.
    ///
    /// It writes nothing to a file that has tables, because that file must be checked first.
    ///
    /// - Parameter limit: the most bytes of the database file and its write-ahead log together.
    /// - Returns: whether the file has no tables yet.
    static func prepare(_ connection: Connection, limit: Int64) throws(JournalError) -> Bool {
        let found: Int64
        do throws(SQLiteError) {
            // These three can only be set before the first table and before WAL.
            try connection.reserveBytes(reservedBytes)
            try connection.execute("PRAGMA page_size = \(pageSize)")
            try connection.execute("PRAGMA auto_vacuum = NONE")
            // If the change cannot be committed, this throws and the connection must be given up: it would still say
            // "wal", but write without a log.
            guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
                // Without WAL a commit does not do what the journal promises (a file system without shared memory).
                throw SQLiteError(.execute, extendedCode: 14, message: "no write-ahead log on this file system")
            }
            try connection.execute("PRAGMA synchronous = FULL")
            // The journal's thread checkpoints when it is idle, so that no press waits for it.
            try connection.execute("PRAGMA wal_autocheckpoint = 0")
            try connection.execute("PRAGMA journal_size_limit = \(logAllowance(of: limit))")
            try connection.execute("PRAGMA cache_size = -1024")
            try setLimit(limit, of: connection)
            found = try connection.integer("PRAGMA user_version") ?? 0
        } catch { throw .database(error) }
        guard found == 0 || found == version else { throw .otherSchema(found: Int(found)) }
        return found == 0
    }

    /// The file has bytes but no tables: its log had the tables, and cannot be read from its start.
    static let withoutTables = SQLiteError(
        .open, extendedCode: SQLiteError.damage, message: "the journal has no tables")

    /// Makes the tables of a new file.
    static func create(in connection: Connection, generation: Int64) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            try connection.execute(tables)
            try connection.execute("INSERT INTO meta VALUES('generation', \(generation)), ('thinned', 0)")
            try connection.execute("PRAGMA user_version = \(version)")
        }
    }

    /// Sets the most bytes that the file and its write-ahead log may take.
    static func setLimit(_ limit: Int64, of connection: Connection) throws(SQLiteError) {
        try setMostPages(mostPages(of: limit), of: connection)
    }

    /// A file that has more pages keeps them, and may not grow.
    static func setMostPages(_ pages: Int64, of connection: Connection) throws(SQLiteError) {
        try connection.execute("PRAGMA max_page_count = \(pages)")
    }

    /// The most pages of the database file.
    static func mostPages(of limit: Int64) -> Int64 { max(64, (limit - logAllowance(of: limit)) / pageSize) }
}
