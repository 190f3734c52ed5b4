// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells a contact that does not rest from one that is used; told every change, before debouncing.
///
/// Changes closer together than the debounce period are one: a contact that bounces does not chatter. It chatters when
/// more than `limit.edges` of what is left come within `limit.within`, when a single bounce lasts for all of
/// `limit.within`, or when its driver cannot keep up. It is over when none of that has been so for a while. Where the
/// input is polled, the span is long enough for the edges to be seen at half the pace of the polls.
package struct ChatterWatch: Sendable, Hashable {
    private let limit: RuleSettings.Chatter?
    private let bounce: Duration
    /// So long a contact has to behave. Longer than a driver that was flooded looks away, and than a few polls.
    package let rest: Duration
    /// The last changes that count, oldest first; `limit.edges` of them at most.
    private var changes: [BootTime] = []
    private var bounceBegan: BootTime?
    private var lastChange: BootTime?
    /// When it was last seen to chatter; nil while it does not.
    private var lastSeen: BootTime?

    /// - Parameters:
    ///   - limit: what is no chatter yet; nil: only a driver that cannot keep up is.
    ///   - bounce: the debounce period of the point.
    ///   - poll: from one look at the input to the next: a change lasts for so long at least; zero where every edge is
    ///     heard.
    package init(limit: RuleSettings.Chatter?, bounce: Duration, poll: Duration = .zero) {
        self.limit = limit.map { .init(edges: $0.edges, within: max($0.within, poll * $0.edges * 2)) }
        self.bounce = bounce
        rest = max(.seconds(5), (limit?.within ?? .seconds(1)) * 5, poll * 10)
    }

    package var isChattering: Bool { lastSeen != nil }

    /// When `advance` has something to say unless the input changes; nil while nothing chatters.
    package var nextDeadline: BootTime? { lastSeen.map { $0 + rest } }

    /// The span over which changes are counted.
    package var window: Duration { limit?.within ?? .seconds(1) }

    /// The input changed.
    ///
    /// - Returns: whether the chattering begins with it.
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
    /// - Returns: whether the chattering begins with it.
    package mutating func takeFlood(at time: BootTime) -> Bool { note(time) }

    /// Lets time pass.
    ///
    /// - Returns: whether the chattering is over.
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
