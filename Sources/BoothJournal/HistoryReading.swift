// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// What a booth went through in a span of time, for reports.
package struct BoothHistory: Sendable {
    /// Incidents that were open at some time of the span, oldest first: opened before its end, and not closed before it
    /// began.
    package var incidents: [Incident] = []
    /// The span's `cn.boothd.record.v1` events, oldest first, each with its key.
    package var records: [(key: Int64, event: CloudEvent)] = []
    /// Whether there was more than fits: 10,000 incidents, 20,000 records.
    package var isCapped = false

    package init() {}
}

/// A history on its way from the file: a slice for each turn of the journal's thread, so that no press waits for it.
///
/// Events are found by their ids' time, which goes with the wall clock; where that was set back, ids stay at the highest
/// time there was until the clock has come up to it, and so does what is found.
struct HistoryReading {
    let from: WallTime
    let to: WallTime
    let reply: @Sendable (BoothHistory?) -> Void
    private var stage = Stage.open
    private var incidents: [EventID: Incident] = [:]
    private var history = BoothHistory()

    private enum Stage {
        case open
        case closed(after: JournalStore.Ending)
        case records(from: Int64)
    }

    private static let mostIncidents = 10_000
    private static let mostRecords = 20_000
    /// Rows of one slice: some milliseconds.
    private static let slice = 500
    /// Incidents are read from their text, which takes longer.
    private static let incidentSlice = 100
    /// Milliseconds; an id is made when the thing is noticed, which is later than it happened, seldom by more than seconds.
    private static let notice: Int64 = 86_400_000

    init(from: WallTime, to: WallTime, reply: @escaping @Sendable (BoothHistory?) -> Void) {
        self.from = from
        self.to = to
        self.reply = reply
    }

    /// Reads one slice.
    ///
    /// - Returns: whether it was the last.
    mutating func advance(in store: JournalStore) throws(SQLiteError) -> Bool {
        switch stage {
        case .open:
            for incident in try store.openIncidents() { take(incident) }
            stage = .closed(after: .init(time: from.milliseconds))
        case .closed(let ending): try readClosed(after: ending, in: store)
        case .records(let key): return try readRecords(from: key, in: store)
        }
        return false
    }

    private mutating func readClosed(after ending: JournalStore.Ending, in store: JournalStore) throws(SQLiteError) {
        let end = Self.key(at: to) + Self.notice << 12
        let rows = try store.closedIncidents(after: ending, below: end, limit: Self.incidentSlice)
        for row in rows {
            if let incident = row.incident { take(incident) }
        }
        let isLast = rows.count < Self.incidentSlice || history.isCapped
        if let last = rows.last, !isLast {
            stage = .closed(after: last.ending)
        } else {
            stage = .records(from: Self.key(at: from))
        }
    }

    private mutating func readRecords(from key: Int64, in store: JournalStore) throws(SQLiteError) -> Bool {
        let rows = try store.events(.record, from: key, below: Self.key(at: to), limit: Self.slice)
        for row in rows {
            if let event = row.event { take(record: event, key: row.key) }
        }
        let isFull = history.isCapped && history.records.count == Self.mostRecords
        guard let last = rows.last, rows.count == Self.slice, !isFull else { return true }
        stage = .records(from: last.key + 1)
        return false
    }

    /// Adds what is only in memory, newest last, and answers.
    mutating func finish(with pending: [JournalEntry.Event], _ unwritten: [Incident]) {
        for incident in unwritten { take(incident) }
        for event in pending where (Self.key(at: from)..<Self.key(at: to)).contains(event.id.key) {
            if event.event.isOfType(.record) { take(record: event.event, key: event.id.key) }
        }
        history.incidents = incidents.values.sorted { $0.id < $1.id }
        reply(history)
    }

    /// The newest that is known of an incident is taken last.
    private mutating func take(_ incident: Incident) {
        let opened = incident.opened.wallMilliseconds ?? incident.id.milliseconds
        let closed = incident.closing?.act.at.wallMilliseconds ?? .max
        guard opened < to.milliseconds, closed >= from.milliseconds else { return }
        guard incidents.count < Self.mostIncidents || incidents[incident.id] != nil else {
            history.isCapped = true
            return
        }
        incidents[incident.id] = incident
    }

    private mutating func take(record event: CloudEvent, key: Int64) {
        guard history.records.count < Self.mostRecords else {
            history.isCapped = true
            return
        }
        history.records.append((key, event))
    }

    /// The lowest key of that millisecond.
    private static func key(at time: WallTime) -> Int64 { min(max(time.milliseconds, 0), 1 << 48 - 1) << 12 }
}

extension JournalWriter {
    /// Reads a slice of the history that is at work.
    func readOn() {
        guard !readings.isEmpty else { return }
        guard let store else { return readings.removeFirst().reply(nil) }
        do throws(SQLiteError) {
            guard try readings[0].advance(in: store) else { return }
            var reading = readings.removeFirst()
            reading.finish(with: pending.flatMap(\.entry.events), unwritten)
        } catch {
            refuse(error)
            readings.removeFirst().reply(nil)
        }
    }
}
