// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Events that must not be sent again for a while, because their receipts are on the way, or because the platform gave
/// none. Told the time; pure.
///
/// The events stay in the journal's queue. A receipt that comes as a task removes them from that queue. They stay here
/// until their deadline.
package struct HeldEvents: Sendable {
    /// How many events may be held. At this number only presses are still sent, until the first deadlines pass. So a
    /// platform that accepts everything without receipts gets no more than this in one `receipt-wait`.
    package static let most = 1000

    /// The first event of an incident that the platform did not accept.
    package struct First: Sendable {
        package let id: EventID
        package let priority: Priority
        package let deadline: BootTime
        /// The event itself if it is a press: it may be sent again before its deadline.
        package let press: QueuedEvent?
        /// Ids of the events held because of this one.
        fileprivate var followers: [EventID] = []
    }

    private var deadlines: [EventID: BootTime] = [:]
    private var firsts: [Int64: First] = [:]

    /// Holds nothing.
    package init() {}

    /// Ids of the events that must not be sent now.
    package var ids: Set<EventID> { Set(deadlines.keys) }
    /// Whether only presses may be added.
    package var isFull: Bool { deadlines.count >= Self.most }
    /// Whether not even presses may be added.
    package var isExhausted: Bool { deadlines.count >= 2 * Self.most }
    /// When the first event may be sent again; nil if none is held.
    package var nextDeadline: BootTime? { deadlines.values.min() }

    /// Holds these events until `deadline`, also those held already. The caller checks `isFull` and `isExhausted`
    /// first.
    package mutating func hold(_ held: some Sequence<EventID>, until deadline: BootTime) {
        for id in held { deadlines[id] = deadline }
        guard !firsts.isEmpty else { return }
        let taken = Set(held)
        firsts = firsts.filter { !taken.contains($0.value.id) }
    }

    /// Holds these events until `deadline`. Later events of their incidents are then held too (`first(before:)`): the
    /// platform has not accepted the earlier ones, so the later ones would come out of order.
    package mutating func holdInOrder(_ held: [QueuedEvent], until deadline: BootTime) {
        hold(held.lazy.map(\.id), until: deadline)
        for event in held {
            guard let incident = event.incident else { continue }
            if let first = firsts[incident], first.id < event.id { continue }
            firsts[incident] = First(
                id: event.id, priority: event.priority, deadline: deadline,
                press: event.priority == .help ? event : nil, followers: firsts[incident]?.followers ?? [])
        }
    }

    /// The earlier event of the same incident that `event` has to wait for; nil: none. A press does not wait for an
    /// event of lower priority.
    package func first(before event: QueuedEvent) -> First? {
        guard let incident = event.incident, let first = firsts[incident], first.id < event.id else { return nil }
        return first.priority == .help || event.priority != .help ? first : nil
    }

    /// Holds `event` as long as `first`, which it has to wait for.
    package mutating func hold(_ event: QueuedEvent, behind first: First) {
        hold([event.id], until: first.deadline)
        if let incident = event.incident { firsts[incident]?.followers.append(event.id) }
    }

    /// Releases the first event of an incident, which is sent now, and the events held because of it.
    package mutating func release(_ first: First) {
        for (incident, other) in firsts where other.id == first.id {
            for id in other.followers { deadlines[id] = nil }
            firsts[incident] = nil
        }
        deadlines[first.id] = nil
    }

    /// Releases these events, and those held because of them.
    package mutating func release(_ ids: [EventID]) {
        for first in firsts.values where ids.contains(first.id) { release(first) }
        for id in ids { deadlines[id] = nil }
    }

    /// Releases events whose deadline has passed.
    package mutating func expire(at now: BootTime) {
        guard let nextDeadline, nextDeadline <= now else { return }
        deadlines = deadlines.filter { $0.value > now }
        firsts = firsts.filter { $0.value.deadline > now }
    }

    /// Whether it is held. After the deadline still true until `expire` is called.
    package func contains(_ id: EventID) -> Bool { deadlines[id] != nil }
}
