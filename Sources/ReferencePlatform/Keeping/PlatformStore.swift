// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite

/// What the platform has received, in one SQLite file.
///
/// Not `Sendable`: whoever holds its lock uses it.
final class PlatformStore {
    let connection: Connection
    private let findEvent: Statement
    private let addEvent: Statement
    private let countCopy: Statement
    private let addConflict: Statement
    private let findStatus: Statement
    private let keepStatus: Statement
    private let findTicket: Statement
    private let addTicket: Statement
    private let nextNumber: Statement

    /// Opens the file, or makes it.
    ///
    /// - Throws: `SQLiteError` when it cannot be opened or is not the platform's.
    init(path: String) throws(SQLiteError) {
        connection = try Connection(path: path)
        try connection.execute(Schema.pragmas)
        try Self.makeTables(on: connection)
        findEvent = try connection.prepare("SELECT ticket, body FROM event WHERE source = ? AND id = ?")
        addEvent = try connection.prepare(
            """
            INSERT INTO event (source, id, type, subject, sequence, incident, ticket, received, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        countCopy = try connection.prepare("UPDATE event SET copies = copies + 1 WHERE source = ? AND id = ?")
        addConflict = try connection.prepare(
            "INSERT INTO conflict (source, id, received, body) VALUES (?, ?, ?, ?)")
        findStatus = try connection.prepare("SELECT id FROM status WHERE source = ?")
        keepStatus = try connection.prepare(
            """
            INSERT INTO status (source, id, received, body) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET id = excluded.id, received = excluded.received, count = count + 1,
                body = excluded.body
            """)
        findTicket = try connection.prepare("SELECT ticket FROM ticket WHERE source = ? AND incident = ?")
        addTicket = try connection.prepare("INSERT INTO ticket (source, incident, ticket) VALUES (?, ?, ?)")
        nextNumber = try connection.prepare(
            "INSERT INTO series VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last")
    }

    private static func makeTables(on connection: Connection) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            switch try connection.integer("PRAGMA user_version") ?? 0 {
            case Schema.version: return
            case 0: try connection.execute(Schema.tables)
            case let other:
                throw SQLiteError(.open, extendedCode: 26, message: "tables of version \(other), not 1")
            }
        }
    }

    /// Keeps the events of one request in one transaction: when this returns, they are on disk.
    ///
    /// - Returns: a verdict for each, in their order.
    /// - Throws: `SQLiteError`; none is kept then.
    func keep(_ events: [IncomingEvent]) throws(SQLiteError) -> [Verdict] {
        try connection.transaction { () throws(SQLiteError) in
            let now = CivilTime.now()
            var verdicts: [Verdict] = []
            for event in events { verdicts.append(try keep(event, at: now)) }
            return verdicts
        }
    }

    private func keep(_ event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> Verdict {
        if event.isStatus { return try keepStatus(of: event, at: now) }
        let id = event.id.description
        let kept = try findEvent.first(.text(event.source), .text(id)) { row in
            (ticket: row.optionalText(at: 0), body: Array(row.text(at: 1).utf8))
        }
        guard let kept else { return .accepted(ticket: try add(event, at: now)) }
        guard kept.body == event.bytes || (try? JSONDocument(kept.body))?.value == event.json else {
            try addConflict.run(.text(event.source), .text(id), .text(now.rfc3339), event.text)
            return .rejected(reason: "conflict: this id was sent before with another body")
        }
        try countCopy.run(.text(event.source), .text(id))
        return .duplicate(ticket: kept.ticket)
    }

    private func add(_ event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> String? {
        var ticket: String?
        if let incident = event.incident { ticket = try self.ticket(of: incident, from: event.source, at: now) }
        try addEvent.run(
            .text(event.source), .text(event.id.description), .text(event.type), Value(event.subject),
            Value(event.sequence), Value(event.incident?.id.description), Value(ticket), .text(now.rfc3339), event.text)
        return ticket
    }

    private func keepStatus(of event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> Verdict {
        let last = try findStatus.first(.text(event.source)) { $0.text(at: 0) }
        guard last != event.id.description else { return .duplicate(ticket: nil) }
        try keepStatus.run(.text(event.source), .text(event.id.description), .text(now.rfc3339), event.text)
        return .accepted(ticket: nil)
    }

    /// The ticket of an incident: `JQ` (警情) for police and faults, `SQ` (社区) for the community, day and number.
    ///
    /// It is given at the first event of the incident that arrives, and stays whatever the class becomes.
    private func ticket(
        of incident: IncomingEvent.IncidentFields, from source: String, at now: CivilTime
    ) throws(SQLiteError) -> String {
        let id = incident.id.description
        if let given = try findTicket.first(.text(source), .text(id), read: { $0.text(at: 0) }) { return given }
        let letters = incident.incidentClass == .community ? "SQ" : "JQ"
        let day = now.rfc3339.prefix(10).filter { $0 != "-" }
        let number = try nextNumber.first(.text(letters + day)) { $0.integer(at: 0) } ?? 0
        let digits = String(number)
        let ticket = "\(letters)\(day)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
        try addTicket.run(.text(source), .text(id), .text(ticket))
        return ticket
    }
}

/// The platform's word on one event.
enum Verdict: Sendable, Equatable {
    case accepted(ticket: String?)
    case duplicate(ticket: String?)
    case rejected(reason: String)

    /// As a receipt spells it.
    var result: String {
        switch self {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .rejected: "rejected"
        }
    }

    var ticket: String? {
        switch self {
        case .accepted(let ticket), .duplicate(let ticket): ticket
        case .rejected: nil
        }
    }
}

extension IncomingEvent {
    fileprivate var text: Value { .text(String(decoding: bytes, as: UTF8.self)) }
}

extension CivilTime {
    /// The wall clock's reading in the process's time zone.
    static func now() -> CivilTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return CivilTime(wallMilliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
