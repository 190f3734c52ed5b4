// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// The queues of the targets.
extension JournalStore {
    /// Values of `delivery.state`. An accepted event has no row.
    enum DeliveryState: Int64, CaseIterable {
        case queued = 0
        case rejected = 2
    }

    struct Delivery {
        var event: EventID
        var sequence: SequenceNumber
        var priority: Priority
        /// The value of an `EventType`, or a type that only another version knows.
        var type: String
        /// The incident of the event; nil: none.
        var incident: EventID?
        var json: CloudEvent
        var reason: String?
    }

    // MARK: Targets

    /// The number of a target's queue. It is made when the target is first seen, and kept if it is no longer
    /// configured.
    func number(of target: TargetID) throws(SQLiteError) -> Int64 {
        let known = try statement("SELECT number FROM target WHERE id = ?").first(Value(target.rawValue)) {
            row throws(SQLiteError) in row.integer(at: 0)
        }
        if let known { return known }
        try statement("INSERT INTO target(id, last) VALUES(?, 0)").run(Value(target.rawValue))
        return connection.lastInsertedRow
    }

    /// Every target in the file, with the last count given to it in this generation.
    ///
    /// - Throws: damage if a count is none that was given.
    func targets() throws(SQLiteError) -> [(number: Int64, id: TargetID, last: Int64)] {
        let targets = try statement("SELECT number, id, last FROM target ORDER BY number").rows {
            row throws(SQLiteError) in
            (number: row.integer(at: 0), id: TargetID(rawValue: row.text(at: 1)), last: row.integer(at: 2))
        }
        guard targets.allSatisfy({ SequenceNumber.counts.contains($0.last) }) else {
            throw Self.changed("the count of a target")
        }
        return targets
    }

    func setLastCount(_ count: Int64, of target: Int64) throws(SQLiteError) {
        try statement("UPDATE target SET last = ? WHERE number = ?").run(Value(count), Value(target))
    }

    // MARK: Writing

    /// Puts an event into a target's queue, or among its refused events. It replaces a row of the same event, because
    /// an earlier commit that failed may have been written.
    func put(
        _ delivery: PendingEntry.Delivery, number: Int64, sequence: SequenceNumber, of target: Int64
    ) throws(SQLiteError) {
        let event = delivery.event
        let (state, reason): (DeliveryState, String?)
        switch delivery.outcome {
        case nil: (state, reason) = (.queued, nil)
        case .accepted: return try settle(event.id, of: target)
        case .rejected(let why):
            try settle(event.id, of: target)
            (state, reason) = (.rejected, why)
        }
        try statement("INSERT OR REPLACE INTO delivery VALUES(?, ?, ?, ?, ?, ?, ?, ?)").run(
            Value(target), Value(state.rawValue), Value(event.priority.rawValue), Value(event.id.key), Value(number),
            Value(sequence.generation), Value(sequence.count), Value(reason))
    }

    /// Deletes an event from a target's queue.
    func settle(_ event: EventID, of target: Int64) throws(SQLiteError) {
        try statement(
            """
            DELETE FROM delivery WHERE target = ? AND state = 0 AND priority IN (1, 2, 3, 4) AND event = ?
            AND number = (SELECT number FROM event WHERE key = ? AND random = ?)
            """
        ).run(Value(target), Value(event.key), Value(event.key), Value(Int64(bitPattern: event.random)))
    }

    /// Moves an event from a target's queue to its refused events.
    func reject(_ event: EventID, of target: Int64, reason: String) throws(SQLiteError) {
        try statement(
            """
            UPDATE OR REPLACE delivery SET state = 2, reason = ?
            WHERE target = ? AND state = 0 AND priority IN (1, 2, 3, 4) AND event = ?
            AND number = (SELECT number FROM event WHERE key = ? AND random = ?)
            """
        ).run(
            Value(reason), Value(target), Value(event.key), Value(event.key),
            Value(Int64(bitPattern: event.random)))
    }

    /// Queues refused events of a target again with their old numbers: `event`, or all. Returns their ids.
    func putBack(_ event: EventID?, of target: Int64) throws(SQLiteError) -> [EventID] {
        let (first, last) = (event?.key ?? 0, event?.key ?? .max)
        let found = try statement(
            """
            SELECT d.event, e.random FROM delivery d JOIN event e ON e.number = d.number
            WHERE d.target = ? AND d.state = 2 AND d.priority IN (1, 2, 3, 4) AND d.event BETWEEN ? AND ?
            ORDER BY d.event
            """
        ).rows(Value(target), Value(first), Value(last)) { row throws(SQLiteError) in
            EventID(key: row.integer(at: 0), random: UInt64(bitPattern: row.integer(at: 1)))
        }
        guard event == nil || found == [event] else { return [] }
        try statement(
            """
            UPDATE OR REPLACE delivery SET state = 0, reason = NULL
            WHERE target = ? AND state = 2 AND priority IN (1, 2, 3, 4) AND event BETWEEN ? AND ?
            """
        ).run(Value(target), Value(first), Value(last))
        return found
    }

    // MARK: Reading

    private static let columns = """
        d.event, e.random, d.generation, d.count, d.priority, e.incident, e.incident_random, e.type, e.json, d.reason
        """

    private static func query(where condition: String, order: String) -> String {
        """
        SELECT \(columns) FROM delivery d CROSS JOIN event e ON e.number = d.number
        WHERE d.target = ? AND \(condition) ORDER BY \(order) LIMIT ?
        """
    }
    private static let queueQuery = query(where: "d.state = 0", order: "d.priority, d.event")
    private static let helpQuery = query(
        where: "d.state = 0 AND d.priority = 1 AND d.event > ?", order: "d.priority, d.event")
    private static let refusedQuery = query(where: "d.state = 2", order: "d.event DESC")

    /// The queue of a target, most urgent first, then oldest.
    ///
    /// - Parameter helpAfter: only events of priority 1 that are newer than this one; nil: all events.
    func queue(of target: Int64, limit: Int, helpAfter: EventID? = nil) throws(SQLiteError) -> [Delivery] {
        guard let helpAfter else {
            return try statement(Self.queueQuery).rows(Value(target), Value(limit), read: Self.delivery)
        }
        return try statement(Self.helpQuery)
            .rows(Value(target), Value(helpAfter.key), Value(limit), read: Self.delivery)
    }

    /// The events that a target refused, newest first.
    func refused(by target: Int64, limit: Int) throws(SQLiteError) -> [Delivery] {
        try statement(Self.refusedQuery).rows(Value(target), Value(limit), read: Self.delivery)
    }

    private static func delivery(_ row: Statement) throws(SQLiteError) -> Delivery {
        Delivery(
            event: EventID(key: row.integer(at: 0), random: UInt64(bitPattern: row.integer(at: 1))),
            sequence: SequenceNumber(generation: row.integer(at: 2), count: row.integer(at: 3)),
            priority: Priority(rawValue: Int(row.integer(at: 4))) ?? .routine,
            type: row.text(at: 7), incident: EventID(row, at: 5),
            json: CloudEvent(json: row.text(at: 8)), reason: row.optionalText(at: 9))
    }

    func isWaiting(_ event: EventID, for target: Int64) throws(SQLiteError) -> Bool {
        let found = try statement(
            """
            SELECT 1 FROM delivery WHERE target = ? AND state = 0 AND priority IN (1, 2, 3, 4) AND event = ?
            AND number = (SELECT number FROM event WHERE key = ? AND random = ?)
            """
        ).first(
            Value(target), Value(event.key), Value(event.key), Value(Int64(bitPattern: event.random))
        ) { row throws(SQLiteError) in row.integer(at: 0) }
        return found != nil
    }

    /// Numbers of queued and of refused events of a target.
    func tally(of target: Int64) throws(SQLiteError) -> (queued: Int, rejected: Int) {
        func count(_ state: DeliveryState) throws(SQLiteError) -> Int {
            Int(
                try statement("SELECT count(*) FROM delivery WHERE target = ? AND state = ?")
                    .first(Value(target), Value(state.rawValue)) { row throws(SQLiteError) in row.integer(at: 0) }
                    ?? 0)
        }
        return (try count(.queued), try count(.rejected))
    }
}
