// SPDX-License-Identifier: Apache-2.0
import SQLite

extension PlatformStore {
    /// Some of a booth's tasks, and the cursor to ask after next time.
    struct TaskPage: Sendable {
        var tasks: [String]
        var cursor: Int64
    }

    /// The oldest tasks of a booth beyond a cursor, 50 at most; nil where there is none.
    func tasks(of booth: String, after cursor: Int64) throws(SQLiteError) -> TaskPage? {
        let select = "SELECT cursor, body FROM task WHERE booth = ? AND cursor > ? ORDER BY cursor LIMIT 50"
        let rows = try connection.prepare(select).rows(.text(booth), .integer(cursor)) {
            ($0.integer(at: 0), $0.text(at: 1))
        }
        guard let last = rows.last else { return nil }
        return TaskPage(tasks: rows.map(\.1), cursor: last.0)
    }

    /// Adds a task, a JSON object.
    func addTask(_ body: String, for booth: String) throws(SQLiteError) {
        try connection.prepare("INSERT INTO task (booth, body) VALUES (?, ?)").run(.text(booth), .text(body))
    }
}
