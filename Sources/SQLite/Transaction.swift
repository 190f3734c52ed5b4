// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// When a transaction takes its lock (sqlite.org/lang_transaction.html).
package enum TransactionKind: String, Sendable {
    /// At the first statement that needs it.
    case deferred = "BEGIN DEFERRED"
    /// At once, for writing. So it cannot fail with SQLITE_BUSY later.
    case immediate = "BEGIN IMMEDIATE"
}

extension Connection {
    /// Whether a transaction is open. SQLite itself ends a transaction after some errors, such as a full disk.
    package var isInTransaction: Bool { sqlite3_get_autocommit(raw) == 0 }

    /// Runs `body` in one transaction: committed if it returns, rolled back if it or the commit throws.
    ///
    /// Must not be nested.
    package func transaction<Result>(
        _ kind: TransactionKind = .immediate, _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try execute(kind.rawValue)
        do throws(SQLiteError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // The first error is the useful one. If the rollback fails too, there is nothing more to do here.
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// How far a checkpoint goes (sqlite.org/c3ref/wal_checkpoint_v2.html).
    package enum CheckpointMode: Sendable {
        case passive
        /// Moves everything, and truncates the log file.
        case truncate
    }

    /// Pages written since the last call, to the log if there is one (SQLITE_DBSTATUS_CACHE_WRITE).
    package func takePagesWritten() -> Int {
        var count: CInt = 0
        var highest: CInt = 0
        sqlite3_db_status(raw, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 1)
        return Int(count)
    }

    /// Moves the write-ahead log into the database file.
    ///
    /// - Returns: frames in the log, and how many of them were moved; both 0 after a truncation, -1 without a log.
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
