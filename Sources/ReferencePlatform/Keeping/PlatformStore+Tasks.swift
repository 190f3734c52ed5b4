// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

extension PlatformStore {
    /// Some of a booth's tasks, and the cursor for the next request.
    struct TaskPage: Sendable {
        var tasks: [String]
        var cursor: Int64
    }

    /// A booth's oldest tasks after a cursor, 50 at most; nil if there are none.
    func tasks(of booth: String, after cursor: Int64) throws(SQLiteError) -> TaskPage? {
        let select = "SELECT cursor, body FROM task WHERE booth = ? AND cursor > ? ORDER BY cursor LIMIT 50"
        let rows = try connection.prepare(select).rows(.text(booth), .integer(cursor)) {
            ($0.integer(at: 0), $0.text(at: 1))
        }
        guard let last = rows.last else { return nil }
        return TaskPage(tasks: rows.map(\.1), cursor: last.0)
    }

    /// Adds a task, a JSON object.
    ///
    /// - Returns: its cursor.
    @discardableResult
    func addTask(_ body: String, for booth: String) throws(SQLiteError) -> Int64 {
        try connection.prepare("INSERT INTO task (booth, body) VALUES (?, ?)").run(.text(booth), .text(body))
        return connection.lastInsertedRow
    }

    /// Stores a booth's answer to a task. A case that was rerouted is then handed over.
    func apply(_ answer: IncomingEvent.TaskAnswer, from booth: String, at now: CivilTime) throws(SQLiteError) {
        try connection.prepare(
            "UPDATE task SET result = ?, reason = ?, answers = answers + 1 WHERE booth = ? AND id = ?"
        ).run(.text(answer.result.rawValue), Value(answer.reason), .text(booth), .text(answer.task))
        guard answer.result == .done else { return }
        try connection.prepare(
            """
            UPDATE incident SET handed = json_extract(task.body, '$.class'), updated = ?
            FROM task WHERE task.booth = ? AND task.id = ? AND task.kind = 'reroute' AND task.answers = 1
                AND incident.booth = task.booth AND incident.incident = json_extract(task.body, '$.incident')
            """
        ).run(.text(now.rfc3339), .text(booth), .text(answer.task))
    }

    /// Runs `body` in one transaction, so that a dispatcher's line changes all or nothing.
    func together<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try connection.transaction { () throws(SQLiteError) in try body() }
    }

    /// Booths that have ever sent anything, in alphabetical order.
    func booths() throws(SQLiteError) -> [String] {
        // The code begins at position 18 of urn:booth:COUNTY:CODE, because the county has six digits.
        let select = """
            SELECT DISTINCT substr(source, 18) AS booth FROM (SELECT source FROM event UNION SELECT source FROM status)
            ORDER BY booth
            """
        return try connection.prepare(select).rows { row throws(SQLiteError) in row.text(at: 0) }
    }
}
