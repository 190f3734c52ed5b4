// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Events that were not let through to the platform, each of them sent alone. Pure.
///
/// As long as nothing passes, the way is blocked, and not the event: all are tried again once something passes. An event
/// that is not let through after that is disliked itself, by a firewall for example. It is tried less and less often, and
/// the others do not wait for it.
package struct BlockedEvents: Sendable {
    /// At most so many are remembered.
    package static let most = 1000

    private struct Record {
        /// 1 for the first time that it was not let through, and 1 for each time after something else had passed.
        var strikes = 1
        /// Whether something passed since.
        var isReleased = false
    }

    private var records: [EventID: Record] = [:]
    /// Why the last one was not let through; nil: none is blocked.
    package private(set) var message: Message?

    /// Nothing is blocked.
    package init() {}

    /// The event was not let through.
    ///
    /// - Returns: how often it is to blame: 1, the way may be blocked; 2 or more, the event is disliked.
    package mutating func insert(_ id: EventID, _ message: Message) -> Int {
        self.message = message
        guard var record = records[id] else {
            if records.count < Self.most { records[id] = Record() }
            return 1
        }
        if record.isReleased { record.strikes = min(record.strikes + 1, 30) }
        record.isReleased = false
        records[id] = record
        return record.strikes
    }

    /// Something passed.
    ///
    /// - Returns: the events to try again now.
    package mutating func release() -> [EventID] {
        let ids = records.filter { $0.value.strikes == 1 && !$0.value.isReleased }.map(\.key)
        for id in records.keys { records[id]?.isReleased = true }
        return ids
    }

    /// All that are blocked.
    package var ids: [EventID] { Array(records.keys) }

    /// These events reached the platform.
    package mutating func remove(_ passed: some Sequence<EventID>) {
        for id in passed { records[id] = nil }
        if records.isEmpty { message = nil }
    }

    /// Forgets events that are not in the target's queue any more.
    package mutating func keep(_ isKept: (EventID) -> Bool) {
        records = records.filter { isKept($0.key) }
        if records.isEmpty { message = nil }
    }

    /// What to send of `events`: an event that was blocked goes alone, so that the others do not stay behind with it.
    ///
    /// - Parameter events: in the order of sending; one or more.
    package func shipment(of events: some Sequence<QueuedEvent>) -> [QueuedEvent] {
        let free = events.prefix { records[$0.id] == nil }
        return free.isEmpty ? Array(events.prefix(1)) : Array(free)
    }
}
