// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// When a transaction takes its lock (sqlite.org/lang_transaction.html).
package enum TransactionKind: String, Sendable {
    /// At the first statement that needs it.
    case deferred = "BEGIN DEFERRED"
    /// At once, for writing: it cannot fail with busy later.
    case immediate = "BEGIN IMMEDIATE"
}

extension Connection {
    /// Whether a transaction is open. SQLite itself ends one on some errors, such as a full disk.
    package var isInTransaction: Bool { sqlite3_get_autocommit(raw) == 0 }

    /// Does `body` in one transaction: committed when it returns, rolled back when it or the commit throws.
    ///
    /// Not to be nested.
    package func transaction<Result>(
        _ kind: TransactionKind = .immediate, _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute(kind.rawValue)
        do throws(SQLiteError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // The first error is the one to know; a rollback that fails as well leaves nothing to be done here.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// How much of the log a checkpoint may wait for (sqlite.org/c3ref/wal_checkpoint_v2.html).
    package enum CheckpointMode: Sendable {
        case passive
        /// Everything, and the log file is cut to nothing.
        case truncate
    }

    /// Pages written since this was last asked, into the log where there is one (SQLITE_DBSTATUS_CACHE_WRITE).
    package func takePagesWritten() -> Int {
        var count: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(raw, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 1)
        return Int(count)
    }

    /// Moves what the write-ahead log holds into the database file.
    ///
    /// - Returns: frames in the log and those of them moved; both 0 after a truncation, -1 without a log.
    @discardableResult
    package func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> (logged: Int, moved: Int) {
        var logged: CInt = 0
        var moved: CInt = 0
        let number = mode == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        let code = sqlite3_wal_checkpoint_v2(raw, nil, number, &logged, &moved)
        guard code == SQLITE_OK else { throw SQLiteError(.checkpoint, code, of: raw) }
        return (Int(logged), Int(moved))
    }
}
