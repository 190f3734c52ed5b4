// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

/// An entry on its way to the file, its deliveries numbered.
struct PendingEntry {
    /// One event's place in one target's queue.
    struct Delivery {
        let event: JournalEntry.Event
        let target: TargetID
        let count: Int64
        var state = JournalStore.DeliveryState.queued
        var reason: String?
    }

    /// A settled row of a queue.
    struct Settled {
        let target: Int64
        let event: EventID
        let priority: Priority
        let count: Int64
        let state: JournalStore.DeliveryState
        let reason: String?
    }

    var entry: JournalEntry
    var deliveries: [Delivery] = []
    var settled: [Settled] = []

    init(_ entry: JournalEntry) {
        self.entry = entry
    }

    /// Whether it may be given up while the disk refuses for long: it is about no call for help, ends nothing, and
    /// carries no answer and no memory but such as is told again.
    var isExpendable: Bool {
        guard settled.isEmpty, !entry.tellsOfLoss, entry.tasks.isEmpty, entry.incidents.allSatisfy(\.isOpen),
            entry.memory == nil || entry.canBeToldAgain
        else { return false }
        return (entry.events.map(\.priority) + entry.incidents.map(\.priority)).allSatisfy { $0 > .help }
    }

    /// The most urgent of what it is about.
    var priority: Priority { (entry.events.map(\.priority) + entry.incidents.map(\.priority)).min() ?? .routine }
}

extension JournalStore {
    /// Writes entries in one transaction; of whatever occurs in several, the last one. To write them once more changes
    /// nothing.
    ///
    /// - Parameter number: a target's number in the file.
    func write(_ pending: [PendingEntry], number: (TargetID) -> Int64?) throws(SQLiteError) {
        let isSynced = pending.contains { !$0.entry.canBeToldAgain }
        let tasks = pending.flatMap(\.entry.tasks)
        let memory = pending.last { $0.entry.memory != nil }?.entry.memory
        let incidents = Self.last(of: pending.flatMap(\.entry.incidents), by: \.id)
        let hasAdditions = memory != nil || !tasks.isEmpty || !incidents.allSatisfy(\.isOpen)
        try transaction(synced: isSynced, withAdditions: hasAdditions) { () throws(SQLiteError) in
            for item in pending {
                for event in item.entry.events { try insert(event) }
                for delivery in item.deliveries {
                    guard let target = number(delivery.target) else { continue }
                    try insertDelivery(
                        of: delivery.event, to: target, count: delivery.count, state: delivery.state,
                        reason: delivery.reason)
                }
                for row in item.settled { try settle(row) }
            }
            if pending.contains(where: \.entry.tellsOfLoss) { try noteLossTold() }
            for incident in incidents {
                if incident.isOpen { try put(incident) } else { try close(incident, newestKey: pending.newestKey) }
            }
            for point in Self.last(of: pending.flatMap(\.entry.points), by: \.point) { try put(point) }
            for task in tasks { try put(task) }
            if let memory { try put(memory) }
        }
    }

    /// The last row of each key, the newest first.
    private static func last<Row, Key: Hashable>(of rows: [Row], by key: (Row) -> Key) -> [Row] {
        var seen: Set<Key> = []
        return rows.reversed().filter { seen.insert(key($0)).inserted }
    }
}

extension [PendingEntry] {
    /// The key of the newest event; nil where there is none.
    fileprivate var newestKey: Int64? { lazy.flatMap(\.entry.events).map(\.id.key).max() }
}
