// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// An event that the platform has stored.
package struct ReceivedEvent: Sendable, Hashable {
    package var id: String
    package var source: String
    package var type: String
    package var subject: String?
    /// 20 digits, as it was sent.
    package var sequence: String?
    /// The id of its incident; nil for other events.
    package var incident: String?
    /// The ticket in its receipt; nil for an event without an incident.
    package var ticket: String?
    /// How often it came, including the first time.
    package var copies: Int
    /// As it was sent.
    package var body: String
}

/// An incident in the platform's tables.
package struct ReceivedIncident: Sendable, Hashable {
    package var incident: String
    package var source: String
    package var incidentClass: String
    package var count: Int
    /// As docs/api/openapi.yaml spells the states.
    package var state: String
    package var ticket: String?
    /// The class to which it was handed over; nil: it is this platform's.
    package var handed: String?
    package var outcome: String?
    /// Who closed it.
    package var by: String?
    package var isTest: Bool
}

/// A task for a booth, and the booth's answer.
package struct GivenTask: Sendable, Hashable {
    package var booth: String
    /// JSON.
    package var body: String
    /// `done` or `refused`; nil: the booth has not answered.
    package var result: String?
    /// Why it was refused.
    package var reason: String?
    /// How often it was answered.
    package var answers: Int
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
    /// Stored events by type. Every heartbeat counts, although only the last one is stored.
    func counts() throws(SQLiteError) -> [String: Int] {
        var counts: [String: Int] = [:]
        let rows = try connection.prepare("SELECT type, count(*) FROM event GROUP BY type")
            .rows { ($0.text(at: 0), Int($0.integer(at: 1))) }
        for (type, count) in rows { counts[type] = count }
        let beats = try connection.integer("SELECT sum(count) FROM status") ?? 0
        if beats > 0 { counts[EventType.status.rawValue] = Int(beats) }
        return counts
    }

    /// Every stored event, in the order of arrival.
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

    /// Every incident, in the order of arrival.
    func incidents() throws(SQLiteError) -> [ReceivedIncident] {
        let select = """
            SELECT incident, source, class, count, state, ticket, handed, outcome, by, test FROM incident ORDER BY number
            """
        return try connection.prepare(select).rows { row in
            ReceivedIncident(
                incident: row.text(at: 0), source: row.text(at: 1), incidentClass: row.text(at: 2),
                count: Int(row.integer(at: 3)), state: row.text(at: 4), ticket: row.optionalText(at: 5),
                handed: row.optionalText(at: 6), outcome: row.optionalText(at: 7), by: row.optionalText(at: 8),
                isTest: row.integer(at: 9) != 0)
        }
    }

    /// Every task, in the order in which they were given.
    func tasks() throws(SQLiteError) -> [GivenTask] {
        try connection.prepare("SELECT booth, body, result, reason, answers FROM task ORDER BY cursor").rows { row in
            GivenTask(
                booth: row.text(at: 0), body: row.text(at: 1), result: row.optionalText(at: 2),
                reason: row.optionalText(at: 3), answers: Int(row.integer(at: 4)))
        }
    }

    /// The last heartbeat of each booth as it was sent, by source.
    func statuses() throws(SQLiteError) -> [String: String] {
        var statuses: [String: String] = [:]
        let rows = try connection.prepare("SELECT source, body FROM status").rows { ($0.text(at: 0), $0.text(at: 1)) }
        for (source, body) in rows { statuses[source] = body }
        return statuses
    }

    /// How many events came with a known id and another body.
    func conflicts() throws(SQLiteError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM conflict") ?? 0)
    }

    /// The counts missing below the highest one, for each booth and generation.
    ///
    /// A gap means nothing while events are on their way, because urgent ones come first.
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
