// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// The platform's cases: one for each incident, from its first event to its outcome.
///
/// Used inside the store's transactions, while its lock is held.
final class CaseBook {
    /// The class to which the next event of an incident is handed over; nil: none is.
    var handOver: IncidentClass?
    private let connection: Connection
    private let find: Statement
    private let add: Statement
    private let change: Statement
    private let nextNumber: Statement
    private let findTicket: Statement

    /// - Throws: `SQLiteError` if the tables are not the platform's.
    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        find = try connection.prepare("\(Case.select) WHERE source = ? AND incident = ?")
        add = try connection.prepare(
            """
            INSERT INTO incident (source, incident, booth, subject, category, class, priority, test, count, state,
                ticket, handed, outcome, by, opened, updated)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        change = try connection.prepare(
            """
            UPDATE incident SET class = ?, priority = ?, count = ?, state = ?, ticket = ?, handed = ?, outcome = ?,
                by = ?, updated = ? WHERE number = ?
            """)
        nextNumber = try connection.prepare(
            "INSERT INTO series VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last")
        findTicket = try connection.prepare("SELECT 1 FROM incident WHERE ticket = ?")
    }

    /// Applies an event to its incident's case; opens one if there is none.
    ///
    /// - Returns: `rejected` if it is handed over; otherwise `accepted`, with the ticket unless another platform has
    ///   it.
    func apply(
        _ event: IncomingEvent, _ fields: IncomingEvent.IncidentFields, at now: CivilTime
    ) throws(SQLiteError) -> Verdict {
        let known = try find.first(.text(event.source), .text(fields.id.description), read: Case.init)
        var changed = known ?? Case(event, fields)
        changed.count = max(changed.count, fields.count)
        (changed.incidentClass, changed.priority) = (fields.incidentClass.rawValue, fields.priority)
        if let other = handOver, event.offersIncident {
            handOver = nil
            changed.handed = other.rawValue
            try keep(changed, of: event, at: now)
            return .rejected(reason: "reroute:\(other.rawValue)")
        }
        if changed.handed != nil {
            // The event was sent before the hand-over arrived: accept it, and change nothing.
            guard fields.isReturn else {
                try keep(changed, of: event, at: now)
                return .accepted(ticket: nil)
            }
            changed.beginAnew()
        }
        changed.advance(to: .accepted)
        changed.advance(to: fields.state)
        if let closing = fields.closing, changed.outcome == nil { changed.close(closing.outcome, by: closing.by) }
        if changed.ticket == nil { changed.ticket = try newTicket(for: fields.incidentClass, at: now) }
        try keep(changed, of: event, at: now)
        return .accepted(ticket: changed.ticket)
    }

    func keep(_ changed: Case, at now: CivilTime) throws(SQLiteError) {
        try change.run(
            .text(changed.incidentClass), .integer(changed.priority), .integer(changed.count),
            .text(changed.state.rawValue), Value(changed.ticket), Value(changed.handed), Value(changed.outcome),
            Value(changed.by), .text(now.rfc3339), .integer(changed.number))
    }

    private func keep(_ changed: Case, of event: IncomingEvent, at now: CivilTime) throws(SQLiteError) {
        guard changed.number == 0, let fields = event.incident else { return try keep(changed, at: now) }
        try add.run(
            .text(event.source), .text(changed.incident), .text(event.booth), Value(event.subject),
            .text(fields.category), .text(changed.incidentClass), .integer(changed.priority), Value(fields.isTest),
            .integer(changed.count), .text(changed.state.rawValue), Value(changed.ticket), Value(changed.handed),
            Value(changed.outcome), Value(changed.by), .text(now.rfc3339), .text(now.rfc3339))
    }

    /// A new ticket: `JQ` (警情) for police and faults, `SQ` (社区) for the community, then day and number.
    ///
    /// It stays the same if the class changes.
    private func newTicket(for incidentClass: IncidentClass, at now: CivilTime) throws(SQLiteError) -> String {
        let letters = incidentClass == .community ? "SQ" : "JQ"
        let day = now.rfc3339.prefix(10).filter { $0 != "-" }
        while true {
            let number = try nextNumber.first(.text(letters + day)) { $0.integer(at: 0) } ?? 0
            let digits = String(number)
            let ticket = "\(letters)\(day)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
            // A dispatcher may have given this ticket by hand.
            if try !isTaken(ticket) { return ticket }
        }
    }

    func isTaken(_ ticket: String) throws(SQLiteError) -> Bool {
        try findTicket.first(.text(ticket)) { $0.integer(at: 0) } != nil
    }

    // MARK: Finding a case

    /// The case with that incident id or ticket; `last` is the newest case. nil if there is none.
    func find(named name: String) throws(SQLiteError) -> Case? {
        guard name != "last" else {
            return try connection.prepare("\(Case.select) ORDER BY number DESC LIMIT 1").first(read: Case.init)
        }
        let lowered = name.lowercased()
        return try connection.prepare("\(Case.select) WHERE incident = ? OR ticket = ? ORDER BY number DESC LIMIT 1")
            .first(.text(lowered), .text(name), read: Case.init)
    }
}
