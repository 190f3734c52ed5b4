// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// Open incidents, and closed ones, which are moved to a table of their own.
extension JournalStore {
    func put(_ incident: Incident) throws(SQLiteError) {
        try statement("INSERT OR REPLACE INTO incident VALUES(?, ?)")
            .run(Value(incident.id.key), Value(Self.encode(incident)))
    }

    /// Moves an incident to the closed ones.
    ///
    /// - Parameter newestKey: the newest key among the events of the same commit. Its time is used as the incident's
    ///   end if the clock was not trusted.
    func close(_ incident: Incident, newestKey: Int64?) throws(SQLiteError) {
        try statement("DELETE FROM incident WHERE key = ?").run(Value(incident.id.key))
        let time = incident.closing?.act.at.wallMilliseconds ?? (newestKey ?? incident.id.key) >> 12
        // The end is stored only once: a later receipt does not change it.
        try statement(
            "INSERT OR IGNORE INTO ending SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM closed WHERE key = ?2)"
        ).run(Value(time), Value(incident.id.key))
        try statement("INSERT OR REPLACE INTO closed VALUES(?, ?)")
            .run(Value(incident.id.key), Value(Self.encode(incident)))
    }

    /// Incidents that are not closed, oldest first.
    func openIncidents() throws(SQLiteError) -> [Incident] {
        try statement("SELECT json FROM incident ORDER BY key")
            .rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }

    /// At most `limit` open incidents, ordered by key; nil for one that cannot be decoded.
    ///
    /// - Parameter key: only incidents with a higher key.
    func openIncidents(after key: Int64, limit: Int) throws(SQLiteError) -> [(key: Int64, incident: Incident?)] {
        try statement("SELECT key, json FROM incident WHERE key > ? ORDER BY key LIMIT ?")
            .rows(Value(key), Value(limit)) { row throws(SQLiteError) in
                (row.integer(at: 0), decode(row.text(at: 1)))
            }
    }

    /// One incident, open or closed; nil if there is none with that id.
    func incident(_ id: EventID) throws(SQLiteError) -> Incident? {
        let text = try statement(
            "SELECT json FROM incident WHERE key = ?1 UNION ALL SELECT json FROM closed WHERE key = ?1"
        ).first(Value(id.key)) { row throws(SQLiteError) in row.text(at: 0) }
        return text.flatMap(decode).flatMap { $0.id == id ? $0 : nil }
    }

    /// The newest closed incidents, oldest first.
    func closedIncidents(limit: Int) throws(SQLiteError) -> [Incident] {
        let newest = try statement("SELECT json FROM closed ORDER BY key DESC LIMIT ?")
            .rows(Value(limit)) { row throws(SQLiteError) in row.text(at: 0) }
        return newest.reversed().compactMap(decode)
    }

    /// A position in the order in which incidents ended.
    struct Ending {
        /// Milliseconds since 1970.
        var time: Int64
        var key = Int64.min
    }

    /// Closed incidents in the order in which they ended; nil for one that cannot be decoded or is not wanted. These
    /// count for `limit` too; otherwise one call could read ten years of them.
    ///
    /// - Parameters:
    ///   - ending: only incidents after this position.
    ///   - key: only incidents with a lower key are wanted.
    ///   - limit: the most incidents to look at.
    func closedIncidents(
        after ending: Ending, below key: Int64, limit: Int
    ) throws(SQLiteError) -> [(ending: Ending, incident: Incident?)] {
        try statement(
            """
            SELECT e.time, e.key, CASE WHEN e.key < ? THEN (SELECT json FROM closed c WHERE c.key = e.key) END
            FROM ending e WHERE (e.time, e.key) > (?, ?) ORDER BY e.time, e.key LIMIT ?
            """
        ).rows(Value(key), Value(ending.time), Value(ending.key), Value(limit)) { row throws(SQLiteError) in
            (Ending(time: row.integer(at: 0), key: row.integer(at: 1)), row.optionalText(at: 2).flatMap(decode))
        }
    }
}
