// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// How the file stays within its limit. First it deletes settled history, oldest first. If that is not enough, it gives
// up queued events, least urgent first.
extension JournalStore {
    struct Slice {
        var seen = 0
        /// Whether there may be more to delete after it.
        var goesOn = false
        var removed = 0
        /// The last number that was looked at; the next slice begins after it.
        var cursor: Int64
    }

    /// Deletes settled events in one slice of the log. An event is settled if no target waits for it or refused it, and
    /// its incident is not open. The newest event is kept, because the chain continues from it.
    ///
    /// - Parameters:
    ///   - cursor: the last number that the slice before looked at.
    ///   - key: only events with a lower key.
    ///   - open: the keys of open incidents.
    func thinEvents(
        after cursor: Int64, below key: Int64, limit: Int, open: Set<Int64>
    ) throws(SQLiteError) -> Slice {
        let rows = try statement("SELECT number, key, incident FROM event WHERE number > ? ORDER BY number LIMIT ?")
            .rows(Value(cursor), Value(limit)) { row throws(SQLiteError) in
                (number: row.integer(at: 0), key: row.integer(at: 1), incident: row.optionalInteger(at: 2))
            }
        var slice = Slice(cursor: rows.last?.number ?? cursor)
        slice.seen = rows.count
        let old = rows.filter { $0.key < key && $0.number < head.number }
        // Events that were read out of a damaged journal are not sorted by age.
        let origin = try self.origin() ?? 0
        slice.goesOn = rows.count == limit && (!old.isEmpty || slice.cursor <= origin)
        guard let first = old.map(\.key).min(), let last = old.map(\.key).max() else { return slice }
        let waiting = try unsettled(from: first, to: last)
        for row in old where !waiting.contains(row.number) {
            if let incident = row.incident, open.contains(incident) { continue }
            try statement("DELETE FROM event WHERE number = ?").run(Value(row.number))
            slice.removed += 1
        }
        if slice.removed > 0 {
            try statement("UPDATE meta SET value = max(value, ?) WHERE name = 'thinned'").run(Value(slice.cursor))
        }
        return slice
    }

    /// Numbers of the events in a range of keys that wait for a target or were refused by one.
    private func unsettled(from first: Int64, to last: Int64) throws(SQLiteError) -> Set<Int64> {
        var numbers: Set<Int64> = []
        for target in try targets() {
            let found = try statement(
                """
                SELECT number FROM delivery WHERE target = ? AND state IN (0, 2) AND priority IN (1, 2, 3, 4)
                AND event BETWEEN ? AND ?
                """
            ).rows(Value(target.number), Value(first), Value(last)) { row throws(SQLiteError) in row.integer(at: 0) }
            numbers.formUnion(found)
        }
        return numbers
    }

    /// Deletes incidents that were closed before `time`, the oldest first.
    ///
    /// - Parameter time: milliseconds since 1970.
    /// - Returns: how many.
    func thinClosed(before time: Int64, limit: Int) throws(SQLiteError) -> Int {
        let rows = try statement("SELECT time, key FROM ending WHERE time < ? ORDER BY time, key LIMIT ?")
            .rows(Value(time), Value(limit)) { row throws(SQLiteError) in (row.integer(at: 0), row.integer(at: 1)) }
        for (time, key) in rows {
            try statement("DELETE FROM closed WHERE key = ?").run(Value(key))
            try statement("DELETE FROM ending WHERE time = ? AND key = ?").run(Value(time), Value(key))
        }
        return rows.count
    }

    struct Dropped {
        var event: EventID
        var sequence: SequenceNumber
        var category: String
    }

    /// Gives up queued or refused events of a target with this priority, oldest first.
    ///
    /// The events stay in the log until they are thinned as settled ones.
    func drop(
        _ state: DeliveryState, _ priority: Priority, of target: Int64, limit: Int
    ) throws(SQLiteError) -> [Dropped] {
        let rows = try statement(
            """
            SELECT d.event, e.random, d.generation, d.count, d.number, e.json, e.type
            FROM delivery d CROSS JOIN event e ON e.number = d.number
            WHERE d.target = ? AND d.state = ? AND d.priority = ? ORDER BY d.event LIMIT ?
            """
        ).rows(Value(target), Value(state.rawValue), Value(priority.rawValue), Value(limit)) {
            row throws(SQLiteError) in
            (
                dropped: Dropped(
                    event: EventID(key: row.integer(at: 0), random: UInt64(bitPattern: row.integer(at: 1))),
                    sequence: SequenceNumber(generation: row.integer(at: 2), count: row.integer(at: 3)),
                    category: CloudEvent(json: row.text(at: 5)).lossCategory(of: row.text(at: 6))),
                number: row.integer(at: 4)
            )
        }
        for row in rows {
            try statement(
                "DELETE FROM delivery WHERE target = ? AND state = ? AND priority = ? AND event = ? AND number = ?"
            ).run(
                Value(target), Value(state.rawValue), Value(priority.rawValue), Value(row.dropped.event.key),
                Value(row.number))
        }
        return rows.map(\.dropped)
    }
}
