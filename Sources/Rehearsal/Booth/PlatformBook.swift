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

    /// Every case it has, in the order of arrival.
    package let cases: [Case]
    /// Of each incident, what it was told, in the order of arrival: the event's type, its last two words, and of an
    /// update why: `incident.updated escalated`.
    package let told: [String: [String]]

    /// A case as the platform has it.
    package struct Case: Sendable, Hashable {
        package let incident: String
        package let category: String
        package let incidentClass: String
        package let count: Int64
        package let state: String
        package let ticket: String?
        /// The class that it was handed to; nil while it is this platform's.
        package let handed: String?
        package let outcome: String?
    }

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
        self.cases = try Self.cases(connection)
        told = try Self.told(connection)
        let numbered = "FROM event WHERE sequence IS NOT NULL"
        // Each generation is counted from 1.
        let highest = try connection.integer(
            """
            SELECT coalesce(sum(most), 0) FROM (
                SELECT max(cast(substr(sequence, 7) AS INTEGER)) AS most \(numbered) GROUP BY substr(sequence, 1, 6))
            """)
        gaps = Int((highest ?? 0) - (try connection.integer("SELECT count(*) \(numbered)") ?? 0))
        repeated = Int(try connection.integer("SELECT count(*) FROM event WHERE copies > 1") ?? 0)
        conflicts = Int(try connection.integer("SELECT count(*) FROM conflict") ?? 0)
    }

    private static func cases(_ connection: Connection) throws(SQLiteError) -> [Case] {
        try connection.prepare(
            "SELECT incident, category, class, count, state, ticket, handed, outcome FROM incident ORDER BY number"
        ).rows { row throws(SQLiteError) in
            Case(
                incident: row.text(at: 0), category: row.text(at: 1), incidentClass: row.text(at: 2),
                count: row.integer(at: 3), state: row.text(at: 4), ticket: row.optionalText(at: 5),
                handed: row.optionalText(at: 6), outcome: row.optionalText(at: 7))
        }
    }

    private static func told(_ connection: Connection) throws(SQLiteError) -> [String: [String]] {
        let lines = try connection.prepare(
            """
            SELECT incident, type, json_extract(body, '$.data.reason') FROM event WHERE incident IS NOT NULL
            ORDER BY arrival
            """
        ).rows { row throws(SQLiteError) in
            let words = row.text(at: 1).split(separator: ".").dropFirst(2).dropLast().joined(separator: ".")
            return (row.text(at: 0), [words, row.optionalText(at: 2)].compactMap { $0 }.joined(separator: " "))
        }
        return Dictionary(grouping: lines, by: \.0).mapValues { $0.map(\.1) }
    }
}
