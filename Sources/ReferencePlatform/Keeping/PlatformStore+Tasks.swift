// SPDX-License-Identifier: Apache-2.0
import BoothModel
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
    ///
    /// - Returns: its cursor.
    @discardableResult
    func addTask(_ body: String, for booth: String) throws(SQLiteError) -> Int64 {
        try connection.prepare("INSERT INTO task (booth, body) VALUES (?, ?)").run(.text(booth), .text(body))
        return connection.lastInsertedRow
    }

    /// Keeps a booth's answer to a task, and what follows from it: a case that was rerouted is the others'.
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

    /// Does some things in one transaction, so that a line of the dispatcher changes all or nothing.
    func together<Result>(_ body: () throws(SQLiteError) -> Result) throws(SQLiteError) -> Result {
        try connection.transaction { () throws(SQLiteError) in try body() }
    }

    /// Booths that have ever said something, in alphabetical order.
    func booths() throws(SQLiteError) -> [String] {
        // urn:booth:COUNTY:CODE, the county six digits.
        let select = """
            SELECT DISTINCT substr(source, 18) AS booth FROM (SELECT source FROM event UNION SELECT source FROM status)
            ORDER BY booth
            """
        return try connection.prepare(select).rows { row throws(SQLiteError) in row.text(at: 0) }
    }
}
