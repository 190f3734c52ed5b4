// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import FoundationEssentials
import SQLite

/// Verifies the hash chain, one slice in each turn of the journal's thread.
///
/// It checks each event's hash, and the link to the hash of the event before it. A gap in the numbers is allowed only
/// where history was thinned. The newest event must be the last one that the agent wrote. If a daily report gave the
/// hash of an event, that event must have this hash.
struct ChainVerification {
    let reply: @Sendable (ChainFindings?) -> Void
    private var findings = ChainFindings()
    private var stage: Stage
    /// The last event that was checked; nil before the first.
    private var link: ChainLink?

    private enum Stage {
        /// Looks for the newest daily report among the events below this number.
        case seeking(below: Int64)
        /// Checks the events from this number on.
        case walking(from: Int64)
    }

    /// Events in one slice; takes some milliseconds.
    private static let slice: Int64 = 200
    /// How many events back a daily report is searched for: far more than lie between two reports.
    private static let mostSinceReport: Int64 = 20_000

    init(isFull: Bool, reply: @escaping @Sendable (ChainFindings?) -> Void) {
        self.reply = reply
        // A full check also finds rows that somebody inserted before the first event.
        stage = isFull ? .walking(from: .min) : .seeking(below: ChainLink.numbers.upperBound)
    }

    /// Checks one slice.
    ///
    /// - Returns: whether it was the last.
    mutating func advance(in store: JournalStore) throws(SQLiteError) -> Bool {
        switch stage {
        case .seeking(let end):
            stage = try start(below: store.head.number < end ? store.head.number + 1 : end, in: store)
            return false
        case .walking(let first): return try walk(from: first, in: store)
        }
    }

    /// Replies with the findings.
    ///
    /// - Returns: the damage to handle; nil if the file is whole. A whole file may still contradict what was reported
    ///   to the platforms.
    func finish() -> SQLiteError? {
        reply(findings)
        switch findings.problem {
        case .changed, .missing: return findings.at.flatMap { $0 > 0 ? JournalStore.changed(number: $0) : nil }
        case .contradicted, .unreadable, nil: return nil
        }
    }

    /// Replies that the file cannot be read at this place.
    func finishUnreadable() {
        var findings = findings
        findings.problem = .unreadable
        if case .walking(let first) = stage { findings.at = max(1, first) }
        reply(findings)
    }

    // MARK: Where to begin

    /// Looks for the newest daily report in the slice below `end`. The walk then begins with the event whose hash that
    /// report gave, because nobody outside the booth knows the hashes after it.
    private func start(below end: Int64, in store: JournalStore) throws(SQLiteError) -> Stage {
        let first = end - Self.slice
        guard let report = try store.dailyReports(from: first, below: end).last else {
            if first <= 1 { return .walking(from: .min) }
            return first > store.head.number - Self.mostSinceReport ? .seeking(below: first) : .walking(from: first)
        }
        guard let told = report.head, told.events < report.number, try store.isTold(told),
            try store.hasEvent(told.events)
        else { return .walking(from: report.number) }
        return .walking(from: told.events)
    }

    // MARK: The walk

    private mutating func walk(from first: Int64, in store: JournalStore) throws(SQLiteError) -> Bool {
        let thinned = try store.thinned()
        let rows = try store.chainedEvents(from: first, limit: Int(Self.slice))
        // The number of the next event, if it was not thinned.
        var expected = max(1, first)
        for row in rows {
            findings.checked += 1
            if let problem = problem(of: row, expected, thinned, store.chain) { return end(problem) }
            guard let event = row.event else { break }
            note(event)
            expected = row.number + 1
        }
        if let last = rows.last?.number, let number = try contradiction(from: first, through: last, in: store) {
            return end((.contradicted, number))
        }
        stage = .walking(from: expected)
        guard rows.count < Self.slice else { return false }
        return end(problem(atEnd: store.head))
    }

    private mutating func note(_ event: ChainedEvent) {
        let place = ChainFindings.Place(number: event.number, time: WallTime(milliseconds: event.id.milliseconds))
        if findings.oldest == nil { findings.oldest = place }
        findings.newest = place
        findings.head = ChainHead(head: event.hash.hexadecimal, events: event.number)
        link = event.link
    }

    /// Notes the problem, if there is one.
    ///
    /// - Returns: always true: the walk is over.
    private mutating func end(_ problem: (ChainFindings.Problem, Int64)?) -> Bool {
        if let problem { (findings.problem, findings.at) = problem }
        return true
    }

    private func problem(
        of row: (number: Int64, event: ChainedEvent?), _ expected: Int64, _ thinned: Int64, _ chain: EventChain
    ) -> (ChainFindings.Problem, Int64)? {
        guard ChainLink.numbers.contains(row.number), let event = row.event, chain.proves(event) else {
            return (.changed, row.number)
        }
        if row.number > expected, row.number - 1 > thinned { return (.missing, max(expected, thinned + 1)) }
        if row.number == 1, event.previous != ChainLink.start.hash { return (.changed, 1) }
        guard let link, row.number == link.number + 1, event.previous != link.hash else { return nil }
        // The later event names the original hash. So the earlier event was changed and got a new hash.
        return (.changed, link.number)
    }

    /// The last event in the file must be the last one that the agent wrote.
    private func problem(atEnd head: ChainLink) -> (ChainFindings.Problem, Int64)? {
        let last = link ?? .start
        if last.number < head.number { return (.missing, last.number + 1) }
        return last == head ? nil : (.changed, last.number)
    }

    /// Compares the hashes that daily reports gave with the hashes of the events in the file.
    ///
    /// - Returns: the number of the event whose reported hash is different; nil: there is none.
    private mutating func contradiction(
        from first: Int64, through last: Int64, in store: JournalStore
    ) throws(SQLiteError) -> Int64? {
        for report in try store.dailyReports(from: first, below: last + 1) {
            guard let told = report.head, told.events < report.number, try store.isTold(told),
                let row = try store.chainedEvents(from: told.events, limit: 1).first, row.number == told.events
            else { continue }
            guard row.event?.hash.hexadecimal == told.head else { return told.events }
            findings.reports += 1
            findings.reported = told
        }
        return nil
    }
}

extension JournalStore {
    /// The daily reports in a range of numbers, oldest first, each with the chain head that it gave; nil if it gave
    /// none.
    ///
    /// It searches the JSON, which the chain covers. Somebody who changed the column `type` could hide a report, or
    /// make another event look like one.
    fileprivate func dailyReports(
        from first: Int64, below end: Int64
    ) throws(SQLiteError) -> [(number: Int64, head: ChainHead?)] {
        try statement(
            "SELECT number, json FROM event WHERE number >= ? AND number < ? AND instr(json, ?) > 0 ORDER BY number"
        ).rows(Value(first), Value(end), Value(CloudEvent.dailyReportMember)) { row throws(SQLiteError) in
            (row.integer(at: 0), CloudEvent(json: row.text(at: 1)).chainHead)
        }
    }

    /// Whether a reported head belongs to this chain. Reports from a damaged journal refer to another chain.
    fileprivate func isTold(_ head: ChainHead) throws(SQLiteError) -> Bool { head.events > (try origin() ?? 0) }

    fileprivate func hasEvent(_ number: Int64) throws(SQLiteError) -> Bool {
        try statement("SELECT 1 FROM event WHERE number = ?").first(Value(number)) { row throws(SQLiteError) in
            row.integer(at: 0)
        } != nil
    }

    /// Events up to this number were read out of a damaged journal; nil: none was read out to its end.
    func origin() throws(SQLiteError) -> Int64? {
        try number("origin", in: 0...ChainLink.numbers.upperBound)
    }
}

extension CloudEvent {
    /// How the encoder writes the type. It cannot occur inside a text, because quotation marks are escaped there.
    static let dailyReportMember = "\"type\":\"\(EventType.dailyReport.rawValue)\""

    /// The chain head in a daily report; nil if the event has none.
    fileprivate var chainHead: ChainHead? {
        struct Envelope: Decodable {
            struct Content: Decodable { let chain: ChainHead? }
            let data: Content
        }
        return (try? JSONDecoder().decode(Envelope.self, from: Data(json.utf8)))?.data.chain
    }
}

extension JournalWriter {
    /// Checks one slice of the chain verification at the front.
    func verifyOn() {
        guard !verifications.isEmpty else { return }
        guard let file else { return verifications.removeFirst().reply(nil) }
        do throws(SQLiteError) {
            guard try verifications[0].advance(in: file.store) else { return }
        } catch {
            let verification = verifications.removeFirst()
            if error.isDamage { verification.finishUnreadable() } else { verification.reply(nil) }
            return refuse(.database(error))
        }
        // Damage found here is handled like damage found by the daily inspection.
        if let damage = verifications.removeFirst().finish() { refuse(.database(damage)) }
    }
}
