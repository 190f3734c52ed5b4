// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Events that are not to be sent again for a while: their receipts are on the way, or the platform gave none. Told the
/// time; pure.
///
/// They stay in the journal's queue; a receipt that comes as a task takes them out there, and their deadline here.
package struct HeldEvents: Sendable {
    /// Most that are held. At this many only what is urgent is still sent, until the first deadlines pass: a platform
    /// that takes everything and gives no receipt gets no more than so many in a `receipt-wait`.
    package static let most = 1000

    /// The first of an incident's events that the platform has not taken.
    package struct First: Sendable {
        package let id: EventID
        package let priority: Priority
        package let deadline: BootTime
        /// The event itself, where it is a press: it may be wanted before its deadline.
        package let press: QueuedEvent?
        /// What is held behind it.
        fileprivate var followers: [EventID] = []
    }

    private var deadlines: [EventID: BootTime] = [:]
    /// By the incident's key.
    private var firsts: [Int64: First] = [:]

    /// None is held.
    package init() {}

    /// Those that must not be sent now.
    package var ids: Set<EventID> { Set(deadlines.keys) }
    /// Whether only what is urgent may be added.
    package var isFull: Bool { deadlines.count >= Self.most }
    /// Whether not even what is urgent may be added.
    package var isExhausted: Bool { deadlines.count >= 2 * Self.most }
    /// When the first may be sent again; nil where none is held.
    package var nextDeadline: BootTime? { deadlines.values.min() }

    /// Holds these, or holds them anew, until `deadline`; the caller looks at `isFull` and `isExhausted` first.
    package mutating func hold(_ held: some Sequence<EventID>, until deadline: BootTime) {
        for id in held { deadlines[id] = deadline }
        guard !firsts.isEmpty else { return }
        let taken = Set(held)
        firsts = firsts.filter { !taken.contains($0.value.id) }
    }

    /// Holds these until `deadline`, and with them what comes later of their incidents (`first(before:)`): the platform
    /// has not taken them, so that what follows would come out of order.
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

    /// What `event` has to wait for: an earlier event of its incident; nil: nothing. A press never waits for what is less
    /// urgent.
    package func first(before event: QueuedEvent) -> First? {
        guard let incident = event.incident, let first = firsts[incident], first.id < event.id else { return nil }
        return first.priority == .help || event.priority != .help ? first : nil
    }

    /// Holds `event` as long as what it has to wait for (`first(before:)`).
    package mutating func hold(_ event: QueuedEvent, behind first: First) {
        hold([event.id], until: first.deadline)
        if let incident = event.incident { firsts[incident]?.followers.append(event.id) }
    }

    /// Forgets the first of an incident, which is sent now, and what is held behind it.
    package mutating func release(_ first: First) {
        for (incident, other) in firsts where other.id == first.id {
            for id in other.followers { deadlines[id] = nil }
            firsts[incident] = nil
        }
        deadlines[first.id] = nil
    }

    /// Forgets those whose deadline has passed.
    package mutating func expire(at now: BootTime) {
        guard let nextDeadline, nextDeadline <= now else { return }
        deadlines = deadlines.filter { $0.value > now }
        firsts = firsts.filter { $0.value.deadline > now }
    }

    /// Whether it is held; also after its deadline, until `expire` is told the time.
    package func contains(_ id: EventID) -> Bool { deadlines[id] != nil }
}
