// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// Reads a history from the file, one slice in each turn of the journal's thread, so that no press waits for it. Only
/// the keys of open incidents are kept in memory.
///
/// The order is: memory, open incidents, closed incidents, records. An incident that changes meanwhile is met again and
/// skipped; it counts as it stood when it was first met.
///
/// Events are found by the time in their ids, which follows the wall clock. If the clock was set back, ids keep the
/// highest time so far until the clock has reached it again. So the search is off by as much.
struct HistoryReading {
    let from: WallTime
    let to: WallTime
    private var reader: any HistoryReader
    private var stage = Stage.memory
    private var isCapped = false
    private var incidents = 0
    /// Keys of incidents that were given from memory or while they were open.
    private var givenIncidents: Set<Int64> = []
    private var givenRecords: Set<Int64> = []

    private enum Stage {
        case memory
        case open(after: Int64)
        case closed(after: JournalStore.Ending)
        case records(from: Int64)
    }

    /// The most incidents in one history; this limits the time that one query takes.
    static let mostIncidents = 100_000
    /// Rows in one slice; takes some milliseconds.
    private static let slice = 500
    /// A smaller slice for incidents: decoding their JSON takes longer.
    private static let incidentSlice = 100
    /// Milliseconds by which the time in an incident's id may be later than the incident itself. Usually it is seconds.
    private static let notice: Int64 = 86_400_000

    init(from: WallTime, to: WallTime, reader: any HistoryReader) {
        self.from = from
        self.to = to
        self.reader = reader
    }

    /// Whether nothing was given yet, not even from memory.
    var isNew: Bool { if case .memory = stage { true } else { false } }

    /// Gives what is only in memory; oldest first.
    mutating func begin(with pending: [JournalEntry.Event], _ unwritten: [Incident]) {
        let newest = Dictionary(unwritten.map { ($0.id, $0) }, uniquingKeysWith: { _, newer in newer })
        givenIncidents = Set(newest.keys.map(\.key))
        give(newest.values.sorted { $0.id < $1.id })
        let keys = Self.key(at: from)..<Self.key(at: to)
        let records = pending.filter { keys.contains($0.id.key) && $0.type == EventType.record.rawValue }
        givenRecords = Set(records.map(\.id.key))
        if !records.isEmpty { reader.apply(records.map(\.event)) }
        stage = .open(after: .min)
    }

    /// Reads one slice and gives it to the reader.
    ///
    /// - Returns: whether it was the last.
    mutating func advance(in store: JournalStore) throws(SQLiteError) -> Bool {
        switch stage {
        case .memory: break
        case .open(let key): try readOpen(after: key, in: store)
        case .closed(let ending): try readClosed(after: ending, in: store)
        case .records(let key): return try readRecords(from: key, in: store)
        }
        return false
    }

    private mutating func readOpen(after key: Int64, in store: JournalStore) throws(SQLiteError) {
        let rows = try store.openIncidents(after: key, limit: Self.incidentSlice)
        give(rows.compactMap { givenIncidents.insert($0.key).inserted ? $0.incident : nil })
        if let last = rows.last, rows.count == Self.incidentSlice, !isCapped {
            stage = .open(after: last.key)
        } else {
            stage = .closed(after: .init(time: from.milliseconds))
        }
    }

    private mutating func readClosed(after ending: JournalStore.Ending, in store: JournalStore) throws(SQLiteError) {
        let end = Self.key(at: to) + Self.notice << 12
        let rows = try store.closedIncidents(after: ending, below: end, limit: Self.incidentSlice)
        give(rows.compactMap { givenIncidents.contains($0.ending.key) ? nil : $0.incident })
        if let last = rows.last, rows.count == Self.incidentSlice, !isCapped {
            stage = .closed(after: last.ending)
        } else {
            stage = .records(from: Self.key(at: from))
        }
    }

    private mutating func readRecords(from key: Int64, in store: JournalStore) throws(SQLiteError) -> Bool {
        let rows = try store.events(.record, from: key, below: Self.key(at: to), limit: Self.slice)
        let records = rows.compactMap { givenRecords.contains($0.key) ? nil : $0.event }
        if !records.isEmpty { reader.apply(records) }
        guard let last = rows.last, rows.count == Self.slice else { return true }
        stage = .records(from: last.key + 1)
        return false
    }

    /// Tells the reader that the history is complete, and frees the memory used by the reading.
    func finish(in store: JournalStore) throws(SQLiteError) {
        try store.releaseMemory()
        let oldest = try store.oldestKey()
        reader.finish(
            .success(
                HistoryEnd(
                    isCapped: isCapped, from: oldest.map { WallTime(milliseconds: $0 >> 12) },
                    chain: ChainHead(head: store.head.hash.hexadecimal, events: store.head.number))))
    }

    func refuse() { reader.finish(.failure(HistoryRefusal())) }

    private mutating func give(_ found: [Incident]) {
        let wanted = found.filter { incident in
            let opened = incident.opened.wallMilliseconds ?? incident.id.milliseconds
            let closed = incident.closing?.act.at.wallMilliseconds ?? .max
            return opened < to.milliseconds && closed >= from.milliseconds
        }
        let given = wanted.prefix(Self.mostIncidents - incidents)
        if given.count < wanted.count { isCapped = true }
        incidents += given.count
        if !given.isEmpty { reader.apply(Array(given)) }
    }

    /// The lowest key of that millisecond.
    private static func key(at time: WallTime) -> Int64 { min(max(time.milliseconds, 0), 1 << 48 - 1) << 12 }
}

extension JournalWriter {
    /// Reads one slice of the history at the front.
    func readOn() {
        guard !readings.isEmpty else { return }
        guard let file else { return readings.removeFirst().refuse() }
        do throws(SQLiteError) {
            if readings[0].isNew { readings[0].begin(with: pending.flatMap(\.entry.events), unwritten) }
            guard try readings[0].advance(in: file.store) else { return }
            try readings[0].finish(in: file.store)
            readings.removeFirst()
        } catch {
            refuse(.database(error))
            readings.removeFirst().refuse()
        }
    }
}
