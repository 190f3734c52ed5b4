// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// One connection to a database file, closed with its last statement.
///
/// Not `Sendable` and opened without SQLite's mutexes: one thread at a time uses it and its statements.
package final class Connection {
    /// What is wanted of the file.
    package enum Access: Sendable {
        case readOnly
        /// The file must be there.
        case readWrite
        /// The file is made where there is none.
        case readWriteCreate

        fileprivate var flags: CInt {
            switch self {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readWriteCreate: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    let raw: OpaquePointer

    /// Opens `path`, or a database in memory for `:memory:`.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long a statement waits for another connection's lock.
    ///   - vfs: the name of the layer between SQLite and the disk, such as one of `CheckedPages`; nil for the default.
    /// - Throws: `SQLiteError`; that the file is no database shows only at the first statement.
    package init(
        path: String, access: Access = .readWriteCreate, busyTimeout: Duration = .seconds(5), vfs: String? = nil
    ) throws(SQLiteError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, access.flags | SQLITE_OPEN_NOMUTEX, vfs)
        guard code == SQLITE_OK, let opened else {
            // SQLite hands out a connection even then, for its message; it has to be closed like any other.
            let error = SQLiteError(.open, opened.map(sqlite3_extended_errcode) ?? code, of: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        raw = opened
        sqlite3_extended_result_codes(raw, 1)
        sqlite3_busy_timeout(raw, CInt(busyTimeout / .milliseconds(1)))
    }

    deinit {
        // Version 2 of close waits for statements that are still to be finalised.
        sqlite3_close_v2(raw)
    }

    /// Has the last close leave the write-ahead log as it is, instead of moving it into the file
    /// (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).
    package func keepLogOnClose() throws(SQLiteError) {
        let code = csqlite_keep_log_on_close(raw)
        guard code == SQLITE_OK else { throw SQLiteError(.execute, code, of: raw) }
    }

    /// Runs statements without parameters whose rows, if any, do not matter.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(raw, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(.execute, code, of: raw) }
    }

    /// Prepares one statement to be used again and again.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: self)
    }

    /// The first column of the first row as an integer, such as of `PRAGMA page_count`; nil where there is no row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        try first(of: sql) { $0.integer(at: 0) }
    }

    /// The first column of the first row as text, such as of `PRAGMA journal_mode`; nil where there is no row.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        try first(of: sql) { $0.text(at: 0) }
    }

    /// Runs to the end: what a statement changes is committed behind its last row, and only there it fails.
    private func first<Column>(of sql: String, _ read: (Statement) -> Column) throws(SQLiteError) -> Column? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        let column = read(statement)
        while try statement.step() {}
        return column
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes64(raw)) }

    /// The row number of the last INSERT.
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(raw) }
}
