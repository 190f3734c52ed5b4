// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// Everything that the platform has received, in one SQLite file.
///
/// Not `Sendable`: used only while its lock is held.
final class PlatformStore {
    let connection: Connection
    private let findEvent: Statement
    private let addEvent: Statement
    private let countCopy: Statement
    private let addConflict: Statement
    private let findStatus: Statement
    private let keepStatus: Statement
    let cases: CaseBook

    /// Opens the file, or makes it.
    ///
    /// - Throws: `SQLiteError` if it cannot be opened or is not the platform's.
    init(path: String) throws(SQLiteError) {
        connection = try Connection(path: path)
        try connection.execute(Schema.pragmas)
        try Self.makeTables(on: connection)
        findEvent = try connection.prepare("SELECT ticket, body, rejected FROM event WHERE source = ? AND id = ?")
        addEvent = try connection.prepare(
            """
            INSERT INTO event (source, id, type, subject, sequence, incident, ticket, rejected, received, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
        cases = try CaseBook(connection)
    }

    private static func makeTables(on connection: Connection) throws(SQLiteError) {
        try connection.transaction { () throws(SQLiteError) in
            switch try connection.integer("PRAGMA user_version") ?? 0 {
            case Schema.version: return
            case 0: try connection.execute(Schema.tables)
            case let other:
                throw SQLiteError(
                    .open, extendedCode: 26,
                    message: "tables of version \(other), not \(Schema.version): another booth-platform made them")
            }
        }
    }

    /// Stores the events of one request in one transaction. When this returns, they are on disk.
    ///
    /// - Returns: a verdict for each event, in their order.
    /// - Throws: `SQLiteError`; then none is stored.
    func keep(_ events: [IncomingEvent]) throws(SQLiteError) -> [Verdict] {
        let handOver = cases.handOver
        do throws(SQLiteError) {
            return try connection.transaction { () throws(SQLiteError) in
                let now = CivilTime.now()
                var verdicts: [Verdict] = []
                for event in events { verdicts.append(try keep(event, at: now)) }
                return verdicts
            }
        } catch {
            // The transaction failed, so nothing was handed over.
            cases.handOver = handOver
            throw error
        }
    }

    private func keep(_ event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> Verdict {
        if event.isStatus { return try keepStatus(of: event, at: now) }
        let id = event.id.description
        let kept = try findEvent.first(.text(event.source), .text(id)) { row in
            (ticket: row.optionalText(at: 0), body: Array(row.text(at: 1).utf8), rejected: row.optionalText(at: 2))
        }
        guard let kept else { return try add(event, at: now) }
        guard kept.body == event.bytes || (try? JSONDocument(kept.body))?.value == event.json else {
            try addConflict.run(.text(event.source), .text(id), .text(now.rfc3339), event.text)
            return .rejected(reason: "conflict: this id was sent before with another body")
        }
        try countCopy.run(.text(event.source), .text(id))
        if let reason = kept.rejected { return .rejected(reason: reason) }
        return .duplicate(ticket: kept.ticket)
    }

    private func add(_ event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> Verdict {
        var verdict = Verdict.accepted(ticket: nil)
        if let incident = event.incident { verdict = try cases.apply(event, incident, at: now) }
        if let answer = event.answer { try apply(answer, from: event.booth, at: now) }
        try addEvent.run(
            .text(event.source), .text(event.id.description), .text(event.type), Value(event.subject),
            Value(event.sequence), Value(event.incident?.id.description), Value(verdict.ticket), Value(verdict.reason),
            .text(now.rfc3339), event.text)
        return verdict
    }

    private func keepStatus(of event: IncomingEvent, at now: CivilTime) throws(SQLiteError) -> Verdict {
        let last = try findStatus.first(.text(event.source)) { $0.text(at: 0) }
        guard last != event.id.description else { return .duplicate(ticket: nil) }
        try keepStatus.run(.text(event.source), .text(event.id.description), .text(now.rfc3339), event.text)
        return .accepted(ticket: nil)
    }
}

/// The platform's answer to one event.
enum Verdict: Sendable, Equatable {
    case accepted(ticket: String?)
    case duplicate(ticket: String?)
    case rejected(reason: String)

    /// The word in a receipt.
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

    /// Why it is rejected; nil if it is not.
    var reason: String? {
        if case .rejected(let reason) = self { reason } else { nil }
    }
}

extension IncomingEvent {
    fileprivate var text: Value { .text(String(decoding: bytes, as: UTF8.self)) }
}

extension CivilTime {
    /// The wall clock's reading in the process's time zone.
    static func now() -> CivilTime {
        CivilTime(wallMilliseconds: wallMilliseconds())
    }
}
