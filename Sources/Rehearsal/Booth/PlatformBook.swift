// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// The contents of a reference platform's database.
package struct PlatformBook: Sendable {
    /// The ids of all events except heartbeats.
    package let events: Set<String>
    /// The number of these events; larger than `events.count` if one was stored twice.
    package let rows: Int
    /// The ids of incidents whose opening event is stored.
    package let openings: Set<String>
    /// The ticket of each incident that this platform handles, by id. Incidents that it handed to others are not
    /// included.
    package let tickets: [String: String]
    /// Numbers missing in the booth's sequence; valid once the booth's queue is empty.
    package let gaps: Int
    /// Events received more than once with the same id and body.
    package let repeated: Int
    /// Events received with a known id but a different body: a fault of the booth.
    package let conflicts: Int

    /// Every case, in the order of arrival.
    package let cases: [Case]
    /// For each incident its events in the order of arrival: the last two words of the type, and for an update its
    /// reason: `incident.updated escalated`.
    package let told: [String: [String]]

    /// A case in the platform's database.
    package struct Case: Sendable, Hashable {
        package let incident: String
        package let category: String
        package let incidentClass: String
        package let count: Int64
        package let state: String
        package let ticket: String?
        /// The class that it was handed to; nil if this platform handles it.
        package let handed: String?
        package let outcome: String?
    }

    /// - Parameter path: the platform's database, even while in use.
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
        // Each generation counts from 1.
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
