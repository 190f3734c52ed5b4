// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import SQLite

// What is asked of the log of events besides its end.
extension JournalStore {
    /// A recorded event; nil where there is none of that id.
    func event(_ id: EventID) throws(SQLiteError) -> CloudEvent? {
        let statement = try connection.prepare("SELECT random, json FROM event WHERE key = ?")
        let found = try statement.first(Value(id.key)) { row throws(SQLiteError) in
            (EventID(key: id.key, random: UInt64(row.integer(at: 0))), CloudEvent(json: row.text(at: 1)))
        }
        return found.flatMap { $0 == id ? $1 : nil }
    }

    /// An event's place in the queue of a target; nil where it does not wait there.
    func waiting(_ event: EventID, for target: Int64) throws(SQLiteError) -> DeliveryQueue.HandedOut? {
        let statement = try connection.prepare(
            """
            SELECT e.random, d.count, d.priority FROM delivery d CROSS JOIN event e ON e.key = d.event
            WHERE d.target = ? AND d.state = 0 AND d.priority IN (1, 2, 3, 4) AND d.event = ?
            """)
        let found = try statement.first(Value(target), Value(event.key)) { row throws(SQLiteError) in
            (random: UInt64(row.integer(at: 0)), count: row.integer(at: 1), priority: Int(row.integer(at: 2)))
        }
        guard let found, found.random == event.random, let priority = Priority(rawValue: found.priority) else {
            return nil
        }
        return .init(count: found.count, priority: priority)
    }

    /// So many events of a span of keys, oldest first, nil for those of another type.
    func events(
        _ type: EventType, from first: Int64, below end: Int64, limit: Int
    ) throws(SQLiteError) -> [(key: Int64, event: CloudEvent?)] {
        let statement = try connection.prepare(
            """
            SELECT key, CASE WHEN instr(json, ?) > 0 THEN json END FROM event
            WHERE key >= ? AND key < ? ORDER BY key LIMIT ?
            """)
        let rows = try statement.rows(
            Value(CloudEvent.member(type)), Value(first), Value(end), Value(limit)
        ) { row throws(SQLiteError) in (row.integer(at: 0), row.optionalText(at: 1).map { CloudEvent(json: $0) }) }
        return rows
    }
}

extension CloudEvent {
    /// How the encoder writes the type. No text of the event can hold it: there, quotation marks are escaped.
    static func member(_ type: EventType) -> String { "\"type\":\"\(type.rawValue)\"" }

    func isOfType(_ type: EventType) -> Bool { json.contains(Self.member(type)) }

    /// The incident that `data` names; nil where it names none.
    var incident: EventID? {
        struct Envelope: Decodable {
            struct Content: Decodable {
                let incident: EventID?
            }
            let data: Content?
        }
        // The text of an event of another version or hand may be anything; it names no incident then.
        return (try? JSONDecoder().decode(Envelope.self, from: Data(json.utf8)))?.data?.incident
    }
}
