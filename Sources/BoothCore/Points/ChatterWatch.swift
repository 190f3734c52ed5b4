// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Detects a contact that chatters. It is told every change, before debouncing.
///
/// Changes closer together than the debounce period count as one, because bouncing is not chatter. The contact chatters
/// if more than `limit.edges` of these changes come within `limit.within`, if a single bounce lasts for all of
/// `limit.within`, or if its driver cannot keep up. The chatter ends when none of this has happened for `rest`.
///
/// For a polled input the span is longer: at least two polls for each edge.
package struct ChatterWatch: Sendable, Hashable {
    private let limit: RuleSettings.Chatter?
    private let bounce: Duration
    /// How long the contact must not chatter before the chatter ends. Longer than a flooded driver pauses, and longer
    /// than a few polls.
    package let rest: Duration
    /// The last changes that count, oldest first; `limit.edges` of them at most.
    private var changes: [BootTime] = []
    private var bounceBegan: BootTime?
    private var lastChange: BootTime?
    /// When it was last seen to chatter; nil while it does not.
    private var lastSeen: BootTime?

    /// - Parameters:
    ///   - limit: the most changes that are not chatter yet. Nil: it chatters only if its driver cannot keep up.
    ///   - bounce: the debounce period of the point.
    ///   - poll: the interval of the polls, so a change lasts at least this long. Zero: the input reports every edge.
    package init(limit: RuleSettings.Chatter?, bounce: Duration, poll: Duration = .zero) {
        self.limit = limit.map { .init(edges: $0.edges, within: max($0.within, poll * $0.edges * 2)) }
        self.bounce = bounce
        rest = max(.seconds(5), (limit?.within ?? .seconds(1)) * 5, poll * 10)
    }

    package var isChattering: Bool { lastSeen != nil }

    /// When the chatter ends unless the input changes; nil: there is none.
    package var nextDeadline: BootTime? { lastSeen.map { $0 + rest } }

    /// The span over which changes are counted.
    package var window: Duration { limit?.within ?? .seconds(1) }

    /// The input changed.
    ///
    /// - Returns: whether the chatter begins with it.
    package mutating func takeChange(at time: BootTime) -> Bool {
        guard let limit else { return false }
        defer { lastChange = time }
        if let lastChange, let bounceBegan, time - lastChange < bounce {
            return time - bounceBegan >= limit.within ? note(time) : false
        }
        bounceBegan = time
        changes.removeAll { time - $0 >= limit.within }
        defer {
            changes.append(time)
            if changes.count > limit.edges { changes.removeFirst() }
        }
        return changes.count >= limit.edges ? note(time) : false
    }

    /// The driver was flooded.
    ///
    /// - Returns: whether the chatter begins with it.
    package mutating func takeFlood(at time: BootTime) -> Bool { note(time) }

    /// Lets time pass.
    ///
    /// - Returns: whether the chatter has ended.
    package mutating func advance(to time: BootTime) -> Bool {
        guard let deadline = nextDeadline, deadline <= time else { return false }
        lastSeen = nil
        return true
    }

    private mutating func note(_ time: BootTime) -> Bool {
        defer { lastSeen = time }
        return lastSeen == nil
    }
}
