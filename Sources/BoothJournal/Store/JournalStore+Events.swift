// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import FoundationEssentials
import SQLite

// The log of events, and its chain.
extension JournalStore {
    /// Appends an event and links it to the one before it.
    ///
    /// - Returns: its number; nil if the file has it already, because an earlier commit that failed may have been
    ///   written.
    func append(_ event: JournalEntry.Event) throws(SQLiteError) -> Int64? {
        guard try number(of: event.id) == nil else { return nil }
        let next = head.number + 1
        let recipients = event.recipients.map(\.rawValue).joined(separator: " ")
        let hash = chain.hash(
            number: next, id: event.id, priority: Int64(event.priority.rawValue), recipients: recipients,
            json: event.event.json, after: head.hash)
        try statement("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)").run(
            Value(next), Value(event.id.key), Value(Int64(bitPattern: event.id.random)),
            Value(event.priority.rawValue), Value(event.incident?.key),
            Value(event.incident.map { Int64(bitPattern: $0.random) }), Value(event.type), Value(recipients),
            Value(event.event.json), Value(head.hash.bytes), Value(hash.bytes))
        head = ChainLink(number: next, hash: hash)
        return next
    }

    /// An event's number in the log; nil if the log does not have it.
    func number(of event: EventID) throws(SQLiteError) -> Int64? {
        try statement("SELECT number FROM event WHERE key = ? AND random = ?").first(
            Value(event.key), Value(Int64(bitPattern: event.random))
        ) { row throws(SQLiteError) in row.integer(at: 0) }
    }

    /// The incident of a recorded event; nil if there is no such event, or if it has no incident.
    func incident(of event: EventID) throws(SQLiteError) -> EventID? {
        try statement("SELECT incident, incident_random FROM event WHERE key = ? AND random = ?").first(
            Value(event.key), Value(Int64(bitPattern: event.random))
        ) { row throws(SQLiteError) in EventID(row, at: 0) } ?? nil
    }

    /// The newest events, oldest first.
    func recentEvents(limit: Int) throws(SQLiteError) -> [(key: Int64, event: CloudEvent)] {
        try statement("SELECT key, json FROM event ORDER BY key DESC LIMIT ?").rows(Value(limit)) {
            row throws(SQLiteError) in (row.integer(at: 0), CloudEvent(json: row.text(at: 1)))
        }.reversed()
    }

    /// At most `limit` events in a range of keys, oldest first; events of another type are nil.
    func events(
        _ type: EventType, from first: Int64, below end: Int64, limit: Int
    ) throws(SQLiteError) -> [(key: Int64, event: CloudEvent?)] {
        try statement(
            """
            SELECT key, CASE WHEN type = ? THEN json END FROM event
            WHERE key >= ? AND key < ? ORDER BY key LIMIT ?
            """
        ).rows(Value(type.rawValue), Value(first), Value(end), Value(limit)) { row throws(SQLiteError) in
            (row.integer(at: 0), row.optionalText(at: 1).map { CloudEvent(json: $0) })
        }
    }

    /// The highest key of an event or an incident; 0 if there is none.
    func lastKey() throws(SQLiteError) -> Int64 {
        let query = """
            SELECT max(coalesce((SELECT max(key) FROM event), 0), coalesce((SELECT max(key) FROM incident), 0),
                       coalesce((SELECT max(key) FROM closed), 0))
            """
        return try connection.integer(query) ?? 0
    }

    /// The key of the oldest event in the file; nil if there are no events.
    func oldestKey() throws(SQLiteError) -> Int64? {
        try statement("SELECT key FROM event ORDER BY key LIMIT 1").first { row throws(SQLiteError) in
            row.integer(at: 0)
        }
    }

    /// How many events have this key or a higher one.
    func eventCount(from key: Int64) throws(SQLiteError) -> Int64 {
        try statement("SELECT count(*) FROM event WHERE key >= ?").first(Value(key)) { row throws(SQLiteError) in
            row.integer(at: 0)
        } ?? 0
    }

    // MARK: The chain

    /// The number and the hash of the newest event.
    func newestLink() throws(SQLiteError) -> ChainLink {
        let found = try statement("SELECT number, hash FROM event ORDER BY number DESC LIMIT 1").first {
            row throws(SQLiteError) in (row.integer(at: 0), row.blob(at: 1))
        }
        guard let found else { return .start }
        guard let hash = Digest(found.1), ChainLink.numbers.contains(found.0) else {
            throw Self.changed(number: found.0)
        }
        return ChainLink(number: found.0, hash: hash)
    }

    /// At most `limit` rows of the log from `number` on, as they are in the file; nil for a row that cannot be valid.
    func chainedEvents(from number: Int64, limit: Int) throws(SQLiteError) -> [(number: Int64, event: ChainedEvent?)] {
        try statement(
            """
            SELECT number, key, random, priority, recipients, json, previous, hash FROM event
            WHERE number >= ? ORDER BY number LIMIT ?
            """
        ).rows(Value(number), Value(limit)) { row throws(SQLiteError) in
            (row.integer(at: 0), ChainedEvent(row))
        }
    }

    /// Events up to this number may be missing, because history was thinned.
    func thinned() throws(SQLiteError) -> Int64 {
        try number("thinned", in: 0...ChainLink.numbers.upperBound) ?? 0
    }

    /// The error for a row that is not what was written; it counts as damage.
    static func changed(number: Int64) -> SQLiteError { changed("event \(number)") }

    /// The same for anything else.
    static func changed(_ what: String) -> SQLiteError {
        SQLiteError(.step, extendedCode: SQLiteError.damage, message: "\(what) is not what was recorded")
    }
}

extension ChainedEvent {
    fileprivate init?(_ row: Statement) {
        guard let previous = Digest(row.blob(at: 6)), let hash = Digest(row.blob(at: 7)) else { return nil }
        self.init(
            number: row.integer(at: 0),
            id: EventID(key: row.integer(at: 1), random: UInt64(bitPattern: row.integer(at: 2))),
            priority: row.integer(at: 3), recipients: row.text(at: 4), json: row.text(at: 5), previous: previous,
            hash: hash)
    }
}

extension EventID {
    /// Reads an id from two columns, key and random part; nil if they are NULL.
    init?(_ row: Statement, at index: Int) {
        guard let key = row.optionalInteger(at: index), let random = row.optionalInteger(at: index + 1) else {
            return nil
        }
        self.init(key: key, random: UInt64(bitPattern: random))
    }
}

extension CloudEvent {
    /// Fields of an event's JSON, for code that must not trust the search columns.
    private struct Excerpt: Decodable {
        struct Content: Decodable {
            let incident: EventID?
            let category: String?
        }
        let type: String?
        let data: Content?
    }

    /// nil if the JSON cannot be decoded; an event of another version may hold anything.
    private var excerpt: Excerpt? { try? JSONDecoder().decode(Excerpt.self, from: Data(json.utf8)) }

    /// Its type, and the incident in `data`; each is nil if the JSON has none.
    var searched: (type: String?, incident: EventID?) {
        let excerpt = excerpt
        return (excerpt?.type, excerpt?.data?.incident)
    }

    /// The category under which a lost event is counted: its incident's category, or one for its type. It is read from
    /// the JSON and has no column, because losses are rare.
    func lossCategory(of type: String) -> String {
        if let category = excerpt?.data?.category { return category }
        return switch EventType(rawValue: type) {
        case .taskDone: "task"
        case .dailyReport: "report"
        case .incidentRaised, .incidentUpdated, .incidentRestored, .incidentClosed, .loss, .status, .record, nil:
            "other"
        }
    }
}
