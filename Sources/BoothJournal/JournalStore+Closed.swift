// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// Incidents that ended: they are moved out of the way of those that have not.
extension JournalStore {
    /// Moves an incident to the closed ones.
    ///
    /// - Parameter newestKey: of the events that are written with it: when it ended, where the clock was not trusted.
    func close(_ incident: Incident, newestKey: Int64?) throws(SQLiteError) {
        try connection.prepare("DELETE FROM incident WHERE key = ?").run(Value(incident.id.key))
        try connection.prepare("INSERT OR REPLACE INTO closed VALUES(?, ?)")
            .run(Value(incident.id.key), Value(Self.encode(incident)))
        let time = incident.closing?.act.at.wallMilliseconds ?? (newestKey ?? incident.id.key) >> 12
        try connection.prepare("INSERT OR IGNORE INTO ending VALUES(?, ?)").run(Value(time), Value(incident.id.key))
    }

    /// One incident, closed or not; nil where there is none of that id.
    func incident(_ id: EventID) throws(SQLiteError) -> Incident? {
        let statement = try connection.prepare(
            "SELECT json FROM incident WHERE key = ?1 UNION ALL SELECT json FROM closed WHERE key = ?1")
        let text = try statement.first(Value(id.key)) { row throws(SQLiteError) in row.text(at: 0) }
        return text.flatMap(decode).flatMap { $0.id == id ? $0 : nil }
    }

    /// The newest closed incidents, oldest first.
    func closedIncidents(limit: Int) throws(SQLiteError) -> [Incident] {
        let statement = try connection.prepare("SELECT json FROM closed ORDER BY key DESC LIMIT ?")
        let newest = try statement.rows(Value(limit)) { row throws(SQLiteError) in row.text(at: 0) }
        return newest.reversed().compactMap(decode)
    }

    /// A place in the order in which incidents ended.
    struct Ending {
        /// Milliseconds since 1970.
        var time: Int64
        var key = Int64.min
    }

    /// Closed incidents in the order in which they ended; nil for one that cannot be read or is not wanted. What is not
    /// wanted counts as well: else one question could go through ten years of it.
    ///
    /// - Parameters:
    ///   - ending: only those after this place.
    ///   - key: those whose id is below are wanted.
    ///   - limit: incidents to look at.
    func closedIncidents(
        after ending: Ending, below key: Int64, limit: Int
    ) throws(SQLiteError) -> [(ending: Ending, incident: Incident?)] {
        guard hasAdditions else { return [] }
        let statement = try connection.prepare(
            """
            SELECT e.time, e.key, CASE WHEN e.key < ? THEN (SELECT json FROM closed c WHERE c.key = e.key) END
            FROM ending e WHERE (e.time, e.key) > (?, ?) ORDER BY e.time, e.key LIMIT ?
            """)
        return try statement.rows(Value(key), Value(ending.time), Value(ending.key), Value(limit)) {
            row throws(SQLiteError) in
            (Ending(time: row.integer(at: 0), key: row.integer(at: 1)), row.optionalText(at: 2).flatMap(decode))
        }
    }
}
