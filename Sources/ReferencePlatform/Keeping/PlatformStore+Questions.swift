// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// An event that the platform has kept.
package struct ReceivedEvent: Sendable, Hashable {
    package var id: String
    package var source: String
    package var type: String
    package var subject: String?
    /// 20 digits, as it was sent.
    package var sequence: String?
    /// The id of the incident it tells of; nil for other events.
    package var incident: String?
    /// What its receipt named; nil for an event of no incident.
    package var ticket: String?
    /// How often it came, the first time included.
    package var copies: Int
    /// As it was sent.
    package var body: String
}

/// Counts that are missing from a booth's sequence.
package struct SequenceGap: Sendable, Hashable {
    /// `urn:booth:COUNTY:CODE`
    package var source: String
    /// The journal's generation, six digits.
    package var generation: String
    /// The missing counts, which start at 1 in each generation.
    package var counts: ClosedRange<Int>
}

extension PlatformStore {
    /// Events kept, by type; heartbeats count as they arrived though only the last is kept.
    func counts() throws(SQLiteError) -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try connection.prepare("SELECT type, count(*) FROM event GROUP BY type")
            .rows { ($0.text(at: 0), Int($0.integer(at: 1))) }
        for (type, count) in rows { counts[type] = count }
        let beats = try connection.integer("SELECT sum(count) FROM status") ?? 0
        if beats > 0 { counts[EventType.status.rawValue] = Int(beats) }
        return counts
    }

    /// Every event kept, in the order of arrival.
    func events() throws(SQLiteError) -> [ReceivedEvent] {
        let select = """
            SELECT id, source, type, subject, sequence, incident, ticket, copies, body FROM event ORDER BY arrival
            """
        return try connection.prepare(select).rows { row in
            ReceivedEvent(
                id: row.text(at: 0), source: row.text(at: 1), type: row.text(at: 2), subject: row.optionalText(at: 3),
                sequence: row.optionalText(at: 4), incident: row.optionalText(at: 5), ticket: row.optionalText(at: 6),
                copies: Int(row.integer(at: 7)), body: row.text(at: 8))
        }
    }

    /// The last heartbeat of each booth, as it was sent, by source.
    func statuses() throws(SQLiteError) -> [String: String] {
        var statuses: [String: String] = [:]
        let rows = try connection.prepare("SELECT source, body FROM status").rows { ($0.text(at: 0), $0.text(at: 1)) }
        for (source, body) in rows { statuses[source] = body }
        return statuses
    }

    /// How many events came under an id that was taken, with another body.
    func conflicts() throws(SQLiteError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM conflict") ?? 0)
    }

    /// What is missing up to the highest count of each booth and generation.
    ///
    /// A gap while events are on their way means nothing: the urgent ones come first.
    func gaps() throws(SQLiteError) -> [SequenceGap] {
        let select = "SELECT source, sequence FROM event WHERE sequence IS NOT NULL ORDER BY source, sequence"
        let rows = try connection.prepare(select).rows { ($0.text(at: 0), $0.text(at: 1)) }
        var gaps: [SequenceGap] = []
        var series = ""
        var expected = 1
        for (source, sequence) in rows {
            let generation = String(sequence.prefix(6))
            if series != source + generation {
                series = source + generation
                expected = 1
            }
            let count = Int(sequence.dropFirst(6)) ?? 0
            if count > expected {
                gaps.append(SequenceGap(source: source, generation: generation, counts: expected...count - 1))
            }
            expected = max(expected, count + 1)
        }
        return gaps
    }
}
