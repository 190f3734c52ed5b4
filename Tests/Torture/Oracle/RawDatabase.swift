// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A database opened with SQLite's own VFS, without the agent's wrapper.
final class RawDatabase {
    private let raw: OpaquePointer

    /// - Parameter keepsLog: whether the log stays beside the file when this is closed. Otherwise it is moved into the
    ///   file, as the `sqlite3` program does.
    init?(_ path: String, keepsLog: Bool = true, problems: inout [String]) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, "unix")
        guard code == SQLITE_OK, let opened else {
            problems.append("the file cannot be opened: \(code)")
            sqlite3_close_v2(opened)
            return nil
        }
        raw = opened
        // Reading must change nothing, so the log stays where it is.
        sqlite3_exec(raw, "PRAGMA wal_autocheckpoint = 0", nil, nil, nil)
        if keepsLog { _ = csqlite_keep_log_on_close(raw) }
        sqlite3_busy_timeout(raw, 5000)
    }

    deinit { sqlite3_close_v2(raw) }

    /// All columns of all rows as text; NULL becomes the empty text.
    func rows(_ query: String, _ problems: inout [String]) -> [[String]] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(raw, query, -1, &statement, nil) == SQLITE_OK else {
            problems.append("\(query): \(String(cString: sqlite3_errmsg(raw)))")
            return []
        }
        var rows: [[String]] = []
        while true {
            let code = sqlite3_step(statement)
            guard code == SQLITE_ROW else {
                if code != SQLITE_DONE { problems.append("\(query): \(String(cString: sqlite3_errmsg(raw)))") }
                return rows
            }
            rows.append(
                (0..<sqlite3_column_count(statement)).map { column in
                    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
                })
        }
    }
}
