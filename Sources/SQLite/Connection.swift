// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// One connection to a database file; closed when the last statement is released.
///
/// Not `Sendable`, and opened without SQLite's mutexes: only one thread at a time may use it and its statements.
package final class Connection {
    /// How a file is opened.
    package enum Access: Sendable {
        case readOnly
        /// The file must exist.
        case readWrite
        /// The file is made if it does not exist.
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
    /// - Throws: `SQLiteError`. A file that is no database is only found at the first statement.
    package init(
        path: String, access: Access = .readWriteCreate, busyTimeout: Duration = .seconds(5), vfs: String? = nil
    ) throws(SQLiteError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, access.flags | SQLITE_OPEN_NOMUTEX, vfs)
        guard code == SQLITE_OK, let opened else {
            // SQLite returns a connection even after a failure, for its message. It must be closed too.
            let error = SQLiteError(.open, opened.map(sqlite3_extended_errcode) ?? code, of: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        raw = opened
        sqlite3_extended_result_codes(raw, 1)
        sqlite3_busy_timeout(raw, CInt(busyTimeout / .milliseconds(1)))
    }

    deinit {
        // sqlite3_close_v2 waits until all statements are finalised.
        sqlite3_close_v2(raw)
    }

    /// Leaves the write-ahead log as it is at the last close, instead of moving it into the file
    /// (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).
    package func keepLogOnClose() throws(SQLiteError) {
        let code = csqlite_keep_log_on_close(raw)
        guard code == SQLITE_OK else { throw SQLiteError(.execute, code, of: raw) }
    }

    /// Runs statements without parameters, and ignores their rows.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(raw, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(.execute, code, of: raw) }
    }

    /// Prepares one statement for repeated use.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        try Statement(sql, on: self)
    }

    /// The first column of the first row as an integer, for example of `PRAGMA page_count`; nil if there is no row.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        try first(of: sql) { $0.integer(at: 0) }
    }

    /// The first column of the first row as text, for example of `PRAGMA journal_mode`; nil if there is no row.
    package func text(_ sql: String) throws(SQLiteError) -> String? {
        try first(of: sql) { $0.text(at: 0) }
    }

    /// Reads the first row and runs the statement to its end, because a change is only committed, or fails, after the
    /// last row.
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
