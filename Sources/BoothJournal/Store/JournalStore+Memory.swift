// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import SQLite

// State of points and of the booth, tasks of the platforms, and losses that were not reported yet.
extension JournalStore {
    /// The most tasks kept for each target: far more than a platform repeats.
    static let mostTasks = 1000

    func put(_ point: PointMemory) throws(SQLiteError) {
        try statement("INSERT OR REPLACE INTO point VALUES(?, ?)")
            .run(Value(point.point.rawValue), Value(Self.encode(point)))
    }

    func points() throws(SQLiteError) -> [PointMemory] {
        try statement("SELECT json FROM point ORDER BY id")
            .rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }

    func put(_ memory: BoothMemory) throws(SQLiteError) {
        try statement("INSERT OR REPLACE INTO memory VALUES('booth', ?)").run(Value(Self.encode(memory)))
    }

    /// An empty memory if none was written, or if it cannot be decoded.
    func memory() throws(SQLiteError) -> BoothMemory {
        try connection.text("SELECT json FROM memory WHERE name = 'booth'").flatMap(decode) ?? BoothMemory()
    }

    /// Adds a task, and deletes the oldest one of its target if there are too many. A known task keeps its number.
    func put(_ task: TaskRecord) throws(SQLiteError) {
        try statement(
            """
            INSERT INTO task VALUES(?1, (SELECT coalesce(max(number), 0) + 1 FROM task WHERE target = ?1), ?2, ?3)
            ON CONFLICT(target, id) DO UPDATE SET json = excluded.json
            """
        ).run(Value(task.target.rawValue), Value(task.id), Value(Self.encode(task)))
        try statement(
            """
            DELETE FROM task WHERE target = ?1
            AND number <= (SELECT max(number) FROM task WHERE target = ?1) - \(Self.mostTasks)
            """
        ).run(Value(task.target.rawValue))
    }

    /// Tasks of all targets, grouped by target, oldest first.
    func tasks() throws(SQLiteError) -> [TaskRecord] {
        try statement("SELECT json FROM task ORDER BY target, number")
            .rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }

    // MARK: Losses that no event has reported yet

    private static let lossPrefix = "loss "

    /// For each target, the loss that was not reported yet.
    func untoldLosses() throws(SQLiteError) -> [TargetID: UntoldLoss] {
        let rows = try statement("SELECT name, value FROM meta WHERE name BETWEEN 'loss ' AND 'loss!'")
            .rows { row throws(SQLiteError) in (row.text(at: 0), row.text(at: 1)) }
        var losses: [TargetID: UntoldLoss] = [:]
        for (name, value) in rows {
            // If it cannot be decoded, there was a loss all the same.
            losses[TargetID(rawValue: String(name.dropFirst(Self.lossPrefix.count)))] =
                decode(value) ?? UntoldLoss(loss: Loss(reason: .damaged), opensGeneration: false)
        }
        return losses
    }

    /// - Parameter loss: nil if it was reported.
    func setUntold(_ loss: UntoldLoss?, of target: TargetID) throws(SQLiteError) {
        let name = Value(Self.lossPrefix + target.rawValue)
        guard let loss else { return try statement("DELETE FROM meta WHERE name = ?").run(name) }
        try statement("INSERT OR REPLACE INTO meta VALUES(?, ?)").run(name, Value(Self.encode(loss)))
    }
}
