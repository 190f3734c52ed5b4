// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import SQLite

/// The journal's file: what is written and read in it. Used on the journal's thread alone.
final class JournalStore {
    /// `delivery.state`.
    enum DeliveryState: Int64, CaseIterable {
        case queued = 0
        case accepted = 1
        case rejected = 2
    }

    /// A row of a queue.
    struct Delivery {
        var event: EventID
        var count: Int64
        var priority: Priority
        var json: CloudEvent
        var reason: String?
    }

    /// Rows met so far that this version cannot read.
    private(set) var unreadableRows = 0
    let connection: Connection
    private let insertEvent, insertDelivery, settle, forget: Statement
    private let putIncident, putPoint: Statement
    private let selectQueue, selectHelp, selectRefused: Statement
    /// A receipt or a reading is learnt again after a power cut; only then is a commit without sync right.
    private var isSynced = true
    /// Whether the later tables are there: a disk that was full when this version first opened the file had no room.
    private(set) var hasAdditions: Bool
    /// Pages in the write-ahead log that have not been moved into the file, at most.
    private var pagesLogged = 0

    init(path: String, limit: Int64, beginning: JournalSchema.Beginning = .init()) throws(JournalError) {
        do throws(SQLiteError) {
            connection = try Connection(path: path, busyTimeout: .seconds(2))
        } catch { throw .database(error) }
        try JournalSchema.prepare(connection, limit: limit, beginning: beginning)
        do throws(SQLiteError) {
            hasAdditions = try Self.add(to: connection)
            insertEvent = try connection.prepare("INSERT OR IGNORE INTO event VALUES(?, ?, ?)")
            insertDelivery = try connection.prepare("INSERT OR IGNORE INTO delivery VALUES(?, ?, ?, ?, ?, ?)")
            settle = try connection.prepare(
                """
                UPDATE OR REPLACE delivery SET state = ?, reason = ?
                WHERE target = ? AND state = 0 AND priority = ? AND event = ?
                """)
            forget = try connection.prepare(
                "DELETE FROM delivery WHERE target = ? AND state = 0 AND priority = ? AND event = ?")
            putIncident = try connection.prepare("INSERT OR REPLACE INTO incident VALUES(?, ?)")
            putPoint = try connection.prepare("INSERT OR REPLACE INTO point VALUES(?, ?)")
            selectQueue = try connection.prepare(Self.queueQuery(where: "d.priority >= ? AND d.event > ?"))
            selectHelp = try connection.prepare(Self.queueQuery(where: "d.priority = ? AND d.event > ?"))
            selectRefused = try connection.prepare(
                """
                SELECT d.event, e.random, d.count, d.priority, e.json, d.reason
                FROM delivery d JOIN event e ON e.key = d.event
                WHERE d.target = ? AND d.state = 2 ORDER BY d.event DESC LIMIT ?
                """)
        } catch { throw .database(error) }
    }

    /// A full disk is no reason not to start: what has no room for its tables yet gets them with its first row.
    private static func add(to connection: Connection) throws(SQLiteError) -> Bool {
        do throws(SQLiteError) {
            try connection.transaction(.deferred) { () throws(SQLiteError) in try JournalSchema.add(to: connection) }
            return true
        } catch {
            guard error.isFull else { throw error }
            return false
        }
    }

    private static func queueQuery(where condition: String) -> String {
        """
        SELECT d.event, e.random, d.count, d.priority, e.json, d.reason
        FROM delivery d CROSS JOIN event e ON e.key = d.event
        WHERE d.target = ? AND d.state = 0 AND \(condition) ORDER BY d.priority, d.event LIMIT ?
        """
    }

    // MARK: Writing

    /// Does `body` in one transaction.
    ///
    /// - Parameters:
    ///   - synced: whether the commit waits for the disk. Without it the transaction may be lost with the power, never
    ///     torn; the next synced commit brings it to disk as well.
    ///   - withAdditions: whether it writes to the later tables.
    func transaction(
        synced: Bool, withAdditions: Bool = false, _ body: () throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        if synced != isSynced {
            try connection.execute("PRAGMA synchronous = \(synced ? "FULL" : "NORMAL")")
            isSynced = synced
        }
        defer { pagesLogged += connection.takePagesWritten() }
        try connection.transaction(.immediate) { () throws(SQLiteError) in
            if withAdditions, !hasAdditions { try JournalSchema.add(to: connection) }
            try body()
        }
        if withAdditions { hasAdditions = true }
    }

    func insert(_ event: JournalEntry.Event) throws(SQLiteError) {
        try insertEvent.run(Value(event.id.key), Value(Int64(event.id.random)), Value(event.event.json))
    }

    func insertDelivery(
        of event: JournalEntry.Event, to target: Int64, count: Int64, state: DeliveryState, reason: String?
    ) throws(SQLiteError) {
        if state != .queued {
            // It was sent from memory and answered. Had its row arrived with a commit that failed all the same, it
            // would be sent again.
            try forget.run(Value(target), Value(event.priority.rawValue), Value(event.id.key))
        }
        try insertDelivery.run(
            Value(target), Value(state.rawValue), Value(event.priority.rawValue), Value(event.id.key), Value(count),
            Value(reason))
    }

    func settle(_ row: PendingEntry.Settled) throws(SQLiteError) {
        try settle.run(
            Value(row.state.rawValue), Value(row.reason), Value(row.target), Value(row.priority.rawValue),
            Value(row.event.key))
    }

    func put(_ incident: Incident) throws(SQLiteError) {
        try putIncident.run(Value(incident.id.key), Value(Self.encode(incident)))
    }

    func put(_ point: PointMemory) throws(SQLiteError) {
        try putPoint.run(Value(point.point.rawValue), Value(Self.encode(point)))
    }

    // MARK: Reading

    /// What waits for a target, most urgent first, then oldest.
    ///
    /// - Parameter helpAfter: only priority 1, and only events after this one.
    func queue(of target: Int64, limit: Int, helpAfter: EventID? = nil) throws(SQLiteError) -> [Delivery] {
        let statement = helpAfter == nil ? selectQueue : selectHelp
        return try statement.rows(
            Value(target), Value(Priority.help.rawValue), Value(helpAfter?.key ?? 0), Value(limit), read: Self.delivery)
    }

    /// What a target refused, newest first.
    func refused(by target: Int64, limit: Int) throws(SQLiteError) -> [Delivery] {
        try selectRefused.rows(Value(target), Value(limit), read: Self.delivery)
    }

    private static func delivery(_ row: Statement) throws(SQLiteError) -> Delivery {
        Delivery(
            event: EventID(key: row.integer(at: 0), random: UInt64(row.integer(at: 1))), count: row.integer(at: 2),
            priority: Priority(rawValue: Int(row.integer(at: 3))) ?? .routine,
            json: CloudEvent(json: row.text(at: 4)), reason: row.optionalText(at: 5))
    }

    /// The newest events, oldest first.
    func recentEvents(limit: Int) throws(SQLiteError) -> [(key: Int64, event: CloudEvent)] {
        let statement = try connection.prepare("SELECT key, json FROM event ORDER BY key DESC LIMIT ?")
        return try statement.rows(Value(limit)) { row throws(SQLiteError) in
            (row.integer(at: 0), CloudEvent(json: row.text(at: 1)))
        }.reversed()
    }

    /// Incidents that are not closed, oldest first.
    func openIncidents() throws(SQLiteError) -> [Incident] {
        let statement = try connection.prepare("SELECT json FROM incident ORDER BY key")
        return try statement.rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }

    func points() throws(SQLiteError) -> [PointMemory] {
        let statement = try connection.prepare("SELECT json FROM point ORDER BY id")
        return try statement.rows { row throws(SQLiteError) in row.text(at: 0) }.compactMap(decode)
    }

    /// The highest key of an event or an incident, 0 where there is none.
    func lastKey() throws(SQLiteError) -> Int64 {
        let query = """
            SELECT max(coalesce((SELECT max(key) FROM event), 0), coalesce((SELECT max(key) FROM incident), 0),
                       coalesce((SELECT max(key) FROM closed), 0))
            """
        return try connection.integer(query) ?? 0
    }

    func openCount() throws(SQLiteError) -> Int {
        Int(try connection.integer("SELECT count(*) FROM incident") ?? 0)
    }

    /// Whether this journal replaces a lost one and no event has said so yet.
    func isAfterLoss() throws(SQLiteError) -> Bool {
        try connection.integer("SELECT value FROM meta WHERE name = 'loss'") != nil
    }

    func noteLossTold() throws(SQLiteError) {
        try connection.execute("DELETE FROM meta WHERE name = 'loss'")
    }

    func setLimit(_ limit: Int64) throws(SQLiteError) {
        try JournalSchema.setLimit(limit, of: connection)
    }

    /// Moves the write-ahead log into the database file, as far as readers let it.
    func checkpoint() throws(SQLiteError) {
        try connection.checkpoint(.passive)
        pagesLogged = 0
    }

    /// Bytes that a checkpoint would have to move, at most.
    var bytesLogged: Int64 { Int64(pagesLogged) * JournalSchema.pageSize }

    /// What waits for targets that are none of `numbers`.
    func orphans(besides numbers: Set<Int64>) throws(SQLiteError) -> [(target: TargetID, count: Int)] {
        let waiting = try connection.prepare("SELECT number, id FROM target ORDER BY number")
        let known = try waiting.rows { row throws(SQLiteError) in (row.integer(at: 0), row.text(at: 1)) }
        var orphans: [(target: TargetID, count: Int)] = []
        for (number, id) in known where !numbers.contains(number) {
            let count = try tally(of: number).queued
            if count > 0 { orphans.append((TargetID(rawValue: id), count)) }
        }
        return orphans
    }

    func generation() throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT value FROM meta WHERE name = 'generation'") ?? 1
    }

    /// The number of a target's queue, made at its first mention and kept when the configuration drops it.
    func number(of target: TargetID) throws(SQLiteError) -> Int64 {
        let find = try connection.prepare("SELECT number FROM target WHERE id = ?")
        let known = try find.first(Value(target.rawValue)) { row throws(SQLiteError) in row.integer(at: 0) }
        if let known { return known }
        try connection.prepare("INSERT INTO target(id) VALUES(?)").run(Value(target.rawValue))
        return connection.lastInsertedRow
    }

    /// How far a target's count has come, and how much of it waits or was refused.
    func tally(of target: Int64) throws(SQLiteError) -> (last: Int64, queued: Int, rejected: Int) {
        let counting = try connection.prepare("SELECT count(*) FROM delivery WHERE target = ? AND state = ?")
        func number(of state: DeliveryState) throws(SQLiteError) -> Int {
            Int(
                try counting.first(Value(target), Value(state.rawValue)) { row throws(SQLiteError) in
                    row.integer(at: 0)
                } ?? 0)
        }
        return (try lastCount(of: target), try number(of: .queued), try number(of: .rejected))
    }

    /// Counts rise with events, so the newest event of each state and priority is enough to look at.
    private func lastCount(of target: Int64) throws(SQLiteError) -> Int64 {
        let newest = try connection.prepare(
            """
            SELECT count FROM delivery WHERE target = ? AND state = ? AND priority = ? ORDER BY event DESC LIMIT 1
            """)
        var last: Int64 = 0
        for state in DeliveryState.allCases {
            for priority in Priority.help.rawValue...Priority.routine.rawValue {
                let count = try newest.first(Value(target), Value(state.rawValue), Value(priority)) {
                    row throws(SQLiteError) in row.integer(at: 0)
                }
                last = max(last, count ?? 0)
            }
        }
        return last
    }

    // MARK: Values as text

    static func encode(_ value: some Encodable) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("what is kept holds nothing but text and integers: \(error)")
        }
    }

    /// nil for a row that cannot be read: it stays in the file, is counted, and the rest goes on.
    func decode<T: Decodable>(_ text: String) -> T? {
        do {
            return try JSONDecoder().decode(T.self, from: Data(text.utf8))
        } catch {
            unreadableRows += 1
            return nil
        }
    }
}
