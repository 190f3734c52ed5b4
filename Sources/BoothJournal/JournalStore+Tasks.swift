// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// What is remembered of the booth as a whole, and of the platforms' tasks.
extension JournalStore {
    /// Most tasks that are kept of one target: far more than a platform repeats.
    static let mostTasks = 1000

    func put(_ memory: BoothMemory) throws(SQLiteError) {
        try connection.prepare("INSERT OR REPLACE INTO memory VALUES('booth', ?)").run(Value(Self.encode(memory)))
    }

    /// A new one takes the place of its target's oldest; one that is known keeps its own.
    func put(_ task: TaskRecord) throws(SQLiteError) {
        try connection.prepare(
            """
            INSERT INTO task VALUES(?1, (SELECT coalesce(max(number), 0) + 1 FROM task WHERE target = ?1), ?2, ?3)
            ON CONFLICT(target, id) DO UPDATE SET json = excluded.json
            """
        ).run(Value(task.target.rawValue), Value(task.id), Value(Self.encode(task)))
        try connection.prepare(
            """
            DELETE FROM task WHERE target = ?1
            AND number <= (SELECT max(number) FROM task WHERE target = ?1) - \(Self.mostTasks)
            """
        ).run(Value(task.target.rawValue))
    }

    /// An empty one where none was written, or where it cannot be read.
    func memory() throws(SQLiteError) -> BoothMemory {
        guard hasAdditions else { return BoothMemory() }
        return try connection.text("SELECT json FROM memory WHERE name = 'booth'").flatMap(decode) ?? BoothMemory()
    }

    /// Tasks of all targets, those of each oldest first.
    func tasks() throws(SQLiteError) -> [TaskRecord] {
        guard hasAdditions else { return [] }
        let statement = try connection.prepare("SELECT json FROM task ORDER BY target, number")
        return try statement.rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }
}
