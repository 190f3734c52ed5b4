// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

struct PendingEntry {
    struct Delivery {
        let event: JournalEntry.Event
        let target: TargetID
        /// nil: no number yet. It is given when the event is written, or when it is sent from memory.
        var sequence: SequenceNumber?
        /// The target's answer to an event that was sent from memory; nil: none yet.
        var outcome: JournalEntry.Settlement.Outcome?
    }

    var entry: JournalEntry
    var deliveries: [Delivery] = []
    /// Answers to events that are in the file.
    var settled: [JournalEntry.Settlement] = []

    init(_ entry: JournalEntry) {
        self.entry = entry
    }

    /// Whether it may be dropped if the disk fails for long. Not expendable: calls for help, ends of incidents,
    /// settlements, reports of a loss, tasks, and a memory that would not be recorded again.
    var isExpendable: Bool {
        guard settled.isEmpty, !entry.tellsOfLoss, entry.tasks.isEmpty, entry.incidents.allSatisfy(\.isOpen),
            entry.memory == nil || entry.canBeToldAgain
        else { return false }
        return (entry.events.map(\.priority) + entry.incidents.map(\.priority)).allSatisfy { $0 > .help }
    }

    /// The highest priority of its events and incidents.
    var priority: Priority { (entry.events.map(\.priority) + entry.incidents.map(\.priority)).min() ?? .routine }

    var isAnswered: Bool { deliveries.allSatisfy { $0.outcome != nil } }
}

extension JournalStore {
    /// Writes entries; if a value occurs in several entries, the last one counts. Writing them twice changes nothing.
    ///
    /// - Parameter number: a target's number in the file.
    func write(_ pending: [PendingEntry], number: (TargetID) -> Int64?) throws(SQLiteError) {
        for item in pending {
            for event in item.entry.events {
                let row = try put(event)
                for delivery in item.deliveries where delivery.event.id == event.id {
                    // Without number and sequence the event would be recorded but be in no queue.
                    guard let target = number(delivery.target), let sequence = delivery.sequence else {
                        throw Self.unknownQueue
                    }
                    try put(delivery, number: row, sequence: sequence, of: target)
                }
            }
            for settlement in item.settled {
                guard let target = number(settlement.target) else { throw Self.unknownQueue }
                switch settlement.outcome {
                case .accepted: try settle(settlement.event, of: target)
                case .rejected(let reason): try reject(settlement.event, of: target, reason: reason)
                }
            }
        }
        for incident in Self.last(of: pending.flatMap(\.entry.incidents), by: \.id) {
            if incident.isOpen { try put(incident) } else { try close(incident, newestKey: pending.newestKey) }
        }
        for point in Self.last(of: pending.flatMap(\.entry.points), by: \.point) { try put(point) }
        for task in pending.flatMap(\.entry.tasks) { try put(task) }
        if let memory = pending.last(where: { $0.entry.memory != nil })?.entry.memory { try put(memory) }
    }

    /// The queues of the file are not known, so the file has to be opened again (SQLITE_MISUSE).
    static let unknownQueue = SQLiteError(.execute, extendedCode: 21, message: "the queues of the file are not known")

    /// Appends an event if the file does not have it already.
    ///
    /// - Returns: its number.
    private func put(_ event: JournalEntry.Event) throws(SQLiteError) -> Int64 {
        if let number = try append(event) { return number }
        return try number(of: event.id) ?? 0
    }

    /// The last row of each key, newest first.
    private static func last<Row, Key: Hashable>(of rows: [Row], by key: (Row) -> Key) -> [Row] {
        var seen: Set<Key> = []
        return rows.reversed().filter { seen.insert(key($0)).inserted }
    }
}

extension [PendingEntry] {
    /// The key of the newest event; nil if there is none.
    fileprivate var newestKey: Int64? { lazy.flatMap(\.entry.events).map(\.id.key).max() }

    var eventCount: Int { reduce(0) { $0 + $1.entry.events.count } }
}
