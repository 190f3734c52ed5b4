// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// What a reference platform has in its database, read from outside.
package struct PlatformBook: Sendable {
    /// Every event it has, heartbeats apart, by id.
    package let events: Set<String>
    /// How many events that are; more than `events` would mean that it took one twice.
    package let rows: Int
    /// Incidents whose opening it has, by id.
    package let openings: Set<String>
    /// The ticket of each incident that is this platform's case, by id; not of those that it handed to others.
    package let tickets: [String: String]
    /// Counts missing from the booth's sequence; means something once the booth's queue is empty.
    package let gaps: Int
    /// Events that came more than once, with the same id and the same body.
    package let repeated: Int
    /// Events that came under a known id with another body: a fault of the booth.
    package let conflicts: Int

    /// - Parameter path: the platform's database, which may be in use.
    /// - Throws: `SQLiteError` when it cannot be read.
    package init(_ path: String) throws(SQLiteError) {
        let connection = try Connection(path: path, access: .readOnly)
        events = Set(try connection.prepare("SELECT id FROM event").rows { row throws(SQLiteError) in row.text(at: 0) })
        rows = Int(try connection.integer("SELECT count(*) FROM event") ?? 0)
        let select = "SELECT incident FROM event WHERE type = '\(EventType.incidentRaised.rawValue)'"
        openings = Set(try connection.prepare(select).rows { row throws(SQLiteError) in row.text(at: 0) })
        let cases = try connection.prepare(
            "SELECT incident, ticket FROM incident WHERE handed IS NULL AND ticket IS NOT NULL"
        ).rows { row throws(SQLiteError) in (row.text(at: 0), row.text(at: 1)) }
        tickets = Dictionary(cases) { first, _ in first }
        let numbered = "FROM event WHERE sequence IS NOT NULL"
        let highest = try connection.integer(
            "SELECT coalesce(max(cast(substr(sequence, 7) AS INTEGER)), 0) \(numbered)")
        gaps = Int((highest ?? 0) - (try connection.integer("SELECT count(*) \(numbered)") ?? 0))
        repeated = Int(try connection.integer("SELECT count(*) FROM event WHERE copies > 1") ?? 0)
        conflicts = Int(try connection.integer("SELECT count(*) FROM conflict") ?? 0)
    }
}
